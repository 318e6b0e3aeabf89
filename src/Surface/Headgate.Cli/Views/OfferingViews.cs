using System.Globalization;
using Headgate.Api.Contract;
using Headgate.Cli.Output;

namespace Headgate.Cli.Views;

/// <summary>Disk and compute offerings.</summary>
internal static class OfferingViews
{
    public static readonly TableOf<DiskOfferingView> Disks = new(
        new("NAME", o => o.Name), new("SIZE", SizeOf, Right: true), new("MIN", o => Min(o.Qos), Right: true),
        new("MAX", o => Max(o.Qos), Right: true), new("BURST", o => Burst(o.Qos), Right: true),
        new("BANDWIDTH", o => Show.Rate(o.Qos.MaxBandwidthBytes), Right: true), new("REQUIRED", o => Show.List(o.Qos.Require)),
        new("ENFORCE", o => o.Qos.Enforce), new("TAGS", o => TagsOf(o.Tags, o.TagExpression)), new("VERSION", o => VersionOf(o.Version, o.Current, o.RetiredAt)))
    {
        Empty = "There are no disk offerings yet; see: headgate disk-offering create --help",
    };

    public static readonly TableOf<ComputeOfferingView> Computes = new(
        new("NAME", o => o.Name), new("CPU", o => Show.Number(o.CpuCount), Right: true), new("MEMORY", o => Show.Size(o.MemoryBytes), Right: true),
        new("MIN", o => Min(o.RootDiskQos), Right: true), new("MAX", o => Max(o.RootDiskQos), Right: true),
        new("BURST", o => Burst(o.RootDiskQos), Right: true), new("REQUIRED", o => Show.List(o.RootDiskQos.Require)),
        new("TAGS", o => TagsOf(o.Tags, o.TagExpression)), new("VERSION", o => VersionOf(o.Version, o.Current, o.RetiredAt)))
    {
        Empty = "There are no compute offerings yet; see: headgate compute-offering create --help",
    };

    public static PropertySheet Disk(DiskOfferingView offering) => Qos(
        new PropertySheet().Add("Name", offering.Name).Add("Id", offering.Id.ToString())
            .Add("Version", VersionOf(offering.Version, offering.Current, offering.RetiredAt)).Add("Size", SizeOf(offering)),
        offering.Qos).Add("Tags", TagsOf(offering.Tags, offering.TagExpression)).Add("Zones", For(offering.Zones)).Add("Accounts", For(offering.Accounts))
        .Add("Price a month", Price(offering.Price)).Add("Created", Show.Time(offering.CreatedAt));

    public static PropertySheet Compute(ComputeOfferingView offering) => Qos(
        new PropertySheet().Add("Name", offering.Name).Add("Id", offering.Id.ToString())
            .Add("Version", VersionOf(offering.Version, offering.Current, offering.RetiredAt))
            .Add("CPU", Show.Number(offering.CpuCount)).Add("Memory", Show.Size(offering.MemoryBytes)),
        offering.RootDiskQos).Add("Tags", TagsOf(offering.Tags, offering.TagExpression)).Add("Zones", For(offering.Zones)).Add("Accounts", For(offering.Accounts))
        .Add("Price a month", Price(offering.Price)).Add("Created", Show.Time(offering.CreatedAt));

    private static PropertySheet Qos(PropertySheet sheet, OfferingQos qos) => sheet
        .Add("Min IOPS", Min(qos)).Add("Max IOPS", Max(qos)).Add("Burst IOPS", Limit(qos, qos.BurstIops, qos.BurstIopsPerGib, qos.BurstIopsBounds, qos.CustomBurstIops))
        .Add("Bandwidth", Show.Rate(qos.MaxBandwidthBytes)).Add("Required", Show.List(qos.Require)).Add("Enforced by", qos.Enforce);

    private static string SizeOf(DiskOfferingView offering) => (offering.CustomSize, offering.SizeFromBytes, offering.SizeToBytes) switch
    {
        (false, _, _) => Show.Size(offering.SizeBytes),
        (true, null, null) => "custom",
        var (_, from, to) => $"custom {(from is null ? "" : Show.Size(from))}..{(to is null ? "" : Show.Size(to))}",
    };

    private static string VersionOf(int version, bool current, DateTimeOffset? retiredAt) =>
        retiredAt is not null ? $"{version} (retired)" : current ? $"{version}" : $"{version} (superseded)";

    private static string TagsOf(IReadOnlyList<string> tags, string? expression) =>
        expression is null ? Show.List(tags) : tags.Count == 0 ? expression : $"{Show.List(tags)} and ({expression})";

    private static string? For(IReadOnlyList<string> names) => names.Count == 0 ? null : Show.List(names);

    private static string? Price(OfferingPrice? price) => price is null
        ? null
        : string.Join(", ", new[] { (price.PerGibMonth, "GiB"), (price.PerMinIopsMonth, "min IOPS"), (price.PerMaxIopsMonth, "max IOPS") }
            .Where(part => part.Item1 is not null).Select(part => $"{part.Item1!.Value.ToString(CultureInfo.InvariantCulture)} per {part.Item2}"));

    private static string Min(OfferingQos qos) => Limit(qos, qos.MinIops, qos.MinIopsPerGib, qos.MinIopsBounds, qos.CustomMinIops);

    private static string Max(OfferingQos qos) => Limit(qos, qos.MaxIops, qos.MaxIopsPerGib, qos.MaxIopsBounds, qos.CustomMaxIops);

    private static string Burst(OfferingQos qos) => Limit(qos, qos.BurstIops, qos.BurstIopsPerGib, qos.BurstIopsBounds, qos.CustomBurstIops);

    private static string Limit(OfferingQos qos, long? fixedAt, long? perGib, IopsRange? bounds, IopsRange? custom)
    {
        if (qos.CustomIops) return custom is null ? "custom" : $"custom {custom.From}..{custom.To}";
        if (perGib is not { } rate) return Show.Number(fixedAt);
        return bounds is null ? $"{rate}/GiB" : $"{rate}/GiB {bounds.From}..{bounds.To}";
    }
}
