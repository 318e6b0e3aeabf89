using System.Buffers;
using Headgate.Scsi.Dispatch;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Commands;

/// <summary>Reads a range of the medium piece by piece into one rented buffer.</summary>
internal static class MediumChunks
{
    /// <summary>Blocks in a piece of <see cref="ScsiLimits.ChunkBytes"/>.</summary>
    public static uint BlocksPerChunk(int blockBytes) => (uint)(ScsiLimits.ChunkBytes / blockBytes);

    /// <summary>
    /// Reads blocks and compares them with what is expected; with nothing expected it only finds out whether they can be
    /// read. Null when all went well.
    /// </summary>
    /// <param name="context">The command.</param>
    /// <param name="medium">Where to read.</param>
    /// <param name="lba">First block.</param>
    /// <param name="blocks">How many.</param>
    /// <param name="expected">All of them, or one that each must equal, or empty.</param>
    public static ScsiResult? Verify(
        in CommandContext context, IMedium medium, ulong lba, uint blocks, ReadOnlySpan<byte> expected)
    {
        var blockBytes = context.BlockBytes;
        var perChunk = BlocksPerChunk(blockBytes);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(blocks, perChunk) * blockBytes);
        try
        {
            for (uint done = 0; done < blocks;)
            {
                var now = Math.Min(perChunk, blocks - done);
                var chunk = buffer.AsSpan(0, (int)now * blockBytes);
                var status = medium.Read(lba + done, chunk);
                if (status != MediumStatus.Good)
                    return context.MediumFault(status, lba + done, isWrite: false);
                var difference = FirstDifference(chunk, expected, (long)done * blockBytes, blockBytes, blocks);
                if (difference >= 0)
                    return Miscompare(context, (ulong)difference);
                done += now;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return null;
    }

    /// <summary>MISCOMPARE with the offset in data-out of the first byte that differs (SBC-3 5.2).</summary>
    public static ScsiResult Miscompare(in CommandContext context, ulong offset) => context.Fail(
        new SenseData(SenseKey.Miscompare, AdditionalSense.MiscompareDuringVerify) { Information = offset });

    private static long FirstDifference(
        ReadOnlySpan<byte> chunk, ReadOnlySpan<byte> expected, long offset, int blockBytes, uint blocks)
    {
        if (expected.IsEmpty)
            return -1;
        if (expected.Length == blockBytes && blocks > 1)
        {
            for (var at = 0; at < chunk.Length; at += blockBytes)
            {
                var same = chunk.Slice(at, blockBytes).CommonPrefixLength(expected);
                if (same < blockBytes)
                    return same;
            }

            return -1;
        }

        var common = chunk.CommonPrefixLength(expected[(int)offset..]);
        return common == chunk.Length ? -1 : offset + common;
    }
}
