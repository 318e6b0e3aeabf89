using Headgate.Initiator;

namespace Headgate.Interop;

/// <summary>The percentiles that other tests rely on.</summary>
public sealed class LatencyHistogramTests
{
    [Fact]
    public void A_percentile_is_at_most_three_per_cent_off_and_never_above_the_longest()
    {
        var histogram = new LatencyHistogram();
        for (var micros = 1; micros <= 100_000; micros++) histogram.Note(TimeSpan.FromMicroseconds(micros));

        foreach (var percent in (double[])[1, 50, 95, 99, 99.9])
            Assert.InRange(histogram.Percentile(percent), 1000 * percent, 1000 * percent * 1.032);
        Assert.Equal((100_000, 100_000, 100_000), (histogram.Count, histogram.MaxMicros, histogram.Percentile(100)));
    }

    [Fact]
    public void Two_added_are_as_one()
    {
        var (one, other, both) = (new LatencyHistogram(), new LatencyHistogram(), new LatencyHistogram());
        for (var i = 0; i < 1000; i++)
        {
            (i % 3 == 0 ? one : other).Note(TimeSpan.FromMicroseconds(i * i));
            both.Note(TimeSpan.FromMicroseconds(i * i));
        }
        one.Add(other);

        foreach (var percent in (double[])[0, 10, 50, 99, 100]) Assert.Equal(both.Percentile(percent), one.Percentile(percent));
    }

    [Fact]
    public void Without_any_it_tells_zero_and_takes_the_longest_there_is()
    {
        var histogram = new LatencyHistogram();
        Assert.Equal(0, histogram.Percentile(99));
        histogram.Note(TimeSpan.MaxValue);
        Assert.Equal(uint.MaxValue, histogram.Percentile(99));
    }
}
