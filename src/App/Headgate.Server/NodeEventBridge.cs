using System.Threading.Channels;
using Headgate.Node;
using Microsoft.Extensions.Logging;

namespace Headgate.Server;

/// <summary>
/// Carries the node's events into the control plane's log. Raising never blocks the data path; what comes faster than it can
/// be written is counted and said, not queued without end.
/// </summary>
internal sealed partial class NodeEventBridge(ILogger<NodeEventBridge> log) : INodeEvents
{
    /// <summary>A few seconds of the worst flood, refused logins, which the target itself slows down.</summary>
    private const int MostWaiting = 1024;

    /// <summary>Equal events within this time become one entry with their number.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(250);

    private readonly Channel<NodeEvent> _waiting = Channel.CreateBounded<NodeEvent>(MostWaiting);
    private long _dropped;

    public void Raise(NodeEvent happened)
    {
        if (!_waiting.Writer.TryWrite(happened)) Interlocked.Increment(ref _dropped);
    }

    /// <summary>Hands over events in batches until <paramref name="stop"/>; a batch that cannot be written is logged and dropped.</summary>
    public async Task PumpAsync(Func<IReadOnlyList<NodeEvent>, CancellationToken, Task> write, CancellationToken stop)
    {
        while (await _waiting.Reader.WaitToReadAsync(stop))
        {
            await Task.Delay(Gathering, stop);
            var batch = new List<NodeEvent>();
            while (batch.Count < MostWaiting && _waiting.Reader.TryRead(out var next)) batch.Add(next);
            var dropped = Interlocked.Exchange(ref _dropped, 0);
            if (dropped > 0)
                batch.Add(new NodeEvent("events-dropped", NodeEventSeverity.Warning, $"{dropped} events of the node came faster than they could be kept."));
            try
            {
                await write([.. Gathered(batch)], stop);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                LogLost(fault, batch.Count);
            }
        }
    }

    private static IEnumerable<NodeEvent> Gathered(List<NodeEvent> batch) =>
        from same in batch.GroupBy(happened => happened)
        let times = same.Count()
        select times == 1 ? same.Key : same.Key with { Message = $"{same.Key.Message} ({times} times)" };
}
