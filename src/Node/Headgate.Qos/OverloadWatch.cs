namespace Headgate.Qos;

/// <summary>What <see cref="OverloadWatch.Look"/> noticed.</summary>
public enum OverloadChange
{
    /// <summary>Nothing new.</summary>
    None,

    /// <summary>An episode began: mins are being put off.</summary>
    Began,

    /// <summary>The episode is over.</summary>
    Ended,
}

/// <summary>
/// Makes episodes of <see cref="QosScheduler.OverloadNs"/>, so that people hear once of each: it begins when mins fell
/// behind by a share of the time, and ends when for a while they did not. Pure: time is an argument.
/// </summary>
public sealed class OverloadWatch
{
    /// <summary>Share of a look's time by which mins must fall behind: the band within which a min counts as met.</summary>
    public const double LeastShare = 0.02;

    /// <summary>Quiet time after which an episode is over, so that a load that comes and goes makes one event and not fifty.</summary>
    public const long QuietNs = 10_000_000_000;

    private long _lookedNs = long.MinValue;
    private long _lookedOverloadNs;
    private long _beganNs;
    private long _lateNs;
    private long _lastNs;
    private double _worst;

    /// <summary>Whether an episode is on.</summary>
    public bool IsOverloaded { get; private set; }

    /// <summary>How long the episode has lasted, or lasted, in nanoseconds.</summary>
    public long EpisodeNs => _lastNs - _beganNs;

    /// <summary>The fraction of their mins that volumes with I/O waiting got over the episode, 0 to 1.</summary>
    public double Fraction => EpisodeNs <= 0 ? 1 : Math.Clamp(1 - (double)_lateNs / EpisodeNs, 0, 1);

    /// <summary>The same of the worst time between two looks.</summary>
    public double WorstFraction => 1 - _worst;

    /// <summary>Compares with the last look; to be called about once a second.</summary>
    /// <param name="overloadNs">The scheduler's figure.</param>
    /// <param name="now">The time.</param>
    public OverloadChange Look(long overloadNs, long now)
    {
        var (passed, late, since) = (now - _lookedNs, overloadNs - _lookedOverloadNs, _lookedNs);
        (_lookedNs, _lookedOverloadNs) = (now, overloadNs);
        if (since == long.MinValue || passed <= 0) return OverloadChange.None;

        var share = Math.Min(1, (double)late / passed);
        if (share >= LeastShare)
        {
            var began = !IsOverloaded;
            if (began) (IsOverloaded, _beganNs, _lateNs, _worst) = (true, since, 0, 0);
            (_lastNs, _lateNs, _worst) = (now, _lateNs + late, Math.Max(_worst, share));
            return began ? OverloadChange.Began : OverloadChange.None;
        }
        if (!IsOverloaded || now - _lastNs < QuietNs) return OverloadChange.None;
        IsOverloaded = false;
        return OverloadChange.Ended;
    }
}
