using System.Buffers.Binary;
using Headgate.Primitives;

namespace Headgate.DiskImages;

/// <summary>
/// The header of a qcow2 image (QEMU's docs/interop/qcow2.txt), read before any program opens the file. An image that names
/// another file would have that one opened with this server's rights and copied into a disk of whoever sent the image:
/// <c>/etc/shadow</c> is the classic example, so such images are refused here, by their bytes.
/// </summary>
internal static class Qcow2Header
{
    /// <summary>What must be read of a file to judge it: header and extensions, which fit the smallest cluster by far.</summary>
    public const int Bytes = 4096;

    private const int Version2Bytes = 72;
    private const int ClusterBitsAt = 20;
    private const int Version3Bytes = 104;
    private const ulong Corrupt = 1 << 1, ExternalData = 1 << 2, Known = (1 << 5) - 1;
    private const uint ExtensionsEnd = 0, ExternalDataName = 0x44415441;

    public static bool IsOne(ReadOnlySpan<byte> head) => head.StartsWith("QFI\xfb"u8[..3]) && head.Length > 3 && head[3] == 0xfb;

    /// <summary>What <paramref name="clusters"/> of it hold, as far as they can be of a disk of <paramref name="size"/>.</summary>
    public static ByteSize Stored(ReadOnlySpan<byte> head, long clusters, ByteSize size)
    {
        var bits = (int)Word(head, ClusterBitsAt);
        return clusters > size.Bytes >> bits ? size : new ByteSize(clusters << bits);
    }

    /// <summary>The size of the disk in the image, or why the image is not taken.</summary>
    public static Outcome<ByteSize> Read(ReadOnlySpan<byte> head, ByteSize most)
    {
        if (!IsOne(head) || head.Length < Version2Bytes) return ImageFaults.Corrupt("its qcow2 header is not whole.");
        var version = Word(head, 4);
        if (version is not (2 or 3)) return ImageFaults.Format($"qcow2 of version {version}");
        if (Long(head, 8) != 0) return ImageFaults.BackingFile();
        if (Word(head, 32) != 0) return ImageFaults.Encrypted();
        if (Word(head, ClusterBitsAt) is < 9 or > 21) return ImageFaults.Corrupt("its cluster size is not lawful.");
        var extensions = Version2Bytes;
        if (version == 3)
        {
            if (head.Length < Version3Bytes) return ImageFaults.Corrupt("its qcow2 header is not whole.");
            var features = Long(head, 72);
            if ((features & ExternalData) != 0) return ImageFaults.ExternalData();
            if ((features & Corrupt) != 0) return ImageFaults.Corrupt("it is marked as corrupt.");
            if ((features & ~Known) != 0) return ImageFaults.Format("qcow2 with features that are not known here");
            extensions = (int)Math.Min(Word(head, 100), int.MaxValue);
            if (extensions < Version3Bytes) return ImageFaults.Corrupt("its header length is not lawful.");
        }
        if (NamesExternalData(head, extensions)) return ImageFaults.ExternalData();
        var size = Long(head, 24);
        if (size == 0) return ImageFaults.Empty();
        return size <= (ulong)most.Bytes
            ? new ByteSize((long)size)
            : ImageFaults.TooLarge($"The image holds a disk of {size} bytes", most);
    }

    private static bool NamesExternalData(ReadOnlySpan<byte> head, int at)
    {
        while (at >= 0 && at <= head.Length - 8)
        {
            var (type, length) = (Word(head, at), Word(head, at + 4));
            if (type == ExtensionsEnd) return false;
            if (type == ExternalDataName) return true;
            if (length > head.Length) return false;
            at += 8 + (((int)length + 7) & ~7);
        }
        return false;
    }

    private static uint Word(ReadOnlySpan<byte> head, int at) => BinaryPrimitives.ReadUInt32BigEndian(head[at..]);

    private static ulong Long(ReadOnlySpan<byte> head, int at) => BinaryPrimitives.ReadUInt64BigEndian(head[at..]);
}
