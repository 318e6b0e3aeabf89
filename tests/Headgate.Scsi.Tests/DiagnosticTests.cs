using Headgate.Scsi.Tests.Support;

namespace Headgate.Scsi.Tests;

/// <summary>SEND DIAGNOSTIC and REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS.</summary>
public sealed class DiagnosticTests
{
    private readonly Disk _disk = new();

    [Fact]
    public void The_default_self_test_passes_and_nothing_else_is_offered()
    {
        _disk.Run("1D 04 00 0000 00").ShouldBeGood();
        _disk.Run("1D 00 00 0000 00").ShouldFail(5, 0x2400);
        _disk.Run("1D 20 00 0000 00").ShouldFail(5, 0x2400);
        _disk.Run("1D 04 00 0004 00").ShouldFail(5, 0x2400);
    }

    [Fact]
    public void Task_management_is_told_in_both_formats()
    {
        Assert.Equal([0xDA, 0, 0, 0], _disk.Run("A3 0D 00 00 00 00 000000FF 00 00").DataIn.ToArray());
        var extended = _disk.Run("A3 0D 80 00 00 00 000000FF 00 00").DataIn.ToArray();
        Assert.Equal((16, 12, 0xDA), (extended.Length, extended[3], extended[0]));
        _disk.Run("A3 0D 00 00 00 00 00000003 00 00").ShouldFail(5, 0x2400);
    }
}
