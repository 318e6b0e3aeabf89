namespace Headgate.Blocks;

/// <summary>Finds where in a range a medium fails, for the LBA that sense data carries.</summary>
public static class FaultLocator
{
    /// <summary>
    /// Reads halves of a range that could not be read as a whole until one block is left: some 16 reads for 64 MiB,
    /// since each that fails may take a disk seconds. Answers the bytes from <paramref name="offset"/> to that block.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="offset">Where the range begins.</param>
    /// <param name="scratch">As long as the range; overwritten.</param>
    /// <param name="blockBytes">What to find it to.</param>
    public static long FirstUnreadable(IBlockDevice device, long offset, Span<byte> scratch, int blockBytes)
    {
        var (good, blocks) = (0L, scratch.Length / blockBytes);
        while (blocks > 1)
        {
            var half = blocks / 2;
            var fault = device.Read(offset + good * blockBytes, scratch[..(half * blockBytes)]);
            if (fault == IoFault.ReadFailed)
            {
                blocks = half;
                continue;
            }
            good += half;
            blocks -= half;
        }
        return good * blockBytes;
    }
}
