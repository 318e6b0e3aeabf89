using System.Collections.Concurrent;

namespace Headgate.Node.Target;

/// <summary>The normal sessions of a node. Any thread.</summary>
public sealed class SessionRegistry
{
    /// <summary>
    /// How long a login waits for the session that it takes the place of: what is under way at the medium has to end
    /// first. Initiators give a login 15 s.
    /// </summary>
    private static readonly TimeSpan ReinstatementWait = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<ulong, Session> _sessions = new();
    private readonly Lock _admission = new();
    private ulong _lastId;
    private ushort _lastTsih;

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

    internal bool Exists(string initiatorName, ulong isid, ushort tsih) =>
        _sessions.Values.Any(session => session.Tsih == tsih && session.Isid == isid && session.InitiatorName == initiatorName);

    /// <summary>
    /// Lets a session in and gives it its TSIH. One with the same initiator, ISID and target ends first: session
    /// reinstatement, RFC 7143 section 6.3.5. False when the old one does not end in time.
    /// </summary>
    internal bool TryAdmit(Session session)
    {
        while (true)
        {
            Session? old;
            lock (_admission)
            {
                old = _sessions.Values.FirstOrDefault(other => other.IsSameNexusAs(session));
                if (old is null)
                {
                    session.Tsih = NextTsih();
                    _sessions[session.Id] = session;
                    return true;
                }
            }
            old.Connection.Abort("another login took its place");
            if (!old.Ended.Wait(ReinstatementWait)) return false;
        }
    }

    internal void Remove(Session session) => _sessions.TryRemove(session.Id, out _);

    // Unique among live sessions and never 0 (section 4.4.3): with at most a few thousand of them the search is short.
    private ushort NextTsih()
    {
        do
        {
            if (++_lastTsih == 0) _lastTsih = 1;
        }
        while (_sessions.Values.Any(session => session.Tsih == _lastTsih));
        return _lastTsih;
    }
}
