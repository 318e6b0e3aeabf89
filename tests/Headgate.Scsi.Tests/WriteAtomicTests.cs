using Headgate.Scsi.Tests.Support;

namespace Headgate.Scsi.Tests;

/// <summary>WRITE ATOMIC(16) (SBC-4).</summary>
public sealed class WriteAtomicTests
{
    private readonly Disk _disk = new();

    [Fact]
    public void It_writes_as_one_through_the_atomic_member_of_the_medium()
    {
        var data = Enumerable.Repeat((byte)7, 16 * 512).ToArray();
        _disk.Run("9C 08 0000000000000008 0000 0010 00 00", data).ShouldBeGood();
        Assert.Equal((1, 1), (_disk.Medium.AtomicWrites, _disk.Medium.DurableWrites));
        Assert.Equal(7, _disk.Medium.Block(23)[511]);
    }

    [Theory]
    [InlineData("9C 00 00000000000003F8 0000 0010 00 00", 0x2100)] // past the end, before its length is looked at
    [InlineData("9C 00 0000000000000400 0000 0000 00 00", 0x2100)]
    [InlineData("9C 00 0000000000000001 0000 0008 00 00", 0x2400)] // not aligned
    [InlineData("9C 00 0000000000000000 0000 0007 00 00", 0x2400)] // not whole
    [InlineData("9C 00 0000000000000000 0001 0008 00 00", 0x2400)] // atomic boundary
    [InlineData("9C 20 0000000000000000 0000 0008 00 00", 0x2400)] // WRPROTECT
    public void What_cannot_be_atomic_is_refused(string cdb, int asc) => _disk.Run(cdb, new byte[8 * 512]).ShouldFail(5, asc);

    [Fact]
    public void More_than_the_medium_can_is_refused_and_no_blocks_are_fine()
    {
        var small = new Disk(atomicWriteBytes: 4096);
        small.Run("9C 00 0000000000000000 0000 0010 00 00", new byte[8192]).ShouldFail(5, 0x2400);
        small.Run("9C 00 0000000000000000 0000 0000 00 00").ShouldBeGood();
    }

    [Fact]
    public void A_part_of_its_data_is_not_written()
    {
        var offered = _disk.Unit.Plan(_disk.A, Disk.Hex("9C 00 0000000000000000 0000 0010 00 00"), dataOutOffered: 4096);
        offered.Result.ShouldFail(5, 0x2400);
        _disk.Run("9C 00 0000000000000000 0000 0010 00 00", new byte[4096]).ShouldFail(5, 0x0E03);
        Assert.Equal(0, _disk.Medium.AtomicWrites);
    }

    [Fact]
    public void On_a_medium_that_cannot_there_is_no_such_command()
    {
        var disk = new Disk(atomicWriteBytes: 0);
        disk.Run("9C 00 0000000000000000 0000 0008 00 00", new byte[4096]).ShouldFail(5, 0x2000);
        Assert.Equal(new byte[20], disk.Run("12 01 B0 00 FF 00").DataIn.ToArray()[44..]);
    }
}
