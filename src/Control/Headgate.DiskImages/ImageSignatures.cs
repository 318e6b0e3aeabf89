using Headgate.Domain;
using Headgate.Primitives;

namespace Headgate.DiskImages;

/// <summary>What an image is by its first bytes. A raw disk has no mark, so what bears a mark of something else is not taken for one.</summary>
internal static class ImageSignatures
{
    private static readonly (int At, byte[] Mark, string Name)[] Others =
    [
        (0, [.. "KDMV"u8], "VMDK"), (0, [.. "# Disk DescriptorFile"u8], "VMDK"), (0, [.. "vhdxfile"u8], "VHDX"), (0, [.. "conectix"u8], "VHD"),
        (64, [0x7f, 0x10, 0xda, 0xbe], "VDI"), (0, [.. "QED\0"u8], "QED"), (257, [.. "ustar"u8], "a tar archive (an OVA is one)"),
        (0, [0x1f, 0x8b], "gzip"), (0, [0xfd, .. "7zXZ\0"u8], "xz"), (0, [0x28, 0xb5, 0x2f, 0xfd], "zstd"), (0, [.. "BZh"u8], "bzip2"),
        (0, [.. "PK\x03\x04"u8], "zip"), (0, [.. "<!DOCTYPE"u8], "a web page"), (0, [.. "<html"u8], "a web page"),
    ];

    /// <summary>The format, where it is one that is taken and the one that was stated.</summary>
    public static Outcome<ImageFormat> Read(ReadOnlySpan<byte> head, ImageFormat? stated)
    {
        if (head.IsEmpty) return ImageFaults.Empty();
        var isQcow2 = Qcow2Header.IsOne(head);
        if (stated is ImageFormat.Qcow2 && !isQcow2) return ImageFaults.NotThatFormat("qcow2", NameOf(head) ?? "raw");
        // A guest that was given such bytes as its raw disk could one day have them opened as what they look like.
        if (stated is ImageFormat.Raw && isQcow2) return ImageFaults.NotThatFormat("raw", "qcow2");
        if (isQcow2) return ImageFormat.Qcow2;
        return NameOf(head) is { } other ? ImageFaults.Format(other) : ImageFormat.Raw;
    }

    private static string? NameOf(ReadOnlySpan<byte> head)
    {
        foreach (var (at, mark, name) in Others)
            if (head.Length >= at + mark.Length && head.Slice(at, mark.Length).SequenceEqual(mark)) return name;
        return null;
    }
}
