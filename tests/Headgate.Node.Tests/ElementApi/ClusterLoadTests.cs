using Headgate.Node.ElementApi;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Node.Tests.ElementApi;

/// <summary>The rates of GetClusterCapacity, in a time of the test's own.</summary>
public sealed class ClusterLoadTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 23, 59, 0, TimeSpan.Zero));

    [Fact]
    public void Current_is_a_mean_over_the_last_seconds_and_peak_its_highest()
    {
        var load = new ClusterLoad(_time);
        long ops = 0;
        var seen = new List<ClusterIops>();
        foreach (var iops in (int[])[100, 900, 200, 0, 0])
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            seen.Add(load.Note(ops += iops * 5));
        }

        Assert.Equal([100, 500, 550, 100, 0], seen.Select(one => one.Current)); // over 5 s, then over 10
        Assert.Equal([100, 500, 550, 550, 550], seen.Select(one => one.Peak));
        Assert.Equal(240, seen[^1].Average); // 6000 in 25 s
    }

    [Fact]
    public void Midnight_in_UTC_starts_average_and_peak_anew()
    {
        var load = new ClusterLoad(_time);
        _time.Advance(TimeSpan.FromSeconds(50));
        Assert.Equal(1000, load.Note(50_000).Peak);
        _time.Advance(TimeSpan.FromSeconds(10));
        load.Note(50_000);
        _time.Advance(TimeSpan.FromSeconds(20));

        var seen = load.Note(50_200);

        Assert.Equal(10, seen.Average);
        Assert.InRange(seen.Peak, 1, 999);
    }

    [Fact]
    public void Asking_at_once_tells_no_rate()
    {
        var load = new ClusterLoad(_time);
        _time.Advance(TimeSpan.FromMilliseconds(10));
        Assert.Equal(default, load.Note(1000));
    }
}
