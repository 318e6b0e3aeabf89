using Headgate.Api.Contract;
using Headgate.Cli.Output;

namespace Headgate.Cli.Views;

/// <summary>Providers and pools.</summary>
internal static class StorageViews
{
    public static readonly TableOf<ProviderView> Providers = new(
        new("NAME", p => p.Name), new("VERSION", p => Show.Text(p.Version)), new("STATUS", p => p.Status), new("FROM", OriginOf),
        new("MANAGED", p => Show.YesNo(p.Managed)), new("DESCRIPTION", p => Show.Text(p.Problem ?? p.Description)));

    public static readonly TableOf<PoolView> Pools = new(
        new("NAME", p => p.Name), new("PROVIDER", p => p.Provider), new("STATE", p => p.State), new("SCOPE", ScopeOf),
        new("TAGS", p => Show.List(p.Tags)), new("SIZE USED", p => Show.SizeOf(p.ReservedBytes, p.CapacityBytes), Right: true),
        new("MIN IOPS", p => Show.Of(p.ReservedIops, p.CapacityIops), Right: true), new("VOLUMES", p => Show.Number(p.Volumes), Right: true))
    {
        Empty = "There is no primary storage yet; see: headgate pool add --help",
    };

    private static readonly TableOf<SettingView> Settings = new(
        new("SETTING", s => s.Name), new("KIND", s => s.Kind), new("NEEDED", s => Show.YesNo(s.Required)),
        new("DEFAULT", s => Show.Text(s.Default)), new("WHAT", s => s.Help));

    private static readonly TableOf<PoolFinding> Findings = new(
        new("KIND", f => f.Kind), new("VOLUME", f => Show.Text(f.Volume)), new("HANDLE", f => f.Handle), new("WHAT", f => f.Message),
        new("TO DO", f => f.RepairProblem ?? (f.Operation is { } begun ? $"operation {begun}" : f.Action)));

    public static PropertySheet Provider(ProviderView provider)
    {
        var sheet = new PropertySheet()
            .Add("Name", provider.Name).Add("Version", provider.Version).Add("Description", provider.Description)
            .Add("Status", provider.Status).Add("Problem", provider.Problem).Add("From", OriginOf(provider)).Add("SDK", provider.SdkVersion);
        if (provider.Capabilities is not { } can) return sheet;
        return Capabilities(sheet.Add("Managed", Show.YesNo(provider.Managed)).AddBlock("Settings", Lines(Settings, provider.Settings)), can);
    }

    private static string? Overcommit(PoolPlacementView placement) => placement is { BytesOvercommit: 1, IopsOvercommit: 1, BandwidthOvercommit: 1 }
        ? null
        : FormattableString.Invariant($"bytes {placement.BytesOvercommit:0.##}, IOPS {placement.IopsOvercommit:0.##}, bandwidth {placement.BandwidthOvercommit:0.##} times");

    private static string? Bandwidth(PoolPlacementView placement) => placement.CapacityBandwidthBytes is null
        ? null
        : $"{Show.Rate(placement.ReservedBandwidthBytes)} / {Show.Rate(placement.CapacityBandwidthBytes)}";

    public static PropertySheet Pool(PoolView pool)
    {
        var sheet = new PropertySheet()
            .Add("Name", pool.Name).Add("Id", pool.Id.ToString()).Add("Provider", pool.Provider)
            .Add("State", pool.State).Add("Cause", pool.Cause)
            .Add("Storage", pool.Description).Add("Managed", Show.YesNo(pool.Managed)).Add("Scope", ScopeOf(pool))
            .Add("Tags", Show.List(pool.Tags)).Add("Kept for tags", pool.Placement.ExclusiveTags.Count == 0 ? null : Show.List(pool.Placement.ExclusiveTags))
            .Add("Over-commit", Overcommit(pool.Placement)).Add("Bandwidth promised", Bandwidth(pool.Placement)).Add("CHAP required", Show.YesNo(pool.RequireChap))
            .Add("Size used", Show.SizeOf(pool.ReservedBytes, pool.CapacityBytes))
            .Add("Min IOPS promised", Show.Of(pool.ReservedIops, pool.CapacityIops))
            .Add("Bound to", Bound(pool))
            .Add("Volumes", Show.Number(pool.Volumes)).Add("Created", Show.Time(pool.CreatedAt))
            .AddBlock("Settings", pool.Settings.Select(setting => $"{setting.Key}={setting.Value}"));
        return pool.Capabilities is null ? sheet : Capabilities(sheet, pool.Capabilities);
    }

    public static PropertySheet Check(PoolCheck check) => new PropertySheet()
        .Add("Pool", check.Pool).Add("Checked", Show.Time(check.At)).Add("Volumes checked", Show.Number(check.VolumesChecked))
        .Add("Volumes of others", Show.Number(check.ForeignVolumes))
        .Add("Findings", check.Findings.Count == 0 ? "none: database and storage agree" : check.Findings.Count.ToString())
        .AddBlock("Found", check.Findings.Count == 0 ? [] : Lines(Findings, check.Findings));

    /// <summary>The lines of a table inside a sheet.</summary>
    public static IEnumerable<string> Lines<T>(TableOf<T> table, IReadOnlyList<T> rows)
    {
        if (rows.Count == 0) return [];
        var text = new StringWriter();
        table.Write(text, rows, width: null, new Ink(colours: false));
        return text.ToString().TrimEnd().Split(Environment.NewLine);
    }

    private static PropertySheet Capabilities(PropertySheet sheet, CapabilitiesView can) => sheet.AddBlock("Can keep",
    [
        $"min IOPS {Support(can.MinIops)}",
        $"max IOPS {Support(can.MaxIops)}",
        $"burst IOPS {Support(can.BurstIops)}",
        $"bandwidth {Support(can.MaxBandwidth)}",
        $"volumes of {Show.Size(can.VolumeBytesFrom)} to {Show.Size(can.VolumeBytesTo)} in steps of {Show.Size(can.VolumeBytesStep)}",
        $"live QoS change {can.LiveQosChange}, live resize {can.LiveResize}, snapshots {can.Snapshots}, clones {can.Clones}, copies {can.Copies}",
        $"capacity changed there: bytes {can.CapacityBytesChange}, IOPS {can.CapacityIopsChange}",
        $"CHAP {can.Chap}, access per host {can.AccessPerHost}, inventory {can.Inventory}",
    ]);

    private static string Support(QosSupportView support)
    {
        if (support.From is null && support.To is null) return support.Support;
        var step = support.Step is > 1 ? $" in steps of {support.Step}" : "";
        return $"{support.Support}, {Show.Number(support.From)} to {Show.Number(support.To)}{step}";
    }

    /// <summary>What an admin bound it to, beside what its storage has; null when it has all of that.</summary>
    private static string? Bound(PoolView pool)
    {
        string?[] parts =
        [
            pool.AllowedBytes is { } bytes ? $"{Show.Size(bytes)} of {Show.Size(pool.StorageBytes)}" : null,
            pool.AllowedIops is { } iops ? $"{Show.Number(iops)} IOPS (the storage says {Show.Number(pool.StorageIops)})" : null,
        ];
        return parts.Any(p => p is not null) ? string.Join(", ", parts.OfType<string>()) : null;
    }

    private static string OriginOf(ProviderView provider) => provider.Plugin is { } folder ? $"plug-in {folder}" : "built in";

    private static string ScopeOf(PoolView pool) => pool.Scope switch
    {
        "cluster" => $"cluster {pool.Cluster}",
        "host" => $"host {pool.Host}",
        _ => $"zone {pool.Zone}",
    };
}
