using Headgate.Node.Catalog;
using Headgate.Node.ElementApi;
using Headgate.Node.Io;

namespace Headgate.Node;

/// <summary>Finds out what the medium can serve: at the first start, and again when it is asked to.</summary>
internal sealed class CapacityMeasurement(StorageNodeOptions options, NodeCatalog catalog, DataFolder folder, INodeEvents events)
{
    /// <summary>A first figure for admission, which an admin can replace: short, since the first start waits for it.</summary>
    private static readonly TimeSpan FirstTime = TimeSpan.FromSeconds(1);

    /// <summary>When somebody asks there is time for a better one, and clients wait behind it for no longer than this.</summary>
    private static readonly TimeSpan LaterTime = TimeSpan.FromSeconds(2);

    private readonly Lock _measuring = new();

    /// <summary>The capacity that is set, or was measured; measures it when neither.</summary>
    /// <exception cref="IOException">The medium cannot be measured.</exception>
    public long AtStart() =>
        options.CapacityIops ?? catalog.Current.Identity.MeasuredIops ?? Measure(FirstTime, "").Iops;

    /// <summary>
    /// Measures anew and keeps the result; unless a capacity is set, admission goes by it from then on. What is promised
    /// already stays promised. Clients' I/O goes on beside it: the figure is what was left besides them.
    /// </summary>
    /// <exception cref="IOException">The medium cannot be measured.</exception>
    public CalibrationResult Again(NodeCapacity capacity)
    {
        lock (_measuring)
        {
            var found = Measure(LaterTime, options.CapacityIops is { } set ? $" The capacity is set to {set} IOPS and stays so." : "");
            if (options.CapacityIops is null) capacity.SetIops(found.Iops);
            return found;
        }
    }

    private CalibrationResult Measure(TimeSpan time, string addition)
    {
        var found = MediumCalibration.Run(folder.Root, time, options.Io);
        catalog.Change(edit => edit.SetIdentity(edit.State.Identity with { MeasuredIops = found.Iops }));
        events.Raise(new NodeEvent(
            "capacity-measured", NodeEventSeverity.Information, $"This node can serve {found.Iops} IOPS: {found.Description}{addition}"));
        return found;
    }
}
