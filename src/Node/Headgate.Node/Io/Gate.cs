using Headgate.Blocks;
using Headgate.Blocks.Native;
using Headgate.Qos;

namespace Headgate.Node.Io;

/// <summary>
/// The scheduler and all that belongs to it under one short lock: who submits, completes or configures also takes the
/// decisions that follow from it, on its own thread, and gets back what is to go to the engine. Only I/O that a limit
/// holds needs another thread: the <see cref="GateTimer"/>.
/// <para>
/// One lock for all volumes is today's choice: a decision takes well below a microsecond, so it is busy a few per cent
/// of the time at the rates that files give. A shard of the gate per core would sit behind this same surface.
/// </para>
/// </summary>
internal sealed class Gate(IoPathOptions options) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly QosScheduler _scheduler = MakeScheduler(options);
    private readonly MediumWindow _window = new((long)options.InFlightMax * CostCurve.Of(options.PieceBytes));
    private readonly int _pieceCost = CostCurve.Of(options.PieceBytes);
    private readonly int _alonePieceCost = CostCurve.Of(options.AlonePieceBytes);
    private volatile int _pieceBytes = options.PieceBytes;
    private readonly NodeMeter _node = new(WakeableNap.NowNs);
    private readonly HashSet<VolumeQueue> _queues = [];
    private int _depth;
    private bool _stopped;

    /// <summary>When held I/O must be looked at again; the timer thread sleeps until then.</summary>
    public GateTimer Timer { get; } = new();

    /// <summary>Bytes of one access to the medium now. Any thread.</summary>
    public int PieceBytes => _pieceBytes;

    /// <inheritdoc cref="IoPathOptions.WaitingPerVolumeMax"/>
    public int DepthPerVolumeMax => options.WaitingPerVolumeMax;

    public VolumeQueue Add(long volumeId, VolumeLimits limits, bool hasCredit)
    {
        lock (_lock)
        {
            var queue = new VolumeQueue(
                this, _scheduler.Add(limits, WakeableNap.NowNs, hasCredit ? QosVolume.CreditNsMax : 0), volumeId);
            queue.Meter.Limits = limits;
            _queues.Add(queue);
            return queue;
        }
    }

    /// <summary>Takes an I/O in: true, and <paramref name="ready"/> may go now; false when its volume is out of service.</summary>
    public bool TrySubmit(VolumeIo io, out IoBatch ready)
    {
        var queue = io.Volume.Queue;
        var cost = CostCurve.Of(io.CostBytes);
        var now = WakeableNap.NowNs;
        ready = default;
        lock (_lock)
        {
            if (_stopped || queue.Closing is not null) return false;
            queue.Enter();
            _depth++;
            io.Ticket = new IoTicket { SubmittedNs = now, DispatchedNs = now, CostHundredths = cost };
            if (cost == 0 || !options.IsScheduled)
            {
                ready.Add(io); // free of IOPS: never held, never starved
                return true;
            }
            _window.NoteOwner(queue, now);
            FollowWindow();
            _scheduler.Enqueue(queue.Scheduled, io, cost, io.TransferBytes, io.IsWrite, now);
            ready = Pump(now);
            queue.NoteState(now);
            return true;
        }
    }

    /// <summary>Notes that an I/O has come back; returns what may go in its place.</summary>
    public IoBatch Complete(VolumeIo io, IoFault fault)
    {
        var queue = io.Volume.Queue;
        var now = WakeableNap.NowNs;
        lock (_lock)
        {
            queue.Meter.NoteCompleted(io, now);
            _node.NoteCompleted(io, now);
            Leave(queue);
            if (io.Ticket.CostHundredths == 0 || io.Kind == IoKind.Call || !options.IsScheduled) return default;
            // A failure may not have touched the medium, and a flush waits for more than its own access.
            if (fault == IoFault.None && !io.Durable) NoteMedium(io, now);
            _scheduler.Completed(io);
            return Pump(now);
        }
    }

    /// <summary>Takes back an I/O that waits; see <see cref="IoPath.Abort"/>.</summary>
    public bool TryCancel(VolumeIo io, out IoBatch ready)
    {
        ready = default;
        var now = WakeableNap.NowNs;
        lock (_lock)
        {
            if (!_scheduler.TryCancel(io, now)) return false;
            Leave(io.Volume.Queue);
            ready = Pump(now);
            return true;
        }
    }

    public long WindowHundredths
    {
        get
        {
            lock (_lock) return _window.Hundredths;
        }
    }

    public IoBatch Tick()
    {
        var now = WakeableNap.NowNs;
        lock (_lock) return Pump(now);
    }

    public void Configure(VolumeQueue queue, VolumeLimits limits)
    {
        lock (_lock)
        {
            _scheduler.Configure(queue.Scheduled, limits, WakeableNap.NowNs);
            queue.Meter.Limits = limits;
            Timer.WakeAt(0); // its I/O may go at once; the timer thread sees to it
        }
    }

    public void SetCapacity(long iops)
    {
        lock (_lock)
        {
            _scheduler.SetCapacity(iops, WakeableNap.NowNs);
            Timer.WakeAt(0);
        }
    }

    /// <summary>Closes a volume: returns what waited, which the caller completes as gone, and a task for the rest.</summary>
    public IoBatch Close(VolumeQueue queue, out Task quiet)
    {
        lock (_lock)
        {
            if (queue.Closing is { } already)
            {
                quiet = already.Task;
                return default;
            }
            queue.Closing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            quiet = queue.Closing.Task;
            _queues.Remove(queue);
            var waiting = TakeWaiting(queue, WakeableNap.NowNs);
            _scheduler.Remove(queue.Scheduled);
            if (queue.Depth == 0) queue.Closing.TrySetResult();
            return waiting;
        }
    }

    /// <summary>Lets nothing in or out any more; returns all that waited.</summary>
    public IoBatch Stop()
    {
        lock (_lock)
        {
            _stopped = true;
            Timer.Silence();
            var waiting = new IoBatch();
            foreach (var queue in _queues)
            {
                var io = TakeWaiting(queue, WakeableNap.NowNs).First;
                while (io is not null)
                {
                    var next = io.Ticket.Next;
                    waiting.Add(io);
                    io = next;
                }
            }
            return waiting;
        }
    }

    public VolumeStatistics ReadStatistics(VolumeQueue queue)
    {
        var now = WakeableNap.NowNs;
        lock (_lock) return queue.Meter.Read(queue.Limits, queue.Scheduled.BurstCredit(now), queue.Depth, now);
    }

    public NodeIoStatistics ReadStatistics()
    {
        var now = WakeableNap.NowNs;
        lock (_lock) return _node.Read(_depth, _scheduler.OverloadNs, now);
    }

    public OverloadReading ReadOverload()
    {
        lock (_lock) return new OverloadReading(_scheduler.OverloadNs, _queues.Sum(queue => queue.HasBacklog ? queue.Limits.MinIops : 0));
    }

    public void Dispose() => Timer.Dispose();

    private static QosScheduler MakeScheduler(IoPathOptions options)
    {
        var scheduler = new QosScheduler
        {
            InFlightMax = options.InFlightMax,
            ReservedPlaces = options.ReservedPlaces,
            PieceHundredths = CostCurve.Of(options.PieceBytes),
            WindowHundredths = MediumWindow.FirstHundredths,
        };
        scheduler.SetCapacity(options.CapacityIops, WakeableNap.NowNs);
        return scheduler;
    }

    // All that may go now, in order. Sets the timer when limits hold the rest.
    private IoBatch Pump(long now)
    {
        var ready = new IoBatch();
        for (; ; )
        {
            switch (_scheduler.TryNext(now, out var request, out var notBefore))
            {
                case NextKind.Dispatch:
                    var io = (VolumeIo)request!;
                    io.Ticket.DispatchedNs = now;
                    var queue = io.Volume.Queue;
                    queue.NoteState(now);
                    ready.Add(io);
                    // The slow lane has a bound of its own. Calls that wait there would hold places that reads could use.
                    if (io.Kind == IoKind.Call) _scheduler.Completed(io);
                    break;
                case NextKind.NotBefore:
                    Timer.WakeAt(notBefore);
                    return ready;
                default:
                    return ready;
            }
        }
    }

    // A large I/O is at the medium one piece at a time, so its latency by its pieces is what the medium takes for one.
    private void NoteMedium(VolumeIo io, long now)
    {
        var pieces = Math.Max(1, io.Ticket.Pieces);
        var latencyNs = (now - io.Ticket.DispatchedNs) / pieces;
        _window.Note(io.Buffer.Length / pieces, io.IsWrite, latencyNs, _scheduler.IsWindowFull, now);
        FollowWindow();
    }

    private void FollowWindow()
    {
        _scheduler.WindowHundredths = _window.Hundredths;
        (_pieceBytes, _scheduler.PieceHundredths) = _window.IsShared ? (options.PieceBytes, _pieceCost) : (options.AlonePieceBytes, _alonePieceCost);
    }

    private IoBatch TakeWaiting(VolumeQueue queue, long now)
    {
        var waiting = new IoBatch();
        while (_scheduler.TakeFirst(queue.Scheduled, now) is VolumeIo io)
        {
            Leave(queue);
            waiting.Add(io);
        }
        return waiting;
    }

    private void Leave(VolumeQueue queue)
    {
        queue.Leave();
        _depth--;
        if (queue.Depth == 0) queue.Closing?.TrySetResult();
    }
}
