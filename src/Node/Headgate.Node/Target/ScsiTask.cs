using Headgate.Blocks;
using Headgate.Iscsi.Pdu;
using Headgate.Node.Io;
using Headgate.Scsi;

namespace Headgate.Node.Target;

/// <summary>Where a task is. Moves on under its session's lock.</summary>
internal enum TaskPhase
{
    /// <summary>Data from the initiator is to come; the connection's thread owns it.</summary>
    Collecting,

    /// <summary>With the I/O path, or parked in front of it by <see cref="WriteGuard"/>.</summary>
    Submitted,

    /// <summary>Done but for its status, which waits for the end of a sanitize operation.</summary>
    Waiting,

    /// <summary>Finished; its reply is staged, or it has none.</summary>
    Done,
}

/// <summary>
/// One SCSI command from its PDU to its last response: the I/O it makes on the volume, and the replies it sends. Pooled
/// by its session; in steady state nothing of it is allocated.
/// </summary>
internal sealed class ScsiTask(Session session, ushort slot) : VolumeIo, IReply
{
    private byte[] _cdb = new byte[ScsiCommandRequest.CdbBytes];
    private int _cdbBytes;
    private PooledBuffer _rented;
    private uint _dataInSent;
    private uint _dataInSn;
    private long _sequenceSent;

    public DataOutPhase DataOut;

    public Session Session => session;

    public IReply? NextReply { get; set; }

    /// <summary>Its buffer is charged to its session and to <see cref="BufferBudget"/> already.</summary>
    public int HeldBytes => 0;

    /// <summary>Its place among the session's tasks: the upper half of its transfer tags.</summary>
    public ushort Slot => slot;

    public uint TaskTag { get; private set; }

    public ulong Lun { get; private set; }

    public TaskPhase Phase { get; set; }

    public CommandPlan Plan { get; private set; }

    /// <summary>It came as an immediate command.</summary>
    public bool IsImmediate { get; private set; }

    /// <summary>The guard that counts it and has to hear of its end; of the volume that it writes.</summary>
    public WriteGuard? GuardedBy { get; set; }

    /// <summary>What is left of a command that is done in pieces.</summary>
    public CopyTask? Copy { get; set; }

    /// <summary>What its status waits for in phase <see cref="TaskPhase.Waiting"/>.</summary>
    public SanitizeWait? Wait { get; set; }

    /// <summary>Its answer is in <see cref="Result"/> though the medium was not asked.</summary>
    public bool IsRefused { get; set; }

    /// <summary>Bytes that the initiator expects to send or to get (EDTL).</summary>
    public long ExpectedBytes { get; private set; }

    public bool InitiatorReads { get; private set; }

    public bool InitiatorWrites { get; private set; }

    /// <summary>Its answer is settled while data still comes: that data is thrown away.</summary>
    public bool IsDiscarding { get; set; }

    /// <summary>Aborted: it ends without a status.</summary>
    public bool IsAborted { get; set; }

    /// <summary>Those who wait for its end, if any.</summary>
    public Action? WhenOver { get; set; }

    /// <summary>Those who wait for the end of the piece of a copy that is under way, if any.</summary>
    public Action? WhenPieceOver { get; set; }

    /// <summary>Whether the command is one of those that no overlapping write may run beside.</summary>
    public bool IsExclusive { get; set; }

    /// <summary>Status, sense and data-in; set before it is posted as a reply.</summary>
    public ScsiResult Result { get; set; }

    /// <summary>What the command, by its CDB, moves in the direction that counts; null when its result says (data-in of Execute).</summary>
    public long? MovedBytes { get; set; }

    public ReadOnlySpan<byte> Cdb => _cdb.AsSpan(0, _cdbBytes);

    /// <summary>The rented bytes, or none.</summary>
    public ReadOnlySpan<byte> Data => _rented.Span;

    public int RentedBytes => _rented.Length;

