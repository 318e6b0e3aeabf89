using Headgate.Iscsi.Pdu;
using Headgate.Node.Io;
using Headgate.Scsi;

namespace Headgate.Node.Target;

/// <summary>
/// The life of a task. Lock order: session, then the gate of <see cref="IoPath"/>; no reply is sent under the session's lock.
/// </summary>
/// <remarks>
/// <code>
///   command ─▶ Collecting ── all data here ──▶ Submitted ── completed ──▶ Done ─▶ reply ─▶ pool
///                  │  └─ answer settled, data still due: discarded until its F bit
///                  └─ nothing to do at the medium ───────────────────────▶ Done
/// </code>
/// </remarks>
internal sealed partial class Session
{
    /// <summary>
    /// Buffers of one session's commands at a time: a window of 128 commands of 1 MiB. A command beyond it gets TASK SET
    /// FULL, and initiators come back with it.
    /// </summary>
    private const long BufferedBytesMax = 128L << 20;

    private readonly Lock _gate = new();
    private readonly TaskTable _tasks;
    private long _bufferedBytes;
    private long _lastCommand;
    private long _lastDataOut;
    private long? _dataDueSince; // as the ticks see it
    private int _inEngine = 1; // the session itself, until its connection is over
    private ScsiTask? _arriving;
    private DataOutProblem _arrivingProblem;
    private bool _arrivingIsCounted;
    private volatile bool _hasAbortedCollecting;

    protected override Memory<byte> PlaceData(BasicHeader header, ReadOnlySpan<byte> additionalHeaders)
    {
        if (_hasAbortedCollecting) SweepAborted();
        (_arriving, _arrivingProblem) = (null, DataOutProblem.None);
        return header.Opcode switch
        {
            Opcode.ScsiCommand => PlaceCommand(header, additionalHeaders),
            Opcode.DataOut => PlaceDataOut(header),
            _ => default,
        };
    }

    protected override bool HandleScsi(BasicHeader header, bool isDataIntact)
    {
        if (header.Opcode == Opcode.TaskManagement)
        {
            HandleTaskManagement(header);
            return true;
        }
        if (_arriving is not { } task) return true; // refused in PlaceCommand, or data for a task that is gone

        if (!isDataIntact) Fail(task, SenseData.DataDigest);
        else if (_arrivingProblem != DataOutProblem.None) FailForProblem(header, task);

        if (task.IsDiscarding || task.IsAborted) Discard(header, task);
        else Progress(task);
        return true;
    }

    private Memory<byte> PlaceCommand(BasicHeader header, ReadOnlySpan<byte> additionalHeaders)
    {
        Volatile.Write(ref _lastCommand, Connection.LastReceived);
        var request = new ScsiCommandRequest(header);
        var isWellFormed = AdditionalHeaders.TryRead(additionalHeaders, out var extra);
        ScsiTask? task;
        lock (_gate) task = _tasks.Take();
        if (task is null || (header.IsImmediate && Numbers.Outstanding >= 2 * CommandNumbers.WindowDepth))
        {
            // Immediate commands know no window; RFC 7143 section 4.2.2.1 lets us turn them away.
            if (task is not null) lock (_gate) _tasks.GiveBack(task);
            Reject(header, RejectReason.ImmediateCommandReject);
            return default;
        }

        Numbers.Enter();
        if (!header.IsImmediate) Numbers.Accept();
        task.Begin(header, request, extra.ExtendedCdb);
        bool isNew;
        lock (_gate) isNew = _tasks.TryAdd(task);
        if (!isNew)
        {
            Reject(header, RejectReason.TaskInProgress);
            Forget(task);
            return default;
        }
        (_arriving, _arrivingIsCounted) = (task, true);
        return Prepare(task, header, request, isWellFormed);
    }

