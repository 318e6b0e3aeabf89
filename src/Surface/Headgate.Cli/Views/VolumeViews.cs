using Headgate.Api.Contract;
using Headgate.Cli.Output;

namespace Headgate.Cli.Views;

/// <summary>Volumes, their promises, connections and snapshots.</summary>
internal static class VolumeViews
{
    public static readonly TableOf<VolumeView> Volumes = new(
        new("NAME", v => v.Name), new("STATE", v => v.State), new("SIZE", v => Show.Size(v.SizeBytes), Right: true),
        new("OFFERING", OfferingOf), new("POOL", v => Show.Text(v.Pool)), new("MIN", v => Granted(v, "minIops"), Right: true),
        new("MAX", v => Granted(v, "maxIops"), Right: true), new("BURST", v => Granted(v, "burstIops"), Right: true),
        new("INITIATORS", v => Show.Number(v.Initiators.Count), Right: true), new("ACCOUNT", v => v.Account))
    {
        Empty = "There are no volumes; make one with: headgate volume create --name NAME --disk-offering OFFERING",
    };

    public static readonly TableOf<SnapshotView> Snapshots = new(
        new("NAME", s => s.Name), new("VOLUME", s => s.Volume), new("STATE", s => s.State),
        new("SIZE", s => Show.Size(s.SizeBytes), Right: true), new("CREATED", s => Show.Time(s.CreatedAt)), new("ID", s => s.Id.ToString()))
    {
        Empty = "There are no snapshots.",
    };

    private static readonly TableOf<PromiseView> Promises = new(
        new("PROMISE", p => NameOf(p.Promise)), new("REQUESTED", p => Value(p, p.Requested), Right: true), new("REQUIRED", p => Show.YesNo(p.Required)),
        new("GRANTED", p => Value(p, p.Granted), Right: true), new("ENFORCED BY", p => p.EnforcedBy), new("APPLIED", p => Value(p, p.Applied), Right: true));

    public static PropertySheet Volume(VolumeView volume) => new PropertySheet()
        .Add("Name", volume.Name).Add("Id", volume.Id.ToString()).Add("State", volume.State).Add("Cause", volume.Cause)
        .Add("Type", volume.Type).Add("Size", Show.Size(volume.SizeBytes)).Add("Offering", OfferingOf(volume))
        .Add("Zone", volume.Zone).Add("Pool", Show.Text(volume.Pool)).Add("Handle", volume.Handle)
        .Add("Account", volume.Account).Add("Created", Show.Time(volume.CreatedAt))
        .AddBlock("Promises", StorageViews.Lines(Promises, volume.Promises))
        .AddBlock("Initiators", volume.Initiators);

    public static PropertySheet Qos(VolumeQosView qos)
    {
        var sheet = new PropertySheet().Add("Volume", qos.Volume).AddBlock("Promises", StorageViews.Lines(Promises, qos.Promises));
        return qos.Measured is { } measured
            ? sheet.AddBlock("Measured", [
                $"{Show.Number(measured.Iops)} IOPS, {Show.Rate((long)measured.BytesPerSecond)}, {Show.Millis(measured.LatencyMicros)} ms"
                    + (measured.BurstCredit is { } credit ? $", burst credit {credit}" : ""),
                .. measured.Service is { } service ? Served(service) : [],
                $"at {Show.Time(measured.At)}"])
            : sheet.Add("Measured", Show.Text(qos.MeasuredProblem));
    }

    private static string[] Served(ServiceView service) =>
    [
        $"p50 {Show.Millis(service.LatencyP50Micros)} ms, p99 {Show.Millis(service.LatencyP99Micros)} ms; "
            + $"of the mean {Show.Millis(service.SchedulerMicros)} ms in the scheduler, {Show.Millis(service.MediumMicros)} ms at the medium",
        $"held by its own limit {service.HeldByLimit:P0} of the time, {Show.Number(service.HeldByLimitSeconds)} s in all; "
            + $"below min {Show.Number(service.BelowMinSeconds)} s; {service.QueueDepth} I/Os wait or are under way",
    ];

    public static PropertySheet Connection(ConnectionView connection) => connection.Rbd is { } rbd
        ? new PropertySheet()
            .Add("Protocol", connection.Protocol).Add("Monitors", Show.List(connection.Portals))
            .Add("Image", rbd.Namespace is null ? $"{rbd.Pool}/{rbd.Image}" : $"{rbd.Pool}/{rbd.Namespace}/{rbd.Image}")
            .Add("User", $"client.{rbd.User}").Add("Key", rbd.Key).Add("URI", connection.Uri)
        : Login(connection);

    private static PropertySheet Login(ConnectionView connection) => new PropertySheet()
        .Add("Protocol", connection.Protocol).Add("Portals", Show.List(connection.Portals)).Add("Target", connection.Iqn)
        .Add("LUN", connection.Lun.ToString())
        .Add("CHAP username", connection.Chap?.Username ?? "none: the pool does not ask for CHAP")
        .Add("CHAP secret", connection.Chap?.Secret).Add("Target's secret", connection.Chap?.TargetSecret)
        .Add("URI", connection.Uri);

    public static PropertySheet Snapshot(SnapshotView snapshot) => new PropertySheet()
        .Add("Name", snapshot.Name).Add("Id", snapshot.Id.ToString()).Add("Volume", snapshot.Volume).Add("State", snapshot.State)
        .Add("Cause", snapshot.Cause).Add("Size", Show.Size(snapshot.SizeBytes)).Add("Created", Show.Time(snapshot.CreatedAt));

    /// <summary>A promise's table inside another sheet.</summary>
    public static IEnumerable<string> PromiseLines(IReadOnlyList<PromiseView> promises) => StorageViews.Lines(Promises, promises);

    /// <summary>The version only where it is not the current one: that is what one wants to know.</summary>
    private static string OfferingOf(VolumeView volume) => volume.OfferingOutdated ? $"{volume.DiskOffering}@{volume.OfferingVersion}" : volume.DiskOffering;

    private static string Granted(VolumeView volume, string promise) =>
        Show.Number(volume.Promises.FirstOrDefault(p => p.Promise == promise)?.Granted);

    private static string NameOf(string promise) => promise switch
    {
        "minIops" => "min IOPS",
        "maxIops" => "max IOPS",
        "burstIops" => "burst IOPS",
        "maxBandwidth" => "bandwidth",
        _ => promise,
    };

    private static string Value(PromiseView promise, long? value) =>
        promise.Promise == "maxBandwidth" ? Show.Rate(value) : Show.Number(value);
}
