using System.Buffers;
using Headgate.Scsi.Dispatch;

namespace Headgate.Scsi.Commands;

/// <summary>
/// COMPARE AND WRITE (SBC-3 5.2): data-out is what the blocks should hold, then what they shall hold. Reading, comparing and
/// writing are one step to every other command that this layer carries out; the node keeps plain writes out of it.
/// </summary>
internal static class CompareAndWrite
{
    private const int NumberOfBlocks = 13;
    private const byte Fua = 0x08;

    public static CommandPlan Plan(in CommandContext context)
    {
        var (lba, blocks) = (Cdb.U64(context.Cdb, 2), context.Cdb[NumberOfBlocks]);
        if (!context.IsInRange(lba, blocks))
            return CommandPlan.Respond(context.OutOfRange(lba));
        if (blocks > ScsiLimits.MaxCompareAndWriteBlocks)
            return CommandPlan.Respond(context.InvalidField(NumberOfBlocks, 7));
        var bytes = 2L * blocks * context.BlockBytes;
        if (context.DataOutDiffersFrom(bytes))
            return CommandPlan.Respond(context.InvalidField(NumberOfBlocks, 7));
        return blocks == 0
            ? default
            : new CommandPlan { Kind = PlanKind.Execute, DataOutBytes = bytes, CostBytes = bytes, IsWrite = true };
    }

    public static ScsiResult Execute(in CommandContext context, ReadOnlySpan<byte> dataOut, IMedium medium)
    {
        var half = context.Cdb[NumberOfBlocks] * context.BlockBytes;
        if (dataOut.Length != 2 * half)
            return context.InvalidField(NumberOfBlocks, 7);
        var lba = Cdb.U64(context.Cdb, 2);
        var present = ArrayPool<byte>.Shared.Rent(half);
        try
        {
            lock (context.Unit.MediumGate)
            {
                var status = medium.Read(lba, present.AsSpan(0, half));
                if (status != MediumStatus.Good)
                    return context.MediumFault(status, lba, isWrite: false);
                var same = present.AsSpan(0, half).CommonPrefixLength(dataOut[..half]);
                if (same < half)
                    return MediumChunks.Miscompare(context, (ulong)same);
                status = medium.Write(lba, dataOut[half..], (context.Cdb[1] & Fua) != 0);
                return status == MediumStatus.Good ? ScsiResult.Good : context.MediumFault(status, lba, isWrite: true);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(present);
        }
    }
}
