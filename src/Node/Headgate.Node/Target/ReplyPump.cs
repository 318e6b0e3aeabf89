namespace Headgate.Node.Target;

/// <summary>
/// The sending side of a connection. Any thread posts; whoever posts first while nobody sends becomes the sender and
/// sends for all ("combining"): one gathered send per batch, and a reply of an engine thread leaves without a thread hop.
/// </summary>
/// <remarks>
/// No poster ever waits for a slow client: sending is tried without waiting, and when the kernel's buffer is full the
/// rest is handed to the connection's own sender thread, started the first time that happens. Until it is done others
/// only stage. What may be staged is bounded by the command window (<see cref="CommandNumbers.WindowDepth"/>) for
/// commands, and by <see cref="MaxStaged"/> and <see cref="MaxStagedBytes"/> in <see cref="WaitForRoom"/> for the rest:
/// then the connection's thread stops reading, and TCP pushes back.
/// </remarks>
internal sealed class ReplyPump(ITransport transport, CommandNumbers numbers, Action<Exception> onBroken)
{
    /// <summary>Replies waiting: a full window of commands with four R2Ts each, and as much again of pings and rejects.</summary>
    public const int MaxStaged = 8 * CommandNumbers.WindowDepth;

    /// <summary>
    /// Data of pings and texts that wait; an unknown peer of a discovery session can stage them and never read. Four of
    /// the longest data segment (256 KiB), which keeps a reading peer busy; 128 such peers hold 128 MiB.
    /// </summary>
    public const int MaxStagedBytes = 1 << 20;

    private readonly object _gate = new(); // a monitor: the sender thread and the connection's wait on it
    private readonly Stack<ControlReply> _spare = new();
    private readonly List<IReply> _formed = new(64);
    private IReply? _head;
    private IReply? _tail;
    private IReply? _current;
    private int _staged;
    private long _stagedBytes;
    private bool _sending;
    private bool _handedOver;
    private bool _isPeerSlow;
    private Action? _end;
    private bool _closed;
    private Thread? _sender;

    /// <summary>Digests are switched on here when login ends.</summary>
    public PduWriter Writer { get; } = new();

    /// <summary>Whether the peer has taken enough for more to be staged.</summary>
    public bool HasRoom => Volatile.Read(ref _staged) < MaxStaged && Interlocked.Read(ref _stagedBytes) <= MaxStagedBytes;

    /// <summary>Replies that wait to be formed.</summary>
    public int StagedCount => Volatile.Read(ref _staged);

    /// <summary>A reply to fill in and post.</summary>
    public ControlReply Rent(bool usesStatSn)
    {
        ControlReply? reply;
        lock (_gate) _spare.TryPop(out reply);
        reply ??= new ControlReply(this);
        reply.UsesStatSn = usesStatSn;
        return reply;
    }

