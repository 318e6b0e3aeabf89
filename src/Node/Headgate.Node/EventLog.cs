using Microsoft.Extensions.Logging;

namespace Headgate.Node;

/// <summary>One node event with its number and time.</summary>
internal readonly record struct LoggedEvent(long Id, DateTimeOffset Time, NodeEvent Event);

/// <summary>Keeps the last events for <c>ListEvents</c>, logs each, and hands it on.</summary>
internal sealed partial class EventLog(TimeProvider time, INodeEvents? next, ILogger logger) : INodeEvents
{
    /// <summary>About 200 bytes each; older ones are in the log and with whoever listens.</summary>
    private const int Kept = 1000;

    private readonly Lock _lock = new();
    private readonly Queue<LoggedEvent> _events = new();
    private long _lastId;

    /// <inheritdoc/>
    public void Raise(NodeEvent happened)
    {
        lock (_lock)
        {
            _events.Enqueue(new LoggedEvent(++_lastId, time.GetUtcNow(), happened));
            if (_events.Count > Kept) _events.Dequeue();
        }
        var level = LevelOf(happened.Severity);
        Happened(level, happened.Code, happened.Message);
        next?.Raise(happened);
    }

    /// <summary>The events that are kept, the newest first.</summary>
    public IReadOnlyList<LoggedEvent> Newest()
    {
        lock (_lock) return [.. _events.Reverse()];
    }

    private static LogLevel LevelOf(NodeEventSeverity severity) => severity switch
    {
        NodeEventSeverity.Error => LogLevel.Error,
        NodeEventSeverity.Warning => LogLevel.Warning,
        _ => LogLevel.Information,
    };
}