    /// <summary>Plans the command, settles how much data it takes, and rents room for it.</summary>
    private Memory<byte> Prepare(ScsiTask task, BasicHeader header, ScsiCommandRequest request, bool isWellFormed)
    {
        var plan = PlanCommand(task);
        task.SetPlan(plan);
        var blockBytes = Volume.Unit.Geometry.LogicalBlockBytes;
        var mediumBytes = (long)plan.Blocks * blockBytes;
        var isMediumAccess = plan.Kind is PlanKind.Read or PlanKind.Write;
        var takes = plan.Kind == PlanKind.Write ? mediumBytes : plan.Kind == PlanKind.Execute ? plan.DataOutBytes : 0;
        if (isMediumAccess) task.MovedBytes = plan.Kind == PlanKind.Read && task.InitiatorWrites ? 0 : mediumBytes;
        else if (plan.DataOutBytes > 0) task.MovedBytes = plan.DataOutBytes;

        var expected = task.InitiatorWrites ? task.ExpectedBytes : 0;
        var wanted = Math.Min(expected, takes);
        var immediate = header.DataByteCount;
        var isFinal = request.IsFinal || !task.InitiatorWrites;
        var problem = task.DataOut.Start(task.Slot, wanted, expected, immediate, isFinal, Parameters);

        if (problem != DataOutProblem.None) Settle(task, SenseData.UnexpectedUnsolicitedData);
        else if (!isWellFormed || (task.InitiatorReads && task.InitiatorWrites)) Settle(task, SenseData.InvalidInformationUnit);
        else if (plan.Kind == PlanKind.Write && task.InitiatorReads && mediumBytes > 0) Settle(task, SenseData.InvalidInformationUnit);
        else if (plan.Kind == PlanKind.Respond) Settle(task, plan.Result);
        else if (Math.Max(mediumBytes, takes) > BufferPool.LargestBytes) Settle(task, SenseData.InvalidField);
        else Reserve(task, RoomFor(task, mediumBytes, wanted, immediate, expected, blockBytes));
        // Data for a command that takes none goes to the connection's scratch buffer, and no further.
        return task.IsDiscarding ? default : RoomAt(task, 0, immediate);
    }

    /// <summary>Bytes to rent: what is read in whole blocks; what is written, and what may come unasked beyond it.</summary>
    private long RoomFor(ScsiTask task, long mediumBytes, long wanted, int immediate, long expected, int blockBytes)
    {
        if (task.Plan.Kind == PlanKind.Read)
        {
            var reads = task.InitiatorReads ? Math.Min(task.ExpectedBytes, mediumBytes) : 0;
            return (reads + blockBytes - 1) / blockBytes * blockBytes;
        }
        var unasked = task.DataOut.IsUnsolicited ? Math.Min(expected, Parameters.FirstBurstBytes) : 0;
        return Math.Max(wanted, Math.Max(immediate, unasked));
    }

    private void Reserve(ScsiTask task, long bytes)
    {
        if (bytes == 0) return;
        if (!TryCharge(BufferPool.SizeOf((int)bytes)))
        {
            Settle(task, new ScsiResult(SenseData.TaskSetFull, default, default));
            return;
        }
        task.Rent((int)bytes);
        task.Buffer = task.RentedMemory((int)bytes);
    }

