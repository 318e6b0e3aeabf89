using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Dispatch;

/// <summary>One command on its way through planning or execution.</summary>
internal readonly ref struct CommandContext(
    LogicalUnit unit, Nexus nexus, UnitState state, ReadOnlySpan<byte> cdb, long dataOutOffered)
{
    /// <summary>Data-out offered is not known (the caller did not say).</summary>
    public const long Unknown = -1;

    public LogicalUnit Unit { get; } = unit;

    public Nexus Nexus { get; } = nexus;

    /// <summary>The unit as it was when the command came.</summary>
    public UnitState State { get; } = state;

    public ReadOnlySpan<byte> Cdb { get; } = cdb;

    /// <summary>What the initiator said it will send, in bytes, or <see cref="Unknown"/>.</summary>
    public long DataOutOffered { get; } = dataOutOffered;

    public int BlockBytes => Unit.Geometry.LogicalBlockBytes;

    public ScsiResult Fail(in SenseData sense) =>
        new(ScsiStatus.CheckCondition, default, sense.Encode(State.DescriptorSense));

    public ScsiResult Fail(AdditionalSense illegalRequest) => Fail(SenseData.IllegalRequest(illegalRequest));

    public ScsiResult InvalidField(int at, int bit = -1) => Fail(SenseData.InvalidFieldInCdb(at, bit));

    public ScsiResult InvalidParameter(int at, int bit = -1) => Fail(SenseData.InvalidFieldInParameterList(at, bit));

    public ScsiResult MediumFault(MediumStatus status, ulong lba, bool isWrite) =>
        Fail(SenseOf.Medium(status, lba, isWrite));

    public ScsiResult OutOfRange(ulong lba) =>
        Fail(SenseData.IllegalRequest(AdditionalSense.LbaOutOfRange) with { Information = lba });

    /// <summary>Whether blocks lie on the medium. A start past its end is wrong even for no blocks (SBC-3).</summary>
    public bool IsInRange(ulong lba, ulong blocks) => lba < State.Blocks && blocks <= State.Blocks - lba;

    /// <summary>Whether data-out is known to be another length than the CDB calls for.</summary>
    public bool DataOutDiffersFrom(long expected) => DataOutOffered != Unknown && DataOutOffered != expected;
}
