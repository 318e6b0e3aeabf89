namespace Headgate.Blocks;

/// <summary>Sizes that every device keeps to.</summary>
public static class BlockLimits
{
    /// <summary>What offsets and lengths of accesses are multiples of.</summary>
    public const int SectorBytes = 512;

    /// <summary>
    /// Most bytes that one atomic write may have: 1 MiB, which is twice what databases ask for (16 to 64 KiB pages, 512 KiB
    /// extents) and what the usual initiators send in one command.
    /// </summary>
    public const int AtomicWriteBytesMax = 1 << 20;
}
