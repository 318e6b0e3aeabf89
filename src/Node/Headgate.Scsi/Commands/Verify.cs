using Headgate.Scsi.Dispatch;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Commands;

/// <summary>VERIFY (10), (12) and (16) (SBC-3): reads, and compares as BYTCHK says.</summary>
internal static class Verify
{
    /// <summary>BYTCHK in byte 1, shifted down: how the blocks are compared.</summary>
    private enum ByteCheck
    {
        /// <summary>The blocks must be readable.</summary>
        Readable = 0,

        /// <summary>They must equal data-out.</summary>
        EqualToData = 1,

        /// <summary>Each must equal the one block of data-out.</summary>
        EqualToOneBlock = 3,
    }

    public static CommandPlan Plan(in CommandContext context)
    {
        var (lba, blocks) = Cdb.Extent(context.Cdb);
        if (CheckOf(context.Cdb) is not { } check)
            return CommandPlan.Respond(context.InvalidField(1, 2));
        if (!context.IsInRange(lba, blocks))
            return CommandPlan.Respond(context.OutOfRange(lba));
        var bytes = (long)blocks * context.BlockBytes;
        if (bytes > ScsiLimits.MaxTransferBytes)
            return CommandPlan.Respond(context.InvalidField(Cdb.LengthField(context.Cdb), 7));
        if (blocks == 0)
            return default;
        return new CommandPlan
        {
            Kind = PlanKind.Execute,
            DataOutBytes = DataOutBytes(check, bytes, context.BlockBytes),
            CostBytes = bytes,
        };
    }

    public static ScsiResult Execute(in CommandContext context, ReadOnlySpan<byte> dataOut, IMedium medium)
    {
        var (lba, blocks) = Cdb.Extent(context.Cdb);
        var check = CheckOf(context.Cdb)!.Value;
        if (dataOut.Length != DataOutBytes(check, (long)blocks * context.BlockBytes, context.BlockBytes))
            return context.Fail(AdditionalSense.InvalidFieldInInformationUnit);
        return MediumChunks.Verify(context, medium, lba, blocks, dataOut) ?? ScsiResult.Good;
    }

    private static ByteCheck? CheckOf(ReadOnlySpan<byte> cdb) =>
        (cdb[1] >> 1 & 3) is var bits && bits != 2 ? (ByteCheck)bits : null;

    private static long DataOutBytes(ByteCheck check, long bytes, int blockBytes) => check switch
    {
        ByteCheck.Readable => 0,
        ByteCheck.EqualToData => bytes,
        _ => blockBytes,
    };
}
