namespace Headgate.Qos.Tests;

public sealed class PaceClockTests
{
    [Theory]
    [InlineData(7)]
    [InlineData(300_007)] // 3,333.26 ns per I/O: cut to whole nanoseconds it would gain 78 I/Os a million
    public void What_a_division_leaves_over_is_not_lost(long iops)
    {
        var clock = new PaceClock(10_000_000);
        clock.SetRate(0, iops, 0);
        for (var i = 0; i < iops * 10; i++) clock.Charge(100, long.MinValue);
        Assert.Equal(10_000_000_000, clock.Next);
    }

    [Fact]
    public void Without_a_rate_nothing_is_ever_late()
    {
        var clock = new PaceClock(1);
        clock.Charge(1_000_000, 5);
        Assert.Equal(long.MinValue, clock.Next);
    }
}
