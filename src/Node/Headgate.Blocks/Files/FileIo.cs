namespace Headgate.Blocks;

/// <summary>How the files of volumes are to be read and written (<c>--io</c>).</summary>
public enum FileIoMode
{
    /// <summary>Direct where the file system takes it, else through the page cache.</summary>
    Auto,

    /// <summary>Past the page cache (O_DIRECT), or not at all: a store on a file system that cannot is not opened.</summary>
    Direct,

    /// <summary>Through the page cache.</summary>
    Buffered,
}

/// <summary>
/// What was found to be possible on a store's file system, and so is done. Direct I/O is what keeps volumes apart: in a
/// shared page cache one volume's dirty pages stand in front of another's flush, and cached reads of one evict another's.
/// </summary>
/// <param name="IsDirect">O_DIRECT.</param>
/// <param name="MemoryAlignment">What addresses of direct I/O are multiples of, in bytes; 1 when buffered.</param>
/// <param name="OffsetAlignment">What its offsets and lengths are multiples of, in bytes; 1 when buffered.</param>
/// <param name="Reason">A sentence for people: why it is so.</param>
public sealed record FileIo(bool IsDirect, int MemoryAlignment, int OffsetAlignment, string Reason)
{
    /// <summary>
    /// Largest alignment that is used, and so what every file's length is a multiple of: that of a disk with 4 KiB
    /// logical blocks. Above it a write of one client block would have to read and write too much beside it.
    /// </summary>
    public const int AlignmentMax = 4096;

    /// <summary>Through the page cache, since nobody asked for anything else.</summary>
    public static FileIo Buffered { get; } = new(false, 1, 1, "buffered I/O was asked for");

    /// <summary>For people and logs: <c>direct</c> or <c>buffered</c>.</summary>
    public string Name => IsDirect ? "direct" : "buffered";

    /// <summary>Whether an access can go to the file as it is.</summary>
    internal bool Takes(nuint address, long offset, long length) =>
        ((address & (nuint)(MemoryAlignment - 1)) | ((nuint)(offset | length) & (nuint)(OffsetAlignment - 1))) == 0;

    /// <summary>Whether clients' 512-byte sectors may be parts of a block of the medium, so that writing one is reading and writing more.</summary>
    internal bool HasPartialBlocks => OffsetAlignment > BlockLimits.SectorBytes;
}
