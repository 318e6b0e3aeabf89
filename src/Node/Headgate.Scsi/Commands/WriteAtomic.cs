using Headgate.Scsi.Dispatch;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Commands;

/// <summary>
/// WRITE ATOMIC(16) (SBC-4): all of it is on the medium after a power loss, or nothing, and no other command sees a part.
/// The node keeps other writes out of it; the medium keeps reads and crashes out.
/// </summary>
internal static class WriteAtomic
{
    private const int TransferLength = 12;
    private const byte Fua = 0x08;

    /// <summary>Atomic writes begin and end on what the store journals: VPD B0h ATOMIC ALIGNMENT and GRANULARITY.</summary>
    public const int GranularityBytes = 4096;

    public static CommandPlan Plan(in CommandContext context)
    {
        var (lba, blocks) = (Cdb.U64(context.Cdb, 2), Cdb.U16(context.Cdb, TransferLength));
        if (!context.IsInRange(lba, blocks))
            return CommandPlan.Respond(context.OutOfRange(lba));
        var granularity = (uint)(GranularityBytes / context.BlockBytes);
        var bytes = (long)blocks * context.BlockBytes;
        if (bytes > context.Unit.Geometry.AtomicWriteBytes || blocks % granularity != 0)
            return CommandPlan.Respond(context.InvalidField(TransferLength, 7));
        if (lba % granularity != 0)
            return CommandPlan.Respond(context.InvalidField(2, 7));
        // A part of it is not all of it.
        if (context.DataOutDiffersFrom(bytes))
            return CommandPlan.Respond(context.InvalidField(TransferLength, 7));
        return blocks == 0
            ? default
            : new CommandPlan { Kind = PlanKind.Execute, DataOutBytes = bytes, CostBytes = bytes, IsWrite = true };
    }

    public static ScsiResult Execute(in CommandContext context, ReadOnlySpan<byte> dataOut, IMedium medium)
    {
        if (dataOut.Length != Cdb.U16(context.Cdb, TransferLength) * context.BlockBytes)
            return context.Fail(AdditionalSense.InvalidFieldInInformationUnit);
        var lba = Cdb.U64(context.Cdb, 2);
        lock (context.Unit.MediumGate)
        {
            var status = medium.WriteAtomic(lba, dataOut, (context.Cdb[1] & Fua) != 0);
            return status == MediumStatus.Good ? ScsiResult.Good : context.MediumFault(status, lba, isWrite: true);
        }
    }
}
