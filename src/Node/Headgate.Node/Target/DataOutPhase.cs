using Headgate.Iscsi.Pdu;
using Headgate.Iscsi.Text;

namespace Headgate.Node.Target;

/// <summary>What is wrong with a Data-Out, if anything.</summary>
internal enum DataOutProblem
{
    None,
    UnexpectedUnsolicited,
    OutOfOrder,
}

/// <summary>An R2T to send.</summary>
internal readonly record struct Solicitation(uint TransferTag, uint R2tSn, uint Offset, uint ByteCount);

/// <summary>
/// The course of one command's data from the initiator: immediate, unsolicited, then solicited burst by burst. Pure
/// bookkeeping; DataPDUInOrder and DataSequenceInOrder are always Yes, so all comes in rising order of offset
/// (RFC 7143 sections 4.2.4.2, 11.7 and 11.8).
/// </summary>
internal struct DataOutPhase
{
    private uint _tagBase;
    private int _burstMax;
    private int _openMax;
    private long _received;
    private long _solicited;
    private long _burstEnd;
    private uint _dataSn;
    private uint _r2tSent;
    private uint _r2tDone;

    /// <summary>Bytes that the command wants.</summary>
    public long Wanted { get; private set; }

    /// <summary>Bytes that came, the next expected offset.</summary>
    public readonly long Received => _received;

    /// <summary>Data-Out PDUs come that nobody asked for: the F bit of the command was 0.</summary>
    public bool IsUnsolicited { get; private set; }

    /// <summary>Nothing more will come: all wanted is here and no unsolicited PDU is due.</summary>
    public readonly bool IsDone => !IsUnsolicited && _r2tSent == _r2tDone && _received >= Wanted;

    /// <summary>R2Ts sent so far; part of ExpDataSN.</summary>
    public readonly uint R2tCount => _r2tSent;

    /// <summary>Starts with the command PDU.</summary>
    /// <param name="tagBase">Upper half of its Target Transfer Tags, unique among the session's tasks.</param>
    /// <param name="wanted">Bytes that the command takes, at most what the initiator expects to send.</param>
    /// <param name="expected">Bytes that the initiator expects to send.</param>
    /// <param name="immediate">Bytes of immediate data.</param>
    /// <param name="isFinal">F bit of the command.</param>
    /// <param name="parameters">What login agreed on.</param>
    public DataOutProblem Start(
        ushort tagBase, long wanted, long expected, int immediate, bool isFinal, SessionParameters parameters)
    {
        this = default;
        _tagBase = (uint)tagBase << 16;
        (_burstMax, _openMax) = (parameters.MaxBurstBytes, parameters.MaxOutstandingR2T);
        Wanted = wanted;
        _received = immediate;
        _burstEnd = Math.Min(expected, parameters.FirstBurstBytes);
        IsUnsolicited = !isFinal;
        if (immediate > 0 && !parameters.ImmediateData) return DataOutProblem.UnexpectedUnsolicited;
        if (IsUnsolicited && parameters.InitialR2T) return DataOutProblem.UnexpectedUnsolicited;
        return immediate > _burstEnd ? DataOutProblem.UnexpectedUnsolicited : DataOutProblem.None;
    }

    /// <summary>The next R2T that may be sent now; false when the open ones must be answered first, or all is asked for.</summary>
    public bool TrySolicit(out Solicitation next)
    {
        next = default;
        if (IsUnsolicited || _r2tSent - _r2tDone >= _openMax) return false;
        var from = Math.Max(_solicited, _received);
        if (from >= Wanted) return false;
        var count = Math.Min(Wanted - from, _burstMax);
        next = new(_tagBase | (_r2tSent & 0xFFFF), _r2tSent, (uint)from, (uint)count);
        if (_r2tSent++ == _r2tDone) OpenBurst(from, count);
        _solicited = from + count;
        return true;
    }

    /// <summary>Takes a Data-Out's header. Its bytes belong at <see cref="Received"/> as it was before.</summary>
    public DataOutProblem Accept(DataOutRequest request, int byteCount, bool isFinal)
    {
        var tag = request.TargetTransferTag;
        var inTurn = IsUnsolicited ? tag == Tags.None : _r2tSent != _r2tDone && tag == (_tagBase | (_r2tDone & 0xFFFF));
        if (!inTurn) return tag == Tags.None ? DataOutProblem.UnexpectedUnsolicited : DataOutProblem.OutOfOrder;
        if (request.DataSn != _dataSn || request.BufferOffset != _received) return DataOutProblem.OutOfOrder;

        var end = _received + byteCount;
        if (end > _burstEnd) return IsUnsolicited ? DataOutProblem.UnexpectedUnsolicited : DataOutProblem.OutOfOrder;
        // The last PDU of a solicited burst, and no other, has the F bit (section 11.7.1).
        if (!IsUnsolicited && isFinal != (end == _burstEnd)) return DataOutProblem.OutOfOrder;

        _received = end;
        _dataSn++;
        if (isFinal) EndBurst();
        return DataOutProblem.None;
    }

    /// <summary>
    /// Follows a Data-Out of a task that has failed already, whose data is thrown away. True when the sequence under
    /// way has ended, so that no more is due.
    /// </summary>
    public bool Discard(bool isFinal)
    {
        if (!isFinal) return false;
        if (IsUnsolicited) IsUnsolicited = false;
        else if (_r2tDone != _r2tSent) _r2tDone++;
        return !IsUnsolicited && _r2tDone == _r2tSent;
    }

    /// <summary>Whether Data-Out is still to come when the task fails now.</summary>
    public readonly bool HasDataInFlight => IsUnsolicited || _r2tDone != _r2tSent;

    private void EndBurst()
    {
        if (IsUnsolicited) IsUnsolicited = false;
        else _r2tDone++;
        _dataSn = 0;
        // With several R2Ts open the next burst begins where this one ended.
        if (_r2tDone != _r2tSent) OpenBurst(_received, Math.Min(Wanted - _received, _burstMax));
    }

    private void OpenBurst(long from, long count)
    {
        _burstEnd = from + count;
        _dataSn = 0;
    }
}
