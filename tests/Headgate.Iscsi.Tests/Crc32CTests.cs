using Headgate.Iscsi.Pdu;

namespace Headgate.Iscsi.Tests;

public sealed class Crc32CTests
{
    // RFC 7143 appendix A.4 (RFC 3720 B.4); digests as they stand on the wire.
    public static TheoryData<byte[], byte[]> Vectors => new()
    {
        { new byte[32], [0xAA, 0x36, 0x91, 0x8A] },
        { [.. Enumerable.Repeat((byte)0xFF, 32)], [0x43, 0xAB, 0xA8, 0x62] },
        { [.. Enumerable.Range(0, 32).Select(i => (byte)i)], [0x4E, 0x79, 0xDD, 0x46] },
        { [.. Enumerable.Range(0, 32).Select(i => (byte)(31 - i))], [0x5C, 0xDB, 0x3F, 0x11] },
        {
            Convert.FromHexString("01C000000000000000000000000000001400000000000400000000140000001828000000000000000200000000000000"),
            [0x56, 0x3A, 0x96, 0xD9]
        },
    };

    [Theory, MemberData(nameof(Vectors))]
    public void The_vectors_of_the_RFC_come_out_however_the_bytes_are_cut(byte[] bytes, byte[] digest)
    {
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var crc = new Crc32C();
            crc.Append(bytes.AsSpan(0, cut));
            crc.Append(bytes.AsSpan(cut));
            var wire = new byte[Crc32C.Size];
            crc.Write(wire);
            Assert.Equal(digest, wire);
            Assert.True(crc.Matches(digest));
        }
    }

    [Fact]
    public void One_wrong_bit_does_not_match()
    {
        var crc = new Crc32C();
        crc.Append("one wrong bit"u8);
        var wire = new byte[Crc32C.Size];
        crc.Write(wire);
        wire[2] ^= 1;
        Assert.False(crc.Matches(wire));
    }
}
