using System.Buffers.Binary;
using Headgate.Blocks;

namespace Headgate.Node.Tests.Target;

/// <summary>What an initiator is told when the medium fails.</summary>
public sealed class MediumFaultTests
{
    private const int BadBlock = 13;

    [Fact]
    public async Task A_read_error_is_told_with_the_block_that_cannot_be_read()
    {
        await using var target = new TestTarget();
        var sense = Fault(target, IoFault.ReadFailed, AccessKind.Read, initiator => initiator.Read10(8, 16));
        Assert.Equal((0x3, 0x1100, (uint)BadBlock), sense);
    }

    [Theory]
    [InlineData(IoFault.WriteFailed, 0x3, 0x0c00)]
    [InlineData(IoFault.NoSpace, 0x7, 0x2707)]
    public async Task A_write_error_is_told_with_the_first_block_of_the_command(IoFault fault, int key, int code)
    {
        await using var target = new TestTarget();
        var sense = Fault(target, fault, AccessKind.Write, initiator => initiator.Write10(8, 8, new byte[4096]));
        Assert.Equal((key, code, 8u), sense);
    }

    private static (int Key, int Code, uint Information) Fault(TestTarget target, IoFault fault, AccessKind when, Action<TestInitiator> command)
    {
        var device = new FaultyBlockDevice(new MemoryBlockDevice(4 << 20), (kind, offset, length) =>
            kind == when && offset <= BadBlock * 512 && BadBlock * 512 < offset + length ? fault : IoFault.None);
        var volume = target.AddVolume("bad", device: device);
        using var initiator = new TestInitiator(target.Target.Portals[0].Port);
        Assert.Equal(0, initiator.Login(volume.TargetName).LoginStatus);
        initiator.ClearAttention();
        command(initiator);
        var reply = initiator.Receive()!;
        Assert.Equal(2, reply.Header[3]); // CHECK CONDITION
        var sense = reply.Data.AsSpan(2);
        Assert.Equal(0xf0, sense[0]); // fixed format, INFORMATION valid
        return (sense[2] & 0xf, BinaryPrimitives.ReadUInt16BigEndian(sense[12..]), BinaryPrimitives.ReadUInt32BigEndian(sense[3..]));
    }
}