    /// <summary>Takes over what stands in the command PDU.</summary>
    public void Begin(BasicHeader header, ScsiCommandRequest request, ReadOnlySpan<byte> extendedCdb)
    {
        (TaskTag, Lun) = (header.InitiatorTaskTag, header.Lun);
        ExpectedBytes = request.ExpectedByteCount;
        (InitiatorReads, InitiatorWrites) = (request.Reads, request.Writes);
        (IsDiscarding, IsAborted, WhenOver, WhenPieceOver) = (false, false, null, null);
        (IsImmediate, IsExclusive, GuardedBy) = (header.IsImmediate, false, null);
        (Copy, Wait, IsRefused) = (null, null, false);
        (_dataInSent, _dataInSn, _sequenceSent) = (0, 0, 0);
        (Result, MovedBytes) = (default, null);
        Phase = TaskPhase.Collecting;

        _cdbBytes = ScsiCommandRequest.CdbBytes + extendedCdb.Length;
        if (_cdb.Length < _cdbBytes) _cdb = new byte[_cdbBytes];
        request.Cdb.CopyTo(_cdb);
        extendedCdb.CopyTo(_cdb.AsSpan(ScsiCommandRequest.CdbBytes));
    }

    public void SetPlan(CommandPlan plan) => Plan = plan;

    public void Rent(int bytes) => _rented = session.Buffers.Rent(bytes);

    public void Release()
    {
        if (_rented.Length > 0) session.Buffers.Return(_rented);
        _rented = default;
        Buffer = default;
        Result = default;
    }

    public void Answer(byte status, ReadOnlyMemory<byte> sense) => Result = new ScsiResult(status, default, sense);

    public override IoFault Execute()
    {
        session.Execute(this);
        return IoFault.None;
    }

    public Memory<byte> RentedMemory(int length) => _rented.Memory[..length];

    public override void OnCompleted(IoFault fault) => session.OnTaskCompleted(this, fault);

    public void OnSent() => session.Recycle(this);

    /// <summary>Data-In PDUs and then the response; GOOD rides on the last Data-In (RFC 7143 section 11.7.3).</summary>
    public bool WriteNext(PduWriter writer, CommandNumbers numbers)
    {
        var data = Result.DataIn;
        var limit = InitiatorReads ? (int)Math.Min(data.Length, ExpectedBytes) : 0;
        var left = limit - (int)_dataInSent;
        if (left == 0) return WriteResponse(writer, numbers, data.Length);

        var parameters = session.Parameters;
        var burstLeft = parameters.MaxBurstBytes - _sequenceSent;
        var count = (int)Math.Min(Math.Min(left, session.InitiatorMaxRecvBytes), burstLeft);
        var isLast = count == left;
        var endsSequence = isLast || count == burstLeft;
        var carriesStatus = isLast && Result.Status == 0;
        if (carriesStatus) numbers.Leave();
        ResponseHeader.WriteDataIn(
            writer.Header, Lun, TaskTag, _dataInSn, _dataInSent, count, endsSequence,
            carriesStatus ? (Result.Status, ResidualOf(data.Length)) : null,
            carriesStatus ? numbers.Next() : numbers.Current());
        writer.Finish(data.Slice((int)_dataInSent, count));

        _dataInSn++;
        _dataInSent += (uint)count;
        _sequenceSent = endsSequence ? 0 : _sequenceSent + count;
        return carriesStatus;
    }

    private bool WriteResponse(PduWriter writer, CommandNumbers numbers, int dataInBytes)
    {
        numbers.Leave();
        var sense = Result.Sense;
        // Sense data has its length in front (section 11.4.7).
        var segment = sense.IsEmpty ? [] : new byte[2 + sense.Length];
        if (!sense.IsEmpty)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(segment, (ushort)sense.Length);
            sense.CopyTo(segment.AsMemory(2));
        }
        ResponseHeader.WriteScsiResponse(
            writer.Header, TaskTag, Result.Status, ResidualOf(dataInBytes), _dataInSn + DataOut.R2tCount,
            segment.Length, numbers.Next());
        writer.Finish(segment);
        return true;
    }

    private Residual ResidualOf(int dataInBytes)
    {
        // A command that failed moved nothing that counts, but a too small expectation is told all the same.
        if (Result.Status != 0 && !(MovedBytes > ExpectedBytes)) return Residual.Of(ExpectedBytes, 0);
        return Residual.Of(ExpectedBytes, MovedBytes ?? dataInBytes);
    }
}
