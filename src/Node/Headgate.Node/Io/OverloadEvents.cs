using System.Globalization;
using Headgate.Blocks.Native;
using Headgate.Qos;

namespace Headgate.Node.Io;

/// <summary>Looks once a second whether mins are being kept, and raises an event when that ceases and when it is so again.</summary>
internal sealed class OverloadEvents : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly IoPath _io;
    private readonly INodeEvents _events;
    private readonly OverloadWatch _watch = new();
    private readonly Lock _lock = new();
    private readonly ITimer _timer;

    public OverloadEvents(IoPath io, INodeEvents events, TimeProvider time)
    {
        (_io, _events) = (io, events);
        _timer = time.CreateTimer(_ => Look(_io.ReadOverload(), WakeableNap.NowNs), null, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>One look.</summary>
    internal void Look(OverloadReading seen, long now)
    {
        lock (_lock) // a late timer may call beside the next one
        {
            switch (_watch.Look(seen.OverloadNs, now))
            {
                case OverloadChange.Began:
                    _events.Raise(new NodeEvent("qos-overload", NodeEventSeverity.Warning,
                        $"The medium gives less than the {seen.MinIopsInDemand} IOPS of minimums that volumes ask for now: each gets "
                        + $"{Percent(_watch.Fraction)} of its minimum. Lower minimums, move volumes away, or see why the medium is slower than it was measured."));
                    break;
                case OverloadChange.Ended:
                    _events.Raise(new NodeEvent("qos-overload-ended", NodeEventSeverity.Information,
                        $"Minimums are kept again. For {_watch.EpisodeNs / 1e9:0} s volumes got {Percent(_watch.Fraction)} of them, at worst {Percent(_watch.WorstFraction)}."));
                    break;
            }
        }
    }

    private static string Percent(double share) => (share * 100).ToString("0", CultureInfo.InvariantCulture) + " %";
}

/// <summary>What an <see cref="OverloadEvents"/> looks at.</summary>
/// <param name="OverloadNs">See <see cref="QosScheduler.OverloadNs"/>.</param>
/// <param name="MinIopsInDemand">Sum of the minimums of the volumes that have I/O waiting.</param>
internal readonly record struct OverloadReading(long OverloadNs, long MinIopsInDemand);
