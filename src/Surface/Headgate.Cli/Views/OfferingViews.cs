using Headgate.Api.Contract;
using Headgate.Cli.Output;

namespace Headgate.Cli.Views;

/// <summary>Disk and compute offerings.</summary>
internal static class OfferingViews
{
    public static readonly TableOf<DiskOfferingView> Disks = new(
        new("NAME", o => o.Name), new("SIZE", o => SizeOf(o.SizeBytes, o.CustomSize), Right: true), new("MIN", o => Min(o.Qos), Right: true),
        new("MAX", o => Max(o.Qos), Right: true), new("BURST", o => Show.Number(o.Qos.BurstIops), Right: true),
        new("BANDWIDTH", o => Show.Rate(o.Qos.MaxBandwidthBytes), Right: true), new("REQUIRED", o => Show.List(o.Qos.Require)),
        new("ENFORCE", o => o.Qos.Enforce), new("TAGS", o => Show.List(o.Tags)))
    {
        Empty = "There are no disk offerings yet; see: headgate disk-offering create --help",
    };

    public static readonly TableOf<ComputeOfferingView> Computes = new(
        new("NAME", o => o.Name), new("CPU", o => Show.Number(o.CpuCount), Right: true), new("MEMORY", o => Show.Size(o.MemoryBytes), Right: true),
        new("MIN", o => Min(o.RootDiskQos), Right: true), new("MAX", o => Max(o.RootDiskQos), Right: true),
        new("BURST", o => Show.Number(o.RootDiskQos.BurstIops), Right: true), new("REQUIRED", o => Show.List(o.RootDiskQos.Require)),
        new("TAGS", o => Show.List(o.Tags)))
    {
        Empty = "There are no compute offerings yet; see: headgate compute-offering create --help",
    };

    public static PropertySheet Disk(DiskOfferingView offering) => Qos(
        new PropertySheet().Add("Name", offering.Name).Add("Id", offering.Id.ToString()).Add("Size", SizeOf(offering.SizeBytes, offering.CustomSize)),
        offering.Qos).Add("Tags", Show.List(offering.Tags)).Add("Created", Show.Time(offering.CreatedAt));

    public static PropertySheet Compute(ComputeOfferingView offering) => Qos(
        new PropertySheet().Add("Name", offering.Name).Add("Id", offering.Id.ToString())
            .Add("CPU", Show.Number(offering.CpuCount)).Add("Memory", Show.Size(offering.MemoryBytes)),
        offering.RootDiskQos).Add("Tags", Show.List(offering.Tags)).Add("Created", Show.Time(offering.CreatedAt));

    private static PropertySheet Qos(PropertySheet sheet, OfferingQos qos) => sheet
        .Add("Min IOPS", Min(qos)).Add("Max IOPS", Max(qos)).Add("Burst IOPS", Show.Number(qos.BurstIops))
        .Add("Bandwidth", Show.Rate(qos.MaxBandwidthBytes)).Add("Required", Show.List(qos.Require)).Add("Enforced by", qos.Enforce);

    private static string SizeOf(long? bytes, bool custom) => custom ? "custom" : Show.Size(bytes);

    private static string Min(OfferingQos qos) => Limit(qos, qos.MinIops, qos.MinIopsPerGib);

    private static string Max(OfferingQos qos) => Limit(qos, qos.MaxIops, qos.MaxIopsPerGib);

    private static string Limit(OfferingQos qos, long? fixedAt, long? perGib) =>
        qos.CustomIops ? "custom" : perGib is { } rate ? $"{rate}/GiB" : Show.Number(fixedAt);
}
