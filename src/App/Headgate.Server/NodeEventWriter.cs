using System.Globalization;
using Headgate.Control;
using Headgate.Domain;
using Headgate.Drivers.SolidFire;
using Headgate.Node;
using Headgate.Persistence;
using Microsoft.Extensions.Hosting;

namespace Headgate.Server;

/// <summary>Writes the node's events into the control plane's log, each beside the volume that it is about.</summary>
internal sealed class NodeEventWriter(EmbeddedNode embedded, HeadgateDatabase database, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await embedded.Events.PumpAsync(WriteAsync, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the end
        }
    }

    private Task WriteAsync(IReadOnlyList<NodeEvent> batch, CancellationToken stop) => database.WriteAsync(
        async (db, cancel) =>
        {
            foreach (var happened in batch)
            {
                var volume = happened.VolumeId is { } id ? await VolumeOfAsync(db, id, cancel) : null;
                db.Record(
                    time.GetUtcNow(), "node", happened.Code, volume is null ? "node" : "volume", volume?.Id, volume?.Name,
                    volume?.AccountId, happened.Message, SeverityOf(happened));
            }
        },
        stop);

    /// <summary>The SolidFire driver's handle of a volume is its Element volumeID.</summary>
    private Task<Volume?> VolumeOfAsync(HeadgateDbContext db, long elementId, CancellationToken stop) => db.FindOnBackendAsync(
        SolidFireProvider.BackendId(embedded.Node.ClusterUuid), elementId.ToString(CultureInfo.InvariantCulture), stop);

    private static EventSeverity SeverityOf(NodeEvent happened) => happened.Severity switch
    {
        NodeEventSeverity.Information => EventSeverity.Info,
        NodeEventSeverity.Warning => EventSeverity.Warning,
        _ => EventSeverity.Error,
    };
}
