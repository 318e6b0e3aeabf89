using System.Collections.Concurrent;

namespace Headgate.Node.Target;

/// <summary>The normal sessions of a node. Any thread.</summary>
public sealed class SessionRegistry
{
    private readonly ConcurrentDictionary<ulong, Session> _sessions = new();
    private ulong _lastId;

    /// <summary>All that are in full feature phase now, in the order of their coming.</summary>
    public IReadOnlyList<SessionView> List() =>
        [.. _sessions.Values.OrderBy(session => session.Id).Select(session => session.View())];

    /// <summary>
    /// Tells the sessions that match why they end, and ends them. Returns how many, without waiting: I/O of theirs that
    /// is under way still finishes. New logins are the business of <see cref="ITargetDirectory.Authorize"/>.
    /// </summary>
    public int Cut(Predicate<SessionView> which, CutReason reason) => Begin(which, reason).Count;

    /// <summary>As <see cref="Cut"/>, and waits until none of them can touch its volume any more.</summary>
    public async Task<int> CutAsync(Predicate<SessionView> which, CutReason reason)
    {
        var ended = Begin(which, reason);
        await Task.WhenAll(ended).ConfigureAwait(false);
        return ended.Count;
    }

    private List<Task> Begin(Predicate<SessionView> which, CutReason reason)
    {
        ArgumentNullException.ThrowIfNull(which);
        var ended = new List<Task>();
        foreach (var session in _sessions.Values)
        {
            if (!which(session.View())) continue;
            session.Cut(reason);
            ended.Add(session.Ended);
        }
        return ended;
    }

    internal ulong NextId() => Interlocked.Increment(ref _lastId);

    internal ICollection<Session> Sessions => _sessions.Values;

    internal void Add(Session session) => _sessions[session.Id] = session;

    internal void Remove(Session session) => _sessions.TryRemove(session.Id, out _);
}