    /// <summary>Takes room for a buffer from the session's share and the node's. A session's only buffer always has room, so that each gets on.</summary>
    private bool TryCharge(int bytes)
    {
        var buffered = Interlocked.Read(ref _bufferedBytes);
        var isOnly = buffered == 0;
        if (!isOnly && buffered + bytes > BufferedBytesMax) return false;
        if (!_context.BufferBudget.TryTake(bytes, evenAbove: isOnly)) return false;
        Interlocked.Add(ref _bufferedBytes, bytes);
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// By session and not by task: over a slow link the last of many writes waits long for its turn, and that is nobody's
    /// fault as long as data comes.
    /// </remarks>
    public override bool IsDataOutLate(TimeSpan deadline)
    {
        bool isDue;
        lock (_gate) isDue = _tasks.All.Any(static task => task is { Phase: TaskPhase.Collecting, IsAborted: false } && task.DataOut.HasDataInFlight);
        if (!isDue) _dataDueSince = null;
        else _dataDueSince = Math.Max(_dataDueSince ?? _context.Clock.GetTimestamp(), Volatile.Read(ref _lastDataOut));
        return _dataDueSince is { } since && _context.Clock.GetElapsedTime(since) >= deadline;
    }

    private Memory<byte> PlaceDataOut(BasicHeader header)
    {
        Volatile.Write(ref _lastDataOut, Connection.LastReceived);
        ScsiTask? task;
        lock (_gate)
        {
            // Data of a task that was aborted, or never was: thrown away. It hurts nobody but its sender.
            if (!_tasks.TryFind(header.InitiatorTaskTag, out task) || task.Phase != TaskPhase.Collecting) return default;
        }
        (_arriving, _arrivingIsCounted) = (task, false);
        if (task.IsDiscarding || task.IsAborted) return default;
        var at = (int)task.DataOut.Received;
        _arrivingProblem = task.DataOut.Accept(new DataOutRequest(header), header.DataByteCount, header.IsFinal);
        _arrivingIsCounted = _arrivingProblem == DataOutProblem.None;
        return _arrivingIsCounted ? RoomAt(task, at, header.DataByteCount) : default;
    }

    /// <summary>Empty when the command has no use for the data: a read that came flagged as a write.</summary>
    private static Memory<byte> RoomAt(ScsiTask task, int offset, int count) =>
        offset + count <= task.RentedBytes ? task.RentedMemory(offset + count)[offset..] : default;

    private void FailForProblem(BasicHeader header, ScsiTask task)
    {
        Reject(header, RejectReason.ProtocolError);
        Fail(task, _arrivingProblem == DataOutProblem.UnexpectedUnsolicited
            ? SenseData.UnexpectedUnsolicitedData
            : SenseData.DataPhase);
    }

    private static void Fail(ScsiTask task, byte[] sense)
    {
        if (!task.IsDiscarding) Settle(task, sense);
    }

    private static void Settle(ScsiTask task, byte[] sense) =>
        Settle(task, new ScsiResult(SenseData.CheckCondition, default, sense));

    /// <summary>The answer is known; it goes out when no more data is due.</summary>
    private static void Settle(ScsiTask task, ScsiResult result) => (task.Result, task.IsDiscarding) = (result, true);

    private void Discard(BasicHeader header, ScsiTask task)
    {
        // A PDU that was taken has been counted already; one that was not ends its sequence all the same.
        if (!_arrivingIsCounted) task.DataOut.Discard(header.IsFinal);
        if (!task.DataOut.HasDataInFlight) Finish(task);
    }

    private void Progress(ScsiTask task)
    {
        if (task.DataOut.IsDone)
        {
            Submit(task);
            return;
        }
        while (task.DataOut.TrySolicit(out var next))
        {
            var r2t = Pump.Rent(usesStatSn: false);
            ResponseHeader.WriteReadyToTransfer(
                r2t.Header, task.Lun, task.TaskTag, next.TransferTag, next.R2tSn, next.Offset, next.ByteCount, default);
            Pump.Stage(r2t);
        }
    }

    private void Submit(ScsiTask task)
    {
        if (!TrySetAccess(task))
        {
            Finish(task);
            return;
        }
        // Aborted until here, it must not run: the response to another session's reset may be on its way. From here on
        // whoever aborts it waits for its end.
        bool isAborted;
        lock (_gate)
        {
            isAborted = task.IsAborted || _isFenced;
            task.IsAborted = isAborted;
            if (!isAborted) task.Phase = TaskPhase.Submitted;
        }
        if (isAborted)
        {
            if (task.Copy is { } copy) EndCopy(task, copy);
            Finish(task);
            return;
        }
        Interlocked.Increment(ref _inEngine);
        Launch(task, isOnlyOne: IsOnlyOne());
    }

    /// <summary>Fills in what the I/O path needs; false when the answer is there without it.</summary>
    private bool TrySetAccess(ScsiTask task)
    {
        var plan = task.Plan;
        var blockBytes = Volume.Unit.Geometry.LogicalBlockBytes;
        (task.Volume, task.CostBytes, task.IsWrite, task.Durable) = (Volume, plan.CostBytes, plan.IsWrite, plan.Fua);
        switch (plan.Kind)
        {
            case PlanKind.Execute when plan.IsLong:
                return TryBeginCopy(task);
            case PlanKind.Execute:
                task.Kind = IoKind.Call;
                // Known only now that the data is here: what UNMAP frees, whether a WRITE SAME frees or really writes.
                var dataOut = task.Buffer.Span[..(int)task.DataOut.Wanted];
                task.CostBytes = Volume.Unit.CostOf(plan, task.Cdb, dataOut);
                task.TransferBytes = LogicalUnit.TransferOf(plan, task.Cdb, dataOut);
                task.IsExclusive = plan.IsWrite && WriteGuard.IsExclusive(task.Cdb[0]);
                return true;
            case PlanKind.Write when task.DataOut.Wanted % blockBytes != 0:
                Settle(task, SenseData.InvalidInformationUnit); // half a block cannot be written
                return false;
            case PlanKind.Write:
                task.Buffer = task.Buffer[..(int)task.DataOut.Wanted];
                break;
        }
        (task.Kind, task.Offset) = (plan.Kind == PlanKind.Write ? IoKind.Write : IoKind.Read, (long)plan.Lba * blockBytes);
        task.TransferBytes = task.Buffer.Length;
        if (!task.Buffer.IsEmpty) return true;
        Settle(task, new ScsiResult(0, default, default)); // nothing to move: 0 blocks, or nothing expected
        return false;
    }

    /// <summary>Its reply is sent, or it never had one.</summary>
    public void Recycle(ScsiTask task)
    {
        var bytes = task.RentedBytes;
        task.Release();
        Interlocked.Add(ref _bufferedBytes, -bytes);
        _context.BufferBudget.GiveBack(bytes);
        lock (_gate) _tasks.GiveBack(task);
    }

    /// <summary>Ends a task with the answer that is settled, on the connection's thread.</summary>
    private void Finish(ScsiTask task)
    {
        bool isAborted;
        lock (_gate)
        {
            isAborted = task.IsAborted;
            _tasks.Remove(task);
            task.Phase = TaskPhase.Done;
        }
        if (isAborted) Forget(task);
        else Pump.Stage(task);
    }

    private void Forget(ScsiTask task)
    {
        Numbers.Leave();
        Recycle(task);
    }
}
