using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SharedPool;

/// <summary>The settings of a shared pool, read.</summary>
internal sealed record SharedPoolSettings(Guid PoolId, string Folder, string HostFolder, bool MustBeMounted, bool Preallocate, bool Snapshots, TimeSpan CallTimeout)
{
    private const long Block = 4096; // what guests see as their disk's physical block, and every file system's smallest

    /// <summary>The largest file of ext4 with 4 KiB blocks: 2^32 blocks, less one.</summary>
    private const long LargestFile = (1L << 44) - Block;

    public static SettingsSchema Schema { get; } = new(
        new Setting("path", SettingKind.Text, "Absolute path of the folder that volumes are made in: a directory, a mounted NFS export, or a mounted disk.") { Required = true },
        new Setting("hostPath", SettingKind.Text, "Where hosts see the same folder; by default at the same path."),
        new Setting("mountPoint", SettingKind.Boolean, "true: something must be mounted at the path itself, or the pool counts as away.") { Default = "false" },
        new Setting("preallocate", SettingKind.Boolean, "true reserves a volume's whole size when it is made; false makes sparse files.") { Default = "false" },
        new Setting("snapshots", SettingKind.Text, "reflink (the file system shares blocks: XFS, btrfs) or none.") { Default = "none" },
        new Setting("callTimeoutSeconds", SettingKind.Integer, "How long one call may wait for the file system; copying a volume counts apart.") { Default = "60" });

    public DriverCapabilities Capabilities => MostWith(Snapshots);

    public static DriverCapabilities MostWith(bool snapshots) => new()
    {
        // No limit at all: files in one folder share what the folder's medium gives.
        VolumeSize = new ValueRange(1 << 20, LargestFile, Block),
        LiveResize = Support.Native,
        Snapshots = snapshots ? Support.Native : Support.None,
        Clones = Support.Native,
        Copies = Support.Native,
        Adoption = Support.Native,
        CapacityBytesChange = Support.Native,
        Inventory = Support.Native,
    };

    public static Outcome<SharedPoolSettings> Read(PoolSettings settings)
    {
        var problems = new List<string>();
        var path = settings.Require("path");
        var hostPath = settings["hostPath"] ?? path;
        Check("path", path, problems);
        Check("hostPath", hostPath, problems);
        var snapshots = settings["snapshots"] ?? "";
        if (snapshots is not ("none" or "reflink")) problems.Add($"setting 'snapshots' is '{snapshots}'; it must be none or reflink.");
        if (settings.Integer("callTimeoutSeconds") is not (>= 1 and <= 600)) problems.Add("setting 'callTimeoutSeconds' must be 1 to 600.");
        if (problems.Count > 0)
            return Faults.InvalidArgument("The settings of this shared pool cannot be used: " + string.Join(" ", problems)) with { Details = problems };
        return new SharedPoolSettings(
            settings.PoolId, Path.TrimEndingDirectorySeparator(path), Path.TrimEndingDirectorySeparator(hostPath), settings.Flag("mountPoint"), settings.Flag("preallocate"),
            snapshots == "reflink", TimeSpan.FromSeconds(settings.Integer("callTimeoutSeconds") ?? 60));
    }

    private static void Check(string name, string path, List<string> problems)
    {
        if (!Path.IsPathFullyQualified(path) || path.Split('/').Contains("..") || path.Contains('\0'))
            problems.Add($"setting '{name}' is '{path}'; it must be an absolute path without '..'.");
        else if (Path.TrimEndingDirectorySeparator(path) == "/")
            problems.Add($"setting '{name}' is the root folder; give volumes a folder of their own.");
    }
}
