using System.Buffers;
using System.Runtime.InteropServices;
using Headgate.Scsi.Dispatch;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Commands;

/// <summary>ORWRITE(16) (SBC-3): blocks become their old value OR data-out, in one step as COMPARE AND WRITE.</summary>
internal static class OrWrite
{
    private const byte Fua = 0x08;

    public static CommandPlan Plan(in CommandContext context)
    {
        var plan = WriteAndVerify.Plan(context);
        // It reads as much as it writes.
        return plan.Kind == PlanKind.Execute ? plan with { CostBytes = 2 * plan.CostBytes } : plan;
    }

    public static ScsiResult Execute(in CommandContext context, ReadOnlySpan<byte> dataOut, IMedium medium)
    {
        if (dataOut.Length % context.BlockBytes != 0)
            return context.Fail(AdditionalSense.InvalidFieldInInformationUnit);
        var lba = Cdb.Extent(context.Cdb).Lba;
        var buffer = ArrayPool<byte>.Shared.Rent(dataOut.Length);
        try
        {
            var blocks = buffer.AsSpan(0, dataOut.Length);
            lock (context.Unit.MediumGate)
            {
                var status = medium.Read(lba, blocks);
                if (status != MediumStatus.Good)
                    return context.MediumFault(status, lba, isWrite: false);
                Or(blocks, dataOut);
                status = medium.Write(lba, blocks, (context.Cdb[1] & Fua) != 0);
                return status == MediumStatus.Good ? ScsiResult.Good : context.MediumFault(status, lba, isWrite: true);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Or(Span<byte> blocks, ReadOnlySpan<byte> with)
    {
        // Blocks are multiples of 512 bytes, so of 8.
        var words = MemoryMarshal.Cast<byte, ulong>(blocks);
        var others = MemoryMarshal.Cast<byte, ulong>(with);
        for (var at = 0; at < words.Length; at++)
            words[at] |= others[at];
    }
}
