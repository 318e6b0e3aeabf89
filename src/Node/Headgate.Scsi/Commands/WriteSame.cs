using System.Buffers;
using Headgate.Scsi.Dispatch;

namespace Headgate.Scsi.Commands;

/// <summary>
/// WRITE SAME (10) and (16) (SBC-3). With UNMAP, blocks that would become zeros are freed (LBPRZ=1 reads them as
/// zeros); any other pattern is written, since SBC-3 forbids to unmap what would then read as anything but data-out.
/// NUMBER OF LOGICAL BLOCKS zero means to the end (WSNZ=0).
/// </summary>
internal static class WriteSame
{
    private const byte Sixteen = 0x93;
    private const byte UnmapBit = 0x08;
    private const byte NoDataOut = 0x01;

    public static CommandPlan Plan(in CommandContext context)
    {
        if ((context.Cdb[1] & UnmapBit) != 0 && !context.Unit.Geometry.OffersUnmap)
            return CommandPlan.Respond(context.InvalidField(1, 3));
        var (lba, blocks) = Extent(context);
        if (!context.IsInRange(lba, blocks))
            return CommandPlan.Respond(context.OutOfRange(lba));
        if (blocks > (ulong)(ScsiLimits.MaxWriteSameBytes / context.BlockBytes))
            return CommandPlan.Respond(context.InvalidField(Cdb.LengthField(context.Cdb), 7));
        var dataOut = HasDataOut(context.Cdb) ? context.BlockBytes : 0;
        if (context.DataOutDiffersFrom(dataOut))
            return CommandPlan.Respond(context.InvalidField(Cdb.LengthField(context.Cdb), 7));
        var bytes = (long)blocks * context.BlockBytes;
        return new CommandPlan
        {
            Kind = PlanKind.Execute,
            DataOutBytes = dataOut,
            CostBytes = bytes,
            IsWrite = true,
        };
    }

    /// <summary>With UNMAP and zeros nothing is written, and the cost is capped.</summary>
    public static long Cost(in CommandPlan plan, ReadOnlySpan<byte> cdb, ReadOnlySpan<byte> dataOut) =>
        Frees(cdb, dataOut) ? Math.Min(plan.CostBytes, ScsiLimits.MaxUnmapCostBytes) : plan.CostBytes;

    public static ScsiResult Execute(in CommandContext context, ReadOnlySpan<byte> dataOut, IMedium medium)
    {
        if (dataOut.Length != (HasDataOut(context.Cdb) ? context.BlockBytes : 0))
            return context.InvalidField(Cdb.LengthField(context.Cdb), 7);
        var (lba, blocks) = Extent(context);
        return Frees(context.Cdb, dataOut)
            ? Free(context, medium, lba, blocks)
            : Fill(context, medium, lba, blocks, dataOut);
    }

    private static (ulong Lba, ulong Blocks) Extent(in CommandContext context)
    {
        var (lba, blocks) = Cdb.Extent(context.Cdb);
        // A start past the end leaves a count that IsInRange refuses.
        return (lba, blocks != 0 ? blocks : Math.Max(1, context.State.Blocks - Math.Min(lba, context.State.Blocks)));
    }

    /// <summary>Whether it frees its blocks instead of writing them.</summary>
    public static bool Frees(ReadOnlySpan<byte> cdb, ReadOnlySpan<byte> dataOut) =>
        (cdb[1] & UnmapBit) != 0 && !dataOut.ContainsAnyExcept((byte)0);

    private static bool HasDataOut(ReadOnlySpan<byte> cdb) => cdb[0] != Sixteen || (cdb[1] & NoDataOut) == 0;

    private static ScsiResult Free(in CommandContext context, IMedium medium, ulong lba, ulong blocks)
    {
        lock (context.Unit.MediumGate)
        {
            var status = medium.Unmap(lba, blocks);
            return status == MediumStatus.Good ? ScsiResult.Good : context.MediumFault(status, lba, isWrite: true);
        }
    }

    /// <summary>Piece by piece, each under the lock by itself, so that a long fill holds nobody up for long.</summary>
    private static ScsiResult Fill(
        in CommandContext context, IMedium medium, ulong lba, ulong blocks, ReadOnlySpan<byte> pattern)
    {
        var blockBytes = context.BlockBytes;
        var perChunk = Math.Min(blocks, MediumChunks.BlocksPerChunk(blockBytes));
        var buffer = ArrayPool<byte>.Shared.Rent((int)perChunk * blockBytes);
        try
        {
            Repeat(pattern, buffer.AsSpan(0, (int)perChunk * blockBytes));
            for (ulong done = 0; done < blocks;)
            {
                var now = Math.Min(perChunk, blocks - done);
                lock (context.Unit.MediumGate)
                {
                    var status = medium.Write(lba + done, buffer.AsSpan(0, (int)now * blockBytes), fua: false);
                    if (status != MediumStatus.Good)
                        return context.MediumFault(status, lba + done, isWrite: true);
                }

                done += now;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return ScsiResult.Good;
    }

    private static void Repeat(ReadOnlySpan<byte> pattern, Span<byte> into)
    {
        if (pattern.IsEmpty)
        {
            into.Clear();
            return;
        }

        for (; !into.IsEmpty; into = into[pattern.Length..])
            pattern.CopyTo(into);
    }
}