    /// <summary>Stages a reply for the next <see cref="Flush"/>: for the connection's thread in the middle of a burst.</summary>
    public void Stage(IReply reply)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                Append(reply);
                return;
            }
        }
        reply.OnSent();
    }

    /// <summary>Stages a reply and sends what is staged, unless somebody is sending already: then that one takes it along.</summary>
    public void Post(IReply reply)
    {
        Stage(reply);
        Flush();
    }

    /// <summary>
    /// Posts the connection's last word. <paramref name="end"/> runs when that is in the kernel's hands, by whoever sends
    /// now, or as soon as the peer is found to take nothing, since a dead peer must not hold up the end. It may run twice.
    /// </summary>
    public void PostLast(ControlReply reply, Action end)
    {
        reply.WhenSent = end;
        bool isPeerSlow;
        lock (_gate) (_end, isPeerSlow) = (end, _isPeerSlow);
        Post(reply);
        if (isPeerSlow) end();
    }

    /// <summary>Sends what is staged, without waiting.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_sending || _closed || _head is null) return;
            _sending = true;
        }
        if (!Run(wait: false)) HandOver();
    }

    /// <summary>Waits, on the connection's thread, until the peer has taken enough of what is staged.</summary>
    public void WaitForRoom()
    {
        if (HasRoom) return;
        Flush(); // from here on somebody sends
        lock (_gate)
        {
            while (!HasRoom && !_closed) Monitor.Wait(_gate);
        }
    }

    /// <summary>Nothing is sent any more; what is staged counts as sent. Afterwards no reply touches the socket.</summary>
    public void Close()
    {
        lock (_gate) MarkClosed();
        _sender?.Join();
        DropStaged();
    }

    public void Recycle(ControlReply reply)
    {
        lock (_gate)
        {
            if (_spare.Count < MaxStaged) _spare.Push(reply);
        }
    }

    private void MarkClosed()
    {
        _closed = true;
        Monitor.PulseAll(_gate);
    }

    private void Append(IReply reply)
    {
        reply.NextReply = null;
        if (_tail is null) _head = reply;
        else _tail.NextReply = reply;
        _tail = reply;
        _staged++;
        _stagedBytes += reply.HeldBytes;
    }

    private void HandOver()
    {
        Action? end;
        try
        {
            lock (_gate)
            {
                if (_closed)
                {
                    _sending = false;
                    return;
                }
                if (_sender is null) StartSender();
                _handedOver = _isPeerSlow = true;
                end = _end;
                Monitor.PulseAll(_gate);
            }
            end?.Invoke();
        }
#pragma warning disable CA1031 // no thread to be had (OutOfMemoryException): it costs this connection and nothing more
        catch (Exception broken)
#pragma warning restore CA1031
        {
            Break(broken);
        }
    }

    private void StartSender()
    {
        var sender = new Thread(SenderLoop, maxStackSize: 256 * 1024) { IsBackground = true, Name = "iscsi-send" };
        sender.Start();
        _sender = sender; // only now: Close waits for it, and one that never ran would never end
    }

    private void Break(Exception broken)
    {
        lock (_gate)
        {
            MarkClosed();
            _sending = false;
        }
        onBroken(broken);
    }

    private void SenderLoop()
    {
        while (true)
        {
            lock (_gate)
            {
                while (!_handedOver && !_closed) Monitor.Wait(_gate);
                if (_closed)
                {
                    if (_handedOver) _sending = false;
                    return;
                }
                _handedOver = false;
            }
            Run(wait: true);
        }
    }

    /// <summary>Sends until nothing is staged (true, no longer the sender) or the kernel's buffer is full (false, still the sender).</summary>
    private bool Run(bool wait)
    {
        try
        {
            while (true)
            {
                FormBatch();
                if (Writer.IsEmpty)
                {
                    if (TryStop()) return true;
                    continue;
                }
                if (!Writer.Send(transport, wait)) return false;
                Release();
            }
        }
#pragma warning disable CA1031 // a broken socket is expected, anything else a bug: both cost this connection and nothing more
        catch (Exception broken)
#pragma warning restore CA1031
        {
            Break(broken);
            return true;
        }
    }

    private void FormBatch()
    {
        while (Writer.HasRoom)
        {
            _current ??= Take();
            if (_current is null) return;
            if (!_current.WriteNext(Writer, numbers)) continue;
            _formed.Add(_current);
            _current = null;
        }
    }

    private IReply? Take()
    {
        lock (_gate)
        {
            if (_head is null) return null;
            var reply = _head;
            _head = reply.NextReply;
            if (_head is null) _tail = null;
            var hadRoom = HasRoom;
            _staged--;
            _stagedBytes -= reply.HeldBytes;
            if (!hadRoom && HasRoom) Monitor.PulseAll(_gate);
            return reply;
        }
    }

    private bool TryStop()
    {
        lock (_gate)
        {
            if (_head is not null && !_closed) return false;
            _sending = _isPeerSlow = false;
            return true;
        }
    }

    private void Release()
    {
        foreach (var reply in _formed) reply.OnSent();
        _formed.Clear();
    }

    // Only when closed. A sender that is not waiting may still be at work: it stops at its next step, so wait for it.
    private void DropStaged()
    {
        var spin = new SpinWait();
        while (true)
        {
            lock (_gate)
            {
                if (!_sending) break;
            }
            spin.SpinOnce(sleep1Threshold: -1);
        }
        Release();
        _current?.OnSent();
        _current = null;
        for (var reply = Take(); reply is not null; reply = Take()) reply.OnSent();
    }
}
