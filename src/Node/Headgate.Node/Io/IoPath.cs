using Headgate.Blocks;
using Headgate.Qos;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Node.Io;

/// <summary>The way of all I/O of a node: gate (QoS scheduler under a lock), bounded in-flight, engine threads.</summary>
public sealed partial class IoPath : IDisposable
{
    /// <summary>Data of a reply that is copied to the socket in a few microseconds: less than a thread takes to wake up.</summary>
    private const int ReplyBytesQuick = 16 << 10;

    private readonly Gate _gate;
    private readonly EngineLane _data;
    private readonly EngineLane _slow;
    private readonly ILogger _logger;
    private readonly CountdownEvent _callers = new(1); // those in SubmitAlone, and one until Stop
    private int _stopped;

    /// <summary>Starts the engine's threads.</summary>
    public IoPath(IoPathOptions options, ILogger<IoPath>? logger = null)
    {
        Options = options;
        _logger = logger ?? NullLogger<IoPath>.Instance;
        _gate = new Gate(options);
        _data = new EngineLane("hg-io", options.DataThreads, Run);
        _slow = new EngineLane("hg-io-slow", options.SlowThreads, Run, perVolumeMax: Math.Clamp(options.SlowPerVolumeMax, 1, Math.Max(1, options.SlowThreads - 1)));
        _gate.Timer.Start(() => Post(_gate.Tick()));
    }

    /// <summary>The sizes that it runs with.</summary>
    public IoPathOptions Options { get; }

    /// <summary>Makes a place in the gate for a volume that comes into service.</summary>
    /// <param name="volumeId">The Element volumeID.</param>
    /// <param name="limits">The limits in force.</param>
    /// <param name="hasCredit">Whether it begins with all its burst credit, as a new volume does, or with none, as after a restart.</param>
    public VolumeQueue AddVolume(long volumeId, VolumeLimits limits, bool hasCredit = true) => _gate.Add(volumeId, limits, hasCredit);

    /// <summary>
    /// Takes a volume out of service: what waits, and what is submitted from now on, completes with
    /// <see cref="IoFault.Gone"/>; the task ends when nothing of it is under way any more.
    /// </summary>
    public Task RemoveVolumeAsync(VolumeQueue queue)
    {
        CompleteAsGone(_gate.Close(queue, out var quiet));
        return quiet;
    }

    /// <summary>Changes how many normalised IOPS go to the medium in all; 0 leaves the pace to the medium itself.</summary>
    public void SetCapacity(long iops) => _gate.SetCapacity(iops);

    /// <summary>
    /// Hands over one I/O. Any thread; does not wait. When its volume is out of service it completes with
    /// <see cref="IoFault.Gone"/> before this returns.
    /// </summary>
    public void Submit(VolumeIo io)
    {
        if (TrySubmit(io, out var ready)) Post(ready);
    }

    /// <summary>
    /// Hands over one I/O behind which its submitter has nothing else to do. A small one that may go at once is done here
    /// and now, by the calling thread: it waits for the medium only, and not for another thread to get the processor.
    /// </summary>
    /// <returns>Whether it was done here: <see cref="VolumeIo.OnCompleted"/> has been called.</returns>
    public bool SubmitAlone(VolumeIo io)
    {
        if (!_callers.TryAddCount())
        {
            io.OnCompleted(IoFault.Gone);
            return true;
        }
        try
        {
            var isSmall = io.Kind != IoKind.Call && !io.Durable && io.TransferBytes <= Options.AloneBytesMax;
            if (!TrySubmit(io, out var ready)) return true;
            var isHere = isSmall && ready.First == io;
            if (isHere) ready.TakeFirst();
            Post(ready);
            if (isHere) RunHere(io);
            return isHere;
        }
        finally
        {
            _callers.Signal();
        }
    }

    /// <summary>
    /// Takes back an I/O that still waits in the gate: true, and it will not run nor be completed. False: it is
    /// under way or done, and <see cref="VolumeIo.OnCompleted"/> comes or has come.
    /// </summary>
    public bool Abort(VolumeIo io)
    {
        if (!_gate.TryCancel(io, out var ready)) return false;
        Post(ready);
        return true;
    }

    /// <summary>What surplus may have at the medium at one time now, in hundredths of a 4 KiB I/O. Any thread.</summary>
    public long WindowHundredths => _gate.WindowHundredths;

    /// <summary>What the whole node served up to now. Any thread.</summary>
    public NodeIoStatistics ReadStatistics() => _gate.ReadStatistics();

