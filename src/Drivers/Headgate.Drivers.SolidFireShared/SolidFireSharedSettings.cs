using System.Security.Cryptography;
using System.Text;
using Headgate.Drivers.SharedPool;
using Headgate.Drivers.SolidFire;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFireShared;

/// <summary>The settings of a pool on one shared volume: the array's, the volume's, and the folder's.</summary>
/// <param name="Array">For the SolidFire driver.</param>
/// <param name="Files">For the SharedPool driver; null when this server does not see the file system.</param>
/// <param name="Key">The volume's key: made of the pool's id, so that every server and every repeat has the same.</param>
/// <param name="Volume">What the volume shall be.</param>
/// <param name="Initiators">Hosts that are let in when the pool is attached.</param>
/// <param name="DeleteOnRemove">Whether the volume goes with the pool.</param>
internal sealed record SolidFireSharedSettings(
    IReadOnlyDictionary<string, string> Array, IReadOnlyDictionary<string, string>? Files, ObjectKey Key, VolumeSpec Volume,
    IReadOnlyList<string> Initiators, bool DeleteOnRemove)
{
    private static readonly Setting[] Own =
    [
        new("volumeSize", SettingKind.Size, "Size of the one volume on the array.") { Required = true },
        new("minIops", SettingKind.Integer, "IOPS that the volume can count on, for all disks on it together."),
        new("maxIops", SettingKind.Integer, "IOPS that all disks on it together cannot exceed."),
        new("burstIops", SettingKind.Integer, "IOPS that saved-up credit may reach."),
        new("initiators", SettingKind.Text, "Hosts to let in at once: initiator names with commas between. Hosts added later are let in as they join."),
        new("deleteOnRemove", SettingKind.Boolean, "true deletes the volume, with everything on it, when the pool is removed.") { Default = "false" },
        new("mountPoint", SettingKind.Boolean, "true: something must be mounted at the path itself, or the pool counts as away.") { Default = "true" },
        new("path", SettingKind.Text, "Where this server sees the file system on the volume. Without it no disk can be made."),
    ];

    private static readonly Setting[] OfFiles = [.. new SharedPoolProvider().Settings.Settings.Where(s => s.Name is "hostPath" or "preallocate" or "snapshots")];

    private static readonly Setting[] OfArray = [.. new SolidFireProvider().Settings.Settings];

    public static SettingsSchema Schema { get; } = new([.. OfArray, .. Own, .. OfFiles]);

    public static Outcome<SolidFireSharedSettings> Read(PoolSettings settings)
    {
        var problems = new List<string>();
        if (!QosSpec.TryCreate(settings.Integer("minIops"), settings.Integer("maxIops"), settings.Integer("burstIops"), null, out var qos, out var problem))
            problems.Add(problem!);
        var initiators = (settings["initiators"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        problems.AddRange(initiators.Select(IscsiName.Problem).OfType<string>());
        if (problems.Count > 0)
            return Faults.InvalidArgument("The settings of this shared SolidFire pool cannot be used: " + string.Join(" ", problems)) with { Details = problems };
        _ = ByteSize.TryParse(settings.Require("volumeSize"), out var size); // its kind was checked with the schema
        return new SolidFireSharedSettings(
            Given(settings, OfArray), settings["path"] is null ? null : Given(settings, [.. OfFiles, .. Own.Where(s => s.Name is "path" or "mountPoint")]),
            new ObjectKey(new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"solidfireshared/{settings.PoolId:N}")).AsSpan(0, 16))),
            new VolumeSpec($"shared-{settings.PoolId:N}"[..24], size, qos) { AccountId = settings.PoolId },
            initiators, settings.Flag("deleteOnRemove"));
    }

    private static Dictionary<string, string> Given(PoolSettings settings, IEnumerable<Setting> which) =>
        which.Where(s => settings[s.Name] is not null).ToDictionary(s => s.Name, s => settings.Require(s.Name));
}
