namespace Headgate.Qos.Tests;

public sealed class OverloadWatchTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void An_episode_is_told_of_once_when_it_begins_and_once_when_it_ends()
    {
        var watch = new OverloadWatch();
        long overloadNs = 0;
        var told = new List<(int Second, OverloadChange Change)>();
        for (var second = 0; second < 60; second++)
        {
            if (second is >= 10 and < 20 or >= 25 and < 30) overloadNs += Second / 4; // mins get three quarters
            var change = watch.Look(overloadNs, second * Second);
            if (change != OverloadChange.None) told.Add((second, change));
        }
        Assert.Equal([(10, OverloadChange.Began), (39, OverloadChange.Ended)], told); // a pause of 5 s is part of it
        Assert.Equal(20 * Second, watch.EpisodeNs);
        Assert.Equal(1 - (15 * 0.25 / 20), watch.Fraction, 3);
        Assert.Equal(0.75, watch.WorstFraction, 3);
    }

    [Fact]
    public void A_stall_that_is_made_good_is_no_overload()
    {
        var watch = new OverloadWatch();
        for (var second = 0; second < 100; second++)
            Assert.Equal(OverloadChange.None, watch.Look(second * Second / 100, second * Second)); // 1 % is within the band
        Assert.False(watch.IsOverloaded);
    }

    [Fact]
    public void What_was_before_the_first_look_does_not_count()
    {
        var watch = new OverloadWatch();
        Assert.Equal(OverloadChange.None, watch.Look(50 * Second, 100 * Second));
        Assert.Equal(OverloadChange.None, watch.Look(50 * Second, 101 * Second));
    }
}