    /// <summary>
    /// Orderly end: what waits completes with <see cref="IoFault.Gone"/>, what is under way is finished, then the
    /// threads end. Returns when they have. Not from an I/O's own completion.
    /// </summary>
    public void Stop()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0) return;
        CompleteAsGone(_gate.Stop());
        _callers.Signal();
        _callers.Wait();
        _gate.Dispose();
        _data.Dispose();
        _slow.Dispose();
        _callers.Dispose();
    }

    internal OverloadReading ReadOverload() => _gate.ReadOverload();

    /// <summary>Same as <see cref="Stop"/>; safe to call after it.</summary>
    public void Dispose() => Stop();

    private bool TrySubmit(VolumeIo io, out IoBatch ready)
    {
        var queue = io.Volume.Queue; // the I/O may be another one's soon
        if (_gate.TrySubmit(io, out ready))
        {
            if (Options.IsScheduled) ThreadSlice.Follow(isShort: !queue.HasBacklog);
            return true;
        }
        io.OnCompleted(IoFault.Gone);
        return false;
    }

    private void Post(IoBatch ready)
    {
        var io = ready.First;
        while (io is not null)
        {
            var next = io.Ticket.Next; // Post links it anew
            if (io.Kind == IoKind.Call) _slow.Post(io);
            else _data.Post(io);
            io = next;
        }
    }

    private static void CompleteAsGone(IoBatch waiting)
    {
        var io = waiting.First;
        while (io is not null)
        {
            var next = io.Ticket.Next; // its owner may use it again at once
            io.OnCompleted(IoFault.Gone);
            io = next;
        }
    }

    // The I/O that the same thread does next, or null to take the next one that is queued.
    private VolumeIo? Run(VolumeIo io)
    {
        var fault = Access(io);
        // A reply of this size is sent sooner than another thread wakes up; behind a longer one nobody shall wait.
        var stays = io.Kind != IoKind.Call && io.TransferBytes <= ReplyBytesQuick;
        var ready = _gate.Complete(io, fault); // before the owner hears of it, since it may use the I/O again from then on
        var next = stays && ready.First is { Kind: not IoKind.Call } ? ready.TakeFirst() : null;
        Post(ready);
        Tell(io, fault);
        return next;
    }

    private void RunHere(VolumeIo io)
    {
        var fault = Access(io);
        Post(_gate.Complete(io, fault));
        Tell(io, fault);
    }

    // A device or a session that throws has a bug; it must cost that one I/O, not the process and every other volume.
    private IoFault Access(VolumeIo io)
    {
        try
        {
            return io.Kind == IoKind.Call ? io.Execute() : Transfer(io);
        }
#pragma warning disable CA1031 // see above
        catch (Exception bug)
#pragma warning restore CA1031
        {
            LogAccessThrew(bug, io.Kind, io.Volume.VolumeId);
            return io.IsWrite ? IoFault.WriteFailed : IoFault.ReadFailed;
        }
    }

    // Piece by piece, so that others' small I/O comes in between. A durable write goes whole: each piece would be a flush.
    // So does a read where atomic writes come: between two pieces one could land, and the read would see half of it.
    private IoFault Transfer(VolumeIo io)
    {
        var device = io.Volume.Device;
        var offset = io.Offset;
        var rest = io.Buffer.Span;
        if (io.Kind == IoKind.Write && io.Durable) return device.Write(offset, rest, durable: true);
        var isWhole = !Options.IsScheduled || (io.Kind == IoKind.Read && device.HasAtomicWrites);
        while (true)
        {
            io.Ticket.Pieces++;
            var piece = isWhole ? rest : rest[..Math.Min(rest.Length, _gate.PieceBytes)]; // smaller from now on when company comes
            var fault = io.Kind == IoKind.Read ? device.Read(offset, piece) : device.Write(offset, piece, durable: false);
            if (fault != IoFault.None) return fault;
            if (piece.Length == rest.Length) break;
            rest = rest[piece.Length..];
            offset += piece.Length;
        }
        var isTorn = !isWhole && io.Kind == IoKind.Read && device.HasAtomicWrites; // the first one came meanwhile
        return isTorn ? device.Read(io.Offset, io.Buffer.Span) : IoFault.None;
    }

    private void Tell(VolumeIo io, IoFault fault)
    {
        var volumeId = io.Volume.VolumeId;
        try
        {
            io.OnCompleted(fault);
        }
#pragma warning disable CA1031 // as in Access
        catch (Exception bug)
#pragma warning restore CA1031
        {
            LogCompletionThrew(bug, volumeId);
        }
    }
}
