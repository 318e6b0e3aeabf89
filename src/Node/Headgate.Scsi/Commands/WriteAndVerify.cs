using Headgate.Scsi.Dispatch;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Commands;

/// <summary>
/// WRITE AND VERIFY (10), (12) and (16) (SBC-3): written to the medium, not to the cache, then read back; with BYTCHK
/// compared, too.
/// </summary>
internal static class WriteAndVerify
{
    private const byte ByteCheck = 0x02;

    public static CommandPlan Plan(in CommandContext context)
    {
        var (lba, blocks) = Cdb.Extent(context.Cdb);
        if (!context.IsInRange(lba, blocks))
            return CommandPlan.Respond(context.OutOfRange(lba));
        var bytes = (long)blocks * context.BlockBytes;
        if (bytes > ScsiLimits.MaxTransferBytes)
            return CommandPlan.Respond(context.InvalidField(Cdb.LengthField(context.Cdb), 7));
        return blocks == 0
            ? default
            : new CommandPlan { Kind = PlanKind.Execute, DataOutBytes = bytes, CostBytes = bytes, IsWrite = true };
    }

    public static ScsiResult Execute(in CommandContext context, ReadOnlySpan<byte> dataOut, IMedium medium)
    {
        // The initiator may offer less than its CDB says: as for WRITE, what came is written, if it is whole blocks.
        if (dataOut.Length % context.BlockBytes != 0)
            return context.Fail(AdditionalSense.InvalidFieldInInformationUnit);
        if (dataOut.IsEmpty)
            return ScsiResult.Good;
        var lba = Cdb.Extent(context.Cdb).Lba;
        lock (context.Unit.MediumGate)
        {
            var status = medium.Write(lba, dataOut, fua: true);
            if (status != MediumStatus.Good)
                return context.MediumFault(status, lba, isWrite: true);
            var blocks = (uint)(dataOut.Length / context.BlockBytes);
            var expected = (context.Cdb[1] & ByteCheck) != 0 ? dataOut : default;
            return MediumChunks.Verify(context, medium, lba, blocks, expected) ?? ScsiResult.Good;
        }
    }
}
