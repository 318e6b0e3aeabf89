using System.Buffers.Binary;
using Headgate.Qos;

namespace Headgate.Node.Tests.Target;

/// <summary>What commands other than READ and WRITE count for, from the wire to the statistics.</summary>
public sealed class TransferTests
{
    private const int Blocks = 16;
    private const int Bytes = Blocks * 512;

    [Fact]
    public async Task What_moves_data_counts_and_what_only_frees_does_not()
    {
        await using var target = new TestTarget();
        var volume = target.AddVolume("disk");
        using var initiator = new TestInitiator(target.Target.Port);
        initiator.Login(TestTarget.Prefix + "disk");
        initiator.ClearAttention();

        Run(Cdb10(0x2E), new byte[Bytes]); // WRITE AND VERIFY
        Assert.Equal((0L, (long)Bytes), Moved());
        Run(Cdb10(0x2F), []); // VERIFY
        Assert.Equal(((long)Bytes, (long)Bytes), Moved());
        Run(Cdb10(0x41), [1, .. new byte[511]]); // WRITE SAME, which fills
        Assert.Equal((Bytes, 2L * Bytes), Moved());
        Run(Cdb10(0x41, flags: 0x08), new byte[512]); // with UNMAP and zeros, which frees
        var list = new byte[24];
        (list[1], list[3]) = (22, 16);
        BinaryPrimitives.WriteUInt32BigEndian(list.AsSpan(16), Blocks);
        Run([0x42, 0, 0, 0, 0, 0, 0, 0, 24, 0, 0, 0, 0, 0, 0, 0], list); // UNMAP
        Run(Cdb10(0x35), []); // SYNCHRONIZE CACHE
        Assert.Equal((Bytes, 2L * Bytes), Moved());
        initiator.Write10(0, Blocks, new byte[Bytes]);
        Assert.Equal(0, initiator.Receive()!.Header[3]);
        Assert.Equal((Bytes, 3L * Bytes), Moved());

        void Run(byte[] cdb, byte[] data)
        {
            initiator.Command((byte)(data.Length > 0 ? 0xA0 : 0x80), cdb, data.Length, immediate: data);
            Assert.Equal(0, initiator.Receive()!.Header[3]);
        }

        (long Read, long Written) Moved() =>
            volume.Queue.ReadStatistics() is var seen ? (seen.ReadBytes, seen.WriteBytes) : default;
    }

    [Fact]
    public async Task A_bandwidth_limit_holds_WRITE_AND_VERIFY()
    {
        await using var target = new TestTarget();
        var volume = target.AddVolume("disk", limits: new VolumeLimits { WriteBytesPerSecond = 1 });
        using var initiator = new TestInitiator(target.Target.Port);
        initiator.Login(TestTarget.Prefix + "disk");
        initiator.ClearAttention();
        initiator.Command(0xA0, Cdb10(0x2E), Bytes, taskTag: 1, immediate: new byte[Bytes]);
        Assert.Equal(0, initiator.Receive()!.Header[3]);

        initiator.Command(0xA0, Cdb10(0x2E), Bytes, taskTag: 2, immediate: new byte[Bytes]); // hours
        initiator.Command(0x80, Cdb10(0x35), 0, taskTag: 3); // SYNCHRONIZE CACHE, free of limits, overtakes it
        Assert.Equal(3u, initiator.Receive()!.At(16));
        volume.Queue.Configure(VolumeLimits.None);
        Assert.Equal(2u, initiator.Receive()!.At(16));
    }

    private static byte[] Cdb10(byte operation, byte flags = 0) => [operation, flags, 0, 0, 0, 0, 0, 0, Blocks, 0, 0, 0, 0, 0, 0, 0];
}
