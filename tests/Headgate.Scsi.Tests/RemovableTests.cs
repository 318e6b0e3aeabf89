using Headgate.Scsi.Dispatch;
using Headgate.Scsi.Tests.Support;

namespace Headgate.Scsi.Tests;

/// <summary>START STOP UNIT and PREVENT ALLOW MEDIUM REMOVAL.</summary>
public sealed class RemovableTests
{
    private const string Eject = "1B 00 00 00 02 00";
    private const string Load = "1B 00 00 00 03 00";
    private const string TestUnitReady = "00 00 00 00 00 00";

    private readonly Disk _disk = new(removable: true);

    [Fact]
    public void Ejecting_flushes_and_leaves_every_medium_command_without_a_medium()
    {
        _disk.Run(Eject).ShouldBeGood();
        Assert.Equal(1, _disk.Medium.Flushes);
        foreach (var command in CommandTable.All)
        {
            if (!command.Has(CommandTraits.NeedsMedium))
                continue;
            var cdb = new byte[16];
            (cdb[0], cdb[1]) = (command.Opcode, command.ServiceAction);
            _disk.Unit.Plan(_disk.A, cdb).Result.ShouldFail(2, 0x3A02);
        }

        Assert.Equal(Disk.Hex("70 00 02"), _disk.Run("03 00 00 00 03 00").DataIn.ToArray());
    }

    [Fact]
    public void Loading_brings_it_back_and_tells_the_others()
    {
        var other = _disk.Open(Disk.PortB);
        _disk.Run(Eject).ShouldBeGood();
        _disk.Run(Load).ShouldBeGood();
        _disk.Run(TestUnitReady).ShouldBeGood();
        _disk.Run(other, TestUnitReady).ShouldFail(6, 0x2800);
    }

    [Theory]
    [InlineData("1B 00 00 00 00 00")]
    [InlineData("1B 00 00 00 01 00")]
    [InlineData("1B 01 00 00 12 00")]
    [InlineData("1B 00 00 0F 32 00")]
    public void Without_load_eject_or_with_a_power_condition_nothing_is_ejected(string cdb)
    {
        _disk.Run(cdb).ShouldBeGood();
        _disk.Run(TestUnitReady).ShouldBeGood();
    }

    [Fact]
    public void One_nexus_that_prevents_stops_eject_and_load_by_all()
    {
        var other = _disk.Open(Disk.PortB);
        _disk.Run(other, "1E 00 00 00 01 00").ShouldBeGood();
        _disk.Run(Eject).ShouldFail(5, 0x5302);
        _disk.Run(Load).ShouldFail(5, 0x5302);
        _disk.Run(other, "1E 00 00 00 00 00").ShouldBeGood();
        _disk.Run(Eject).ShouldBeGood();
    }

    [Fact]
    public void Prevention_ends_with_its_nexus_and_with_a_reset()
    {
        var other = _disk.Open(Disk.PortB);
        _disk.Run(other, "1E 00 00 00 01 00").ShouldBeGood();
        _disk.Unit.CloseNexus(other);
        _disk.Run(Eject).ShouldBeGood();
        _disk.Run(Load).ShouldBeGood();
        _disk.Run("1E 00 00 00 01 00").ShouldBeGood();
        _disk.Unit.Reset(ResetKind.LogicalUnit);
        _disk.Run(TestUnitReady).ShouldFail(6, 0x2903);
        _disk.Run(Eject).ShouldBeGood();
    }

    [Fact]
    public void A_fixed_disk_cannot_be_ejected() => Assert.Equal(4, new Disk().Run(Eject).FieldByte());
}
