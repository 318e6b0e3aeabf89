using System.Collections.Concurrent;

namespace Headgate.Node.Target;

/// <summary>An initiator port at a target: what there may be one session of (I_T nexus, RFC 7143 section 4.4.3).</summary>
internal readonly record struct NexusKey(string InitiatorName, ulong Isid, string TargetName);

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
    private readonly Dictionary<NexusKey, Session> _byNexus = []; // until nothing of it can touch the volume any more
    private readonly HashSet<ushort> _tsihs = [];
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

    /// <summary>
    /// After a change of access: cuts the sessions that match, and judges the waiting writes of all others again. When the
    /// task ends, no command that is no longer allowed can touch a volume.
    /// </summary>
    public async Task FenceAsync(Predicate<SessionView> which, CutReason reason)
    {
        ArgumentNullException.ThrowIfNull(which);
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var wait = new TaskWait(() => over.TrySetResult());
        foreach (var session in Held())
        {
            if (which(session.View()))
            {
                session.Fence(wait);
                if (_sessions.ContainsKey(session.Id)) session.Cut(reason);
                continue;
            }
            if (session.Volume.Unit.IsWriteProtected) session.RejudgeWrites(wait);
            session.AwaitRefusedPieces(wait);
        }
        wait.Done();
        await over.Task.ConfigureAwait(false);
    }

    private List<Task> Begin(Predicate<SessionView> which, CutReason reason)
    {
        ArgumentNullException.ThrowIfNull(which);
        var ended = new List<Task>();
        foreach (var session in Held())
        {
            if (!which(session.View())) continue;
            if (_sessions.ContainsKey(session.Id)) session.Cut(reason);
            ended.Add(session.Ended);
        }
        return ended;
    }

    internal ulong NextId() => Interlocked.Increment(ref _lastId);

    internal ICollection<Session> Sessions => _sessions.Values;

    /// <summary>Names that are taken: by sessions, and by those whose last I/O is still under way.</summary>
    internal int HeldCount
    {
        get
        {
            lock (_admission) return _byNexus.Count;
        }
    }

    /// <summary>Those that can touch a volume still: the open ones, and those whose connection is gone but not their last I/O.</summary>
    internal Session[] Held()
    {
        lock (_admission) return [.. _byNexus.Values];
    }

    internal Session? Find(string initiatorName, ulong isid, ushort tsih) =>
        _sessions.Values.FirstOrDefault(session => session.Tsih == tsih && session.Isid == isid && session.InitiatorName == initiatorName);

    /// <summary>
    /// Lets a session in and gives it its TSIH. One with the same initiator, ISID and target ends first: session
    /// reinstatement, RFC 7143 section 6.3.5. False when the old one does not end in time, or no TSIH is free.
    /// </summary>
    internal bool TryAdmit(Session session)
    {
        while (true)
        {
            Session? old;
            lock (_admission)
            {
                if (!_byNexus.TryGetValue(session.Key, out old)) return TryEnter(session, NextTsih());
            }
            old.Connection.Abort("another login took its place");
            if (!old.Ended.Wait(ReinstatementWait)) return false;
        }
    }

    /// <summary>
    /// Lets a session in that goes on where another ends, whose connection is lost or given up: connection reinstatement,
    /// RFC 7143 section 6.3.4. It has its TSIH, its nexus (with reservations and unit attentions) and its CmdSN; the
    /// tasks of the other have ended without a word. False when there is nothing to go on with any more.
    /// </summary>
    internal bool TryTakeOver(Session session, ushort tsih)
    {
        if (Find(session.InitiatorName, session.Isid, tsih) is not { } old || old.Key != session.Key || !old.TryHandOver()) return false;
        old.Connection.Abort("its connection is reinstated");
        if (!old.Ended.Wait(ReinstatementWait))
        {
            old.KeepAfterAll();
            return false;
        }
        session.Adopt(old);
        lock (_admission)
        {
            if (!_byNexus.ContainsKey(session.Key) && TryEnter(session, tsih)) return true;
        }
        session.OnClosed(); // a new session with its name was quicker
        return false;
    }

    /// <summary>No more shown, nor found by a login that wants to go on with it; its name stays taken.</summary>
    internal void Remove(Session session) => _sessions.TryRemove(session.Id, out _);

    /// <summary>Nothing of it can touch the volume any more: its name and its TSIH are free.</summary>
    internal void Release(Session session)
    {
        lock (_admission)
        {
            if (!_byNexus.TryGetValue(session.Key, out var named) || named != session) return;
            _byNexus.Remove(session.Key);
            _tsihs.Remove(session.Tsih);
        }
    }

    private bool TryEnter(Session session, ushort tsih)
    {
        if (tsih == 0 || !_tsihs.Add(tsih)) return false;
        session.Tsih = tsih;
        _byNexus[session.Key] = session;
        _sessions[session.Id] = session;
        return true;
    }

    // Unique among live sessions and never 0 (section 4.4.3); 0 when all are taken.
    private ushort NextTsih()
    {
        if (_tsihs.Count == ushort.MaxValue) return 0;
        do
        {
            if (++_lastTsih == 0) _lastTsih = 1;
        }
        while (_tsihs.Contains(_lastTsih));
        return _lastTsih;
    }
}
