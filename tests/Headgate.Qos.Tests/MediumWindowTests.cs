namespace Headgate.Qos.Tests;

/// <summary>
/// The window against a model medium: so many servers, each of which needs a fixed time for a piece, and a queue before
/// them. That is what an SSD looks like from outside.
/// </summary>
public sealed class MediumWindowTests
{
    private const long Second = 1_000_000_000;

    [Theory]
    [InlineData(28_000, 3, 100)] // 4 KiB on a cloud disk: 28 us, 107 k IOPS
    [InlineData(80_000, 1, 1000)] // 64 KiB pieces: it takes one at a time
    [InlineData(12_000, 4, 100)]
    [InlineData(5_000_000, 1, 100)] // a disk that turns
    public void With_company_the_queue_at_the_medium_stays_short_and_the_medium_busy(long serviceNs, long servers, int hundredths)
    {
        var medium = new ModelMedium(serviceNs, (int)servers, hundredths);
        medium.Run(owners: 2, seconds: 20);
        Assert.True(medium.MeanLatencyNs <= serviceNs * 5, $"{medium.MeanLatencyNs} ns");
        Assert.True(medium.Utilisation >= 0.95, $"{medium.Utilisation}");
    }

    [Fact]
    public void A_volume_alone_gets_more_of_the_medium_and_loses_it_when_company_comes()
    {
        var medium = new ModelMedium(100_000, 8, 100);
        medium.Run(owners: 1, seconds: 9);
        var alone = medium.Window.Hundredths;
        medium.Run(owners: 2, seconds: 0.1); // changes take hold within 100 ms
        Assert.True(medium.Window.Hundredths < alone, $"{medium.Window.Hundredths} of {alone}");
        Assert.True(alone >= 8 * 100 * 2);
    }

    [Fact]
    public void Who_only_writes_durably_is_company_too()
    {
        var medium = new ModelMedium(100_000, 8, 100);
        medium.Run(owners: 1, seconds: 9);
        Assert.False(medium.Window.IsShared);
        medium.Window.NoteOwner(new object(), 10 * Second); // whose latency is not noted
        Assert.True(medium.Window.IsShared);
        medium.Run(owners: 1, seconds: 3);
        Assert.False(medium.Window.IsShared);
    }

    [Fact]
    public void A_medium_that_gets_slower_for_good_is_taken_as_it_is_after_a_while()
    {
        var medium = new ModelMedium(30_000, 4, 100);
        medium.Run(owners: 2, seconds: 5);
        medium.ServiceNs = 300_000;
        medium.Run(owners: 2, seconds: 30);
        Assert.True(medium.Utilisation >= 0.9, $"{medium.Utilisation}");
        Assert.InRange(medium.Window.LatencyRatio, 0.8, 4);
    }

    [Fact]
    public void It_never_leaves_its_bounds()
    {
        var window = new MediumWindow(4000);
        var random = new Random(1);
        object[] owners = [new(), new()];
        for (long now = 0; now < 60 * Second; now += random.Next(2_000_000))
        {
            window.NoteOwner(owners[random.Next(2)], now);
            window.Note(1 << random.Next(9, 24), random.Next(2) == 0, random.Next(1, 100_000_000), random.Next(2) == 0, now);
            Assert.True(window.Hundredths is MediumWindow.ProbeHundredths or (>= MediumWindow.LeastHundredths and <= 4000));
        }
    }

    private sealed class ModelMedium(long serviceNs, int servers, int hundredths)
    {
        private readonly object[] _owners = [new(), new()];
        private readonly PriorityQueue<long, long> _busy = new(); // submit times by end times
        private readonly Random _random = new(7);
        private long _now = Second;
        private long[] _free = new long[servers];

        public MediumWindow Window { get; } = new(40 * 1000);

        public long ServiceNs { get; set; } = serviceNs;

        public double MeanLatencyNs { get; private set; }

        public double Utilisation { get; private set; }

        // Always more waiting than there is room; figures are of the second half.
        public void Run(int owners, double seconds)
        {
            var (from, end) = (_now + (long)(seconds * 5e8), _now + (long)(seconds * 1e9));
            var (sum, count) = (0.0, 0L);
            while (_now < end)
            {
                while (_busy.Count == 0 || _busy.Count * hundredths < Window.Hundredths) Submit();
                _busy.TryDequeue(out var submitted, out _now);
                if (_now >= from) (sum, count) = (sum + _now - submitted, count + 1);
                Window.NoteOwner(_owners[_random.Next(owners)], _now);
                Window.Note(hundredths == 1000 ? 65536 : 4096, false, _now - submitted, isFull: true, _now);
            }
            MeanLatencyNs = sum / count;
            Utilisation = count / (seconds / 2) / (servers * 1e9 / ServiceNs);
        }

        private void Submit()
        {
            var at = Array.IndexOf(_free, _free.Min());
            var starts = Math.Max(_now, _free[at]);
            _free[at] = starts + (long)(ServiceNs * (0.9 + _random.NextDouble() * 0.2));
            _busy.Enqueue(_now, _free[at]);
        }
    }
}
