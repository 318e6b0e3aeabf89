namespace Headgate.Node.ElementApi;

/// <summary>IOPS of the cluster, not normalised, as <c>GetClusterCapacity</c> tells them.</summary>
/// <param name="Current">Over the last 5 to 10 s.</param>
/// <param name="Average">Since midnight UTC, or since the start when that was later.</param>
/// <param name="Peak">The highest current since then.</param>
internal readonly record struct ClusterIops(long Current, long Average, long Peak);

/// <summary>
/// Makes rates of the count of all I/Os, which is looked at every few seconds and whenever somebody asks. Any thread.
/// </summary>
internal sealed class ClusterLoad(TimeProvider time)
{
    /// <summary>Element's currentIOPS is a mean over 5 s.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    /// <summary>Below this a rate is chance.</summary>
    private static readonly TimeSpan ShortestTime = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Point _day = new(time.GetUtcNow(), 0);
    private Point _older = new(time.GetUtcNow(), 0);
    private Point _newer = new(time.GetUtcNow(), 0);
    private long _peak;

    private readonly record struct Point(DateTimeOffset At, long Ops);

    /// <summary>Takes note of how many I/Os there have been in all.</summary>
    public ClusterIops Note(long ops)
    {
        var now = new Point(time.GetUtcNow(), ops);
        lock (_lock)
        {
            if (now.At.UtcDateTime.Date != _day.At.UtcDateTime.Date) (_day, _peak) = (now, 0);
            var current = Rate(_older, now);
            if (now.At - _newer.At >= Window) (_older, _newer) = (_newer, now);
            _peak = Math.Max(_peak, current);
            return new ClusterIops(current, Rate(_day, now), _peak);
        }
    }

    private static long Rate(Point from, Point to)
    {
        var passed = to.At - from.At;
        return passed < ShortestTime ? 0 : (long)((to.Ops - from.Ops) / passed.TotalSeconds);
    }
}
