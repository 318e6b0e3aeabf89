using Headgate.Scsi.Tests.Support;

namespace Headgate.Scsi.Tests;

/// <summary>RESERVE and RELEASE of SPC-2.</summary>
public sealed class ReserveTests
{
    private const string Reserve = "16 00 00 00 00 00";
    private const string Release = "17 00 00 00 00 00";
    private const string ModeSense = "1A 00 3F 00 FF 00";

    private readonly Disk _disk = new();
    private readonly Nexus _other;

    public ReserveTests() => _other = _disk.Open(Disk.PortB);

    private byte Other(string cdb) => _disk.Run(_other, cdb).Status;

    [Fact]
    public void The_holder_works_and_another_meets_a_conflict_but_for_a_few_commands()
    {
        _disk.Run(Reserve).ShouldBeGood();
        _disk.Run(Reserve).ShouldBeGood();
        _disk.Run(ModeSense).ShouldBeGood();
        foreach (var cdb in new[] { ModeSense, Reserve, "00 00 00 00 00 00", "28 00 00000000 00 0001 00", "5E 00 00 00 00 00 00 00 FF 00" })
            Assert.Equal(ScsiStatus.ReservationConflict, Other(cdb));
        foreach (var cdb in new[] { "12 00 00 00 FF 00", "A0 00 00 00 00 00 00 00 01 00 00 00", "03 00 00 00 FF 00", Release })
            Assert.Equal(ScsiStatus.Good, Other(cdb));
        Assert.Equal(ScsiStatus.ReservationConflict, Other(ModeSense));
    }

    [Fact]
    public void It_ends_by_release_of_the_holder_by_its_going_and_by_reset()
    {
        _disk.Run(Reserve).ShouldBeGood();
        _disk.Run(Release).ShouldBeGood();
        Assert.Equal(ScsiStatus.Good, Other(ModeSense));

        var third = _disk.Open(Disk.PortA);
        _disk.Run(third, Reserve).ShouldBeGood();
        Assert.Equal(ScsiStatus.ReservationConflict, Other(ModeSense));
        _disk.Unit.CloseNexus(third);
        Assert.Equal(ScsiStatus.Good, Other(ModeSense));

        _disk.Run("56 00 00 00 00 00 00 00 00 00").ShouldBeGood();
        Assert.Equal(ScsiStatus.ReservationConflict, Other(ModeSense));
        _disk.Unit.Reset(ResetKind.LogicalUnit);
        Other("00 00 00 00 00 00");
        Assert.Equal(ScsiStatus.Good, Other(ModeSense));
    }

    [Fact]
    public void It_conflicts_with_registered_keys()
    {
        new PersistentReservationTests.Host(_disk, _disk.A).Register(0, 1).ShouldBeGood();
        Assert.Equal(ScsiStatus.ReservationConflict, _disk.Run(Reserve).Status);
        Assert.Equal(ScsiStatus.ReservationConflict, _disk.Run(Release).Status);
    }
}
