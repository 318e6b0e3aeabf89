using Headgate.Scsi.Dispatch;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Commands;

/// <summary>UNMAP (SBC-3).</summary>
internal static class Unmap
{
    private const int ParameterListLength = 7;
    private const int HeaderBytes = 8;
    private const int DescriptorBytes = 16;

    public static CommandPlan Plan(in CommandContext context)
    {
        var length = Cdb.U16(context.Cdb, ParameterListLength);
        if (length == 0)
            return default;
        if (length < HeaderBytes)
            return CommandPlan.Respond(context.Fail(AdditionalSense.ParameterListLengthError));
        var descriptors = (length - HeaderBytes) / DescriptorBytes;
        return new CommandPlan
        {
            Kind = PlanKind.Execute,
            DataOutBytes = length,
            // What it frees is in the list, which has not come yet: a block of the cost curve for each descriptor.
            CostBytes = Math.Min(descriptors * (long)ScsiLimits.UnmapGranularityBytes, ScsiLimits.MaxUnmapCostBytes),
            IsWrite = true,
        };
    }

    public static ScsiResult Execute(in CommandContext context, ReadOnlySpan<byte> dataOut, IMedium medium)
    {
        if (dataOut.Length < HeaderBytes)
            return context.Fail(AdditionalSense.ParameterListLengthError);
        var bytes = Cdb.U16(dataOut, 2);
        if (bytes > dataOut.Length - HeaderBytes)
            return context.Fail(AdditionalSense.ParameterListLengthError);

        // An incomplete descriptor at the end is ignored (SBC-3).
        var descriptors = dataOut.Slice(HeaderBytes, bytes - bytes % DescriptorBytes);
        if (Check(context, descriptors) is { } refused)
            return refused;
        lock (context.Unit.MediumGate)
        {
            for (; !descriptors.IsEmpty; descriptors = descriptors[DescriptorBytes..])
            {
                var (lba, blocks) = (Cdb.U64(descriptors, 0), Cdb.U32(descriptors, 8));
                if (blocks == 0)
                    continue;
                var status = medium.Unmap(lba, blocks);
                if (status != MediumStatus.Good)
                    return context.MediumFault(status, lba, isWrite: true);
            }
        }

        return ScsiResult.Good;
    }

    /// <summary>What the list would free, capped: freeing moves no data.</summary>
    public static long Cost(ReadOnlySpan<byte> list, int blockBytes)
    {
        long bytes = 0;
        for (var at = HeaderBytes; at + DescriptorBytes <= list.Length && bytes < ScsiLimits.MaxUnmapCostBytes; at += DescriptorBytes)
            bytes += (long)Cdb.U32(list, at + 8) * blockBytes;
        return Math.Min(bytes, ScsiLimits.MaxUnmapCostBytes);
    }

    /// <summary>Nothing is unmapped unless all of it may be.</summary>
    private static ScsiResult? Check(in CommandContext context, ReadOnlySpan<byte> descriptors)
    {
        if (descriptors.Length / DescriptorBytes > ScsiLimits.MaxUnmapDescriptors)
            return context.InvalidParameter(2, 7);
        ulong total = 0;
        for (var at = 0; at < descriptors.Length; at += DescriptorBytes)
        {
            var (lba, blocks) = (Cdb.U64(descriptors, at), Cdb.U32(descriptors, at + 8));
            // Unlike for a read, no blocks just past the end are fine: a list may end with such a descriptor.
            if (lba > context.State.Blocks || blocks > context.State.Blocks - lba)
                return context.OutOfRange(lba);
            total += blocks;
            if (total > ScsiLimits.MaxUnmapBlocks)
                return context.InvalidParameter(HeaderBytes + at + 8, 7);
        }

        return null;
    }
}
