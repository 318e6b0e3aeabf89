using Headgate.Scsi.Tests.Support;

namespace Headgate.Scsi.Tests;

public sealed class AttentionTests
{
    private const string TestUnitReady = "00 00 00 00 00 00";

    private readonly Disk _disk = new();

    [Fact]
    public void A_new_nexus_meets_power_on_once_and_others_do_not()
    {
        var nexus = _disk.Unit.OpenNexus(Disk.PortB);
        _disk.Run(nexus, TestUnitReady).ShouldFail(6, 0x2900);
        _disk.Run(nexus, TestUnitReady).ShouldBeGood();
        _disk.Run(TestUnitReady).ShouldBeGood();
    }

    [Theory]
    [InlineData("12 00 00 00 FF 00")]
    [InlineData("A0 00 00 00 00 00 00 00 01 00 00 00")]
    public void Inquiry_and_report_luns_are_served_and_leave_it_pending(string cdb)
    {
        var nexus = _disk.Unit.OpenNexus(Disk.PortB);
        _disk.Run(nexus, cdb).ShouldBeGood();
        _disk.Run(nexus, TestUnitReady).ShouldFail(6, 0x2900);
    }

    [Fact]
    public void Growth_is_told_to_every_nexus()
    {
        var other = _disk.Open(Disk.PortB);
        _disk.Unit.SetBlocks(2048);
        _disk.Run(TestUnitReady).ShouldFail(6, 0x2A09);
        _disk.Run(other, "28 00 00000000 00 0001 00").ShouldFail(6, 0x2A09);
        Assert.Equal(0x07, _disk.Run("25 00 00000000 0000 00 00").DataIn.Span[2]);
        _disk.Unit.SetBlocks(2048);
        _disk.Run(TestUnitReady).ShouldBeGood();
    }

    [Fact]
    public void Commands_that_another_initiator_cleared_are_told_to_the_nexus_that_lost_them()
    {
        var other = _disk.Open(Disk.PortB);
        other.NoteCommandsCleared();
        other.NoteCommandsCleared();
        _disk.Run(other, TestUnitReady).ShouldFail(6, 0x2F00);
        _disk.Run(other, TestUnitReady).ShouldBeGood();
        _disk.Run(TestUnitReady).ShouldBeGood();
    }

    [Theory]
    [InlineData(ResetKind.LogicalUnit, 0x2903)]
    [InlineData(ResetKind.PowerOn, 0x2900)]
    public void A_reset_takes_the_place_of_what_came_before_it(ResetKind kind, int asc)
    {
        _disk.Unit.SetBlocks(2048);
        _disk.Unit.Reset(kind);
        _disk.Run(TestUnitReady).ShouldFail(6, asc);
        _disk.Run(TestUnitReady).ShouldBeGood();
    }

    [Fact]
    public void The_same_news_is_told_once_and_different_news_in_order()
    {
        _disk.Unit.SetBlocks(2048);
        _disk.Unit.SetWriteProtected(true);
        _disk.Unit.SetBlocks(4096);
        _disk.Run(TestUnitReady).ShouldFail(6, 0x2A09);
        _disk.Run(TestUnitReady).ShouldFail(6, 0x2A01);
        _disk.Run(TestUnitReady).ShouldBeGood();
    }

    [Fact]
    public void A_closed_nexus_is_not_told()
    {
        var other = _disk.Open(Disk.PortB);
        _disk.Unit.CloseNexus(other);
        _disk.Unit.SetBlocks(2048);
        _disk.Run(other, TestUnitReady).ShouldBeGood();
    }

    [Fact]
    public void An_absent_lun_answers_three_commands_and_fails_the_rest()
    {
        ScsiResult Run(string cdb) => _disk.Unit.PlanForAbsentLun(Disk.Hex(cdb)).Result;
        Assert.Equal(0x7F, Run("12 00 00 00 24 00").DataIn.Span[0]);
        Assert.Equal(36, Run("12 00 00 00 24 00").DataIn.Length);
        Assert.Equal(Disk.Hex("00000008 00000000 0000000000000000"), Run("A0 00 00 00 00 00 00 00 01 00 00 00").DataIn.ToArray());
        Assert.Equal(Disk.Hex("70 00 05 00000000 0A 00000000 2500 00 000000"), Run("03 00 00 00 FF 00").DataIn.ToArray());
        Run("00 00 00 00 00 00").ShouldFail(5, 0x2500);
        Run("28 00 00000000 00 0001 00").ShouldFail(5, 0x2500);
        Run("12 01 83 00 FF 00").ShouldFail(5, 0x2400);
        Run("FF").ShouldFail(5, 0x2500);
        _disk.Unit.PlanForAbsentLun([]).Result.ShouldFail(5, 0x2500);
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(1, 0)]
    [InlineData(2, 8)]
    public void Report_luns_lists_lun_zero(int select, int bytes)
    {
        var data = _disk.Run($"A0 00 {select:X2} 00 00 00 00 00 01 00 00 00").DataIn.ToArray();
        Assert.Equal(8 + bytes, data.Length);
        Assert.Equal(bytes, data[3]);
        Assert.All(data.Skip(4), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Report_luns_refuses_a_selection_it_does_not_know() =>
        Assert.Equal(2, _disk.Run("A0 00 03 00 00 00 00 00 01 00 00 00").FieldByte());
}
