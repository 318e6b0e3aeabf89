using System.Globalization;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Reference;

/// <summary>The settings of a reference pool: which array, how big, and each capability as a switch.</summary>
internal sealed record ReferenceSettings
{
    public static SettingsSchema Schema { get; } = new(
        new Setting("array", SettingKind.Text, "Name of the in-memory array; pools with the same name share it. Default: one per pool."),
        new Setting("token", SettingKind.Secret, "What the array asks for, if it asks."),
        new Setting("capacityBytes", SettingKind.Size, "Bytes that volumes may add up to.") { Default = "1TiB" },
        new Setting("capacityIops", SettingKind.Integer, "IOPS that minimums may add up to.") { Default = "100000" },
        new Setting("minIops", SettingKind.Text, "Range of min IOPS as FROM-TO or FROM-TO/STEP; none when not enforced.") { Default = "0-1000000" },
        new Setting("maxIops", SettingKind.Text, "Range of max IOPS, or none.") { Default = "1-1000000" },
        new Setting("burstIops", SettingKind.Text, "Range of burst IOPS, or none.") { Default = "1-1000000" },
        new Setting("maxBandwidth", SettingKind.Text, "Range of bytes per second, or none.") { Default = "1-1000000000000" },
        new Setting("liveQosChange", SettingKind.Text, "none, emulated or native.") { Default = "native" },
        new Setting("resize", SettingKind.Text, "none, offline or live.") { Default = "live" },
        new Setting("snapshots", SettingKind.Text, "none, emulated or native.") { Default = "native" },
        new Setting("clones", SettingKind.Text, "none, emulated or native.") { Default = "native" },
        new Setting("copies", SettingKind.Text, "none, emulated or native.") { Default = "native" },
        new Setting("capacityChange", SettingKind.Text, "none or native: whether the array gives a pool more or less while it serves.") { Default = "native" },
        new Setting("chap", SettingKind.Text, "none or native.") { Default = "native" },
        new Setting("accessPerHost", SettingKind.Text, "none or native.") { Default = "native" },
        new Setting("inventory", SettingKind.Text, "none or native.") { Default = "native" },
        new Setting("adoption", SettingKind.Text, "none or native.") { Default = "native" },
        new Setting("groupSnapshots", SettingKind.Text, "none or native; needs snapshots.") { Default = "native" },
        new Setting("volumeSizeMin", SettingKind.Size, "Smallest volume.") { Default = "1MiB" },
        new Setting("volumeSizeMax", SettingKind.Size, "Largest volume.") { Default = "64TiB" },
        new Setting("volumeSizeStep", SettingKind.Size, "Sizes are rounded up to this.") { Default = "1MiB" });

    public required string Array { get; init; }

    public required string? Token { get; init; }

    public required ByteSize CapacityBytes { get; init; }

    public required long CapacityIops { get; init; }

    /// <summary>False: the driver has no <see cref="IResize"/> at all.</summary>
    public required bool CanResize { get; init; }

    public required DriverCapabilities Capabilities { get; init; }

    public static Outcome<ReferenceSettings> Read(PoolSettings settings)
    {
        var problems = new List<string>();
        var resize = Choice(settings, "resize", ["none", "offline", "live"], problems);
        var read = new ReferenceSettings
        {
            Array = settings["array"] ?? settings.PoolId.ToString("N"),
            Token = settings["token"],
            CapacityBytes = Size(settings, "capacityBytes"),
            CapacityIops = settings.Integer("capacityIops") ?? 0,
            CanResize = resize != "none",
            Capabilities = new DriverCapabilities
            {
                MinIops = Limit(settings, "minIops", problems),
                MaxIops = Limit(settings, "maxIops", problems),
                BurstIops = Limit(settings, "burstIops", problems),
                MaxBandwidth = Limit(settings, "maxBandwidth", problems),
                LiveQosChange = Level(settings, "liveQosChange", problems),
                LiveResize = resize == "live" ? Support.Native : Support.None,
                Snapshots = Level(settings, "snapshots", problems),
                Clones = Level(settings, "clones", problems),
                Copies = Level(settings, "copies", problems),
                CapacityBytesChange = Level(settings, "capacityChange", problems),
                CapacityIopsChange = Level(settings, "capacityChange", problems),
                Chap = Level(settings, "chap", problems),
                AccessPerHost = Level(settings, "accessPerHost", problems),
                Inventory = Level(settings, "inventory", problems),
                Adoption = Level(settings, "adoption", problems),
                GroupSnapshots = settings["snapshots"] == "native" ? Level(settings, "groupSnapshots", problems) : Support.None,
                VolumeSize = new ValueRange(
                    Size(settings, "volumeSizeMin").Bytes, Size(settings, "volumeSizeMax").Bytes, Math.Max(1, Size(settings, "volumeSizeStep").Bytes)),
            },
        };
        if (problems.Count == 0) return read;
        return Faults.InvalidArgument($"{problems.Count} of the settings cannot be used.") with { Details = problems };
    }

    /// <summary>What the pool has on the array now: what it was given, and otherwise what the settings say. Under the array's gate.</summary>
    public (ByteSize Bytes, long Iops) CapacityOn(ReferenceArray array, Guid pool) =>
        (array.CapacityOf(pool)?.Bytes ?? CapacityBytes, array.CapacityOf(pool)?.Iops ?? CapacityIops);

    /// <summary>What every call meets first: is the array there, and does it know us.</summary>
    public Fault? Gate(ReferenceArray array)
    {
        if (!array.Online) return Faults.Unreachable($"The in-memory array '{array.Name}' is switched off.");
        return array.RequiredToken is { } wanted && wanted != Token
            ? Faults.Unauthorized($"The in-memory array '{array.Name}' refused the token of this pool; correct the setting 'token'.")
            : null;
    }

    private static ByteSize Size(PoolSettings settings, string name) =>
        ByteSize.TryParse(settings[name], out var size) ? size : default;

    private static string Choice(PoolSettings settings, string name, string[] choices, List<string> problems)
    {
        var value = settings[name] ?? "";
        if (!choices.Contains(value)) problems.Add($"setting '{name}' is '{value}'; it must be one of {string.Join(", ", choices)}.");
        return value;
    }

    private static Support Level(PoolSettings settings, string name, List<string> problems) =>
        Choice(settings, name, ["none", "emulated", "native"], problems) switch
        {
            "native" => Support.Native,
            "emulated" => Support.EmulatedByHost,
            _ => Support.None,
        };

    private static QosSupport Limit(PoolSettings settings, string name, List<string> problems)
    {
        var value = settings[name] ?? "none";
        if (value == "none") return QosSupport.None;
        var step = 1L;
        var range = value;
        if (value.Split('/') is [var before, var after] && Number(after, out step) && step > 0) range = before;
        if (range.Split('-') is [var from, var to] && Number(from, out var low) && Number(to, out var high) && low <= high)
            return new QosSupport(Support.Native, new ValueRange(low, high, step));
        problems.Add($"setting '{name}' is '{value}'; it must be none, FROM-TO or FROM-TO/STEP.");
        return QosSupport.None;
    }

    private static bool Number(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
