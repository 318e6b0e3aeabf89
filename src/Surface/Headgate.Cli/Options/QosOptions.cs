using System.CommandLine;
using Headgate.Api.Contract;

namespace Headgate.Cli.Options;

/// <summary>The QoS options that disk and compute offerings share.</summary>
internal sealed class QosOptions
{
    private readonly Option<long?> _min = Given.Count("--min-iops", "IOPS that a volume can count on (4 KiB each).", 0);
    private readonly Option<long?> _max = Given.Count("--max-iops", "IOPS that a volume cannot exceed for long.", 1);
    private readonly Option<long?> _burst = Given.Count("--burst-iops", "IOPS that saved-up credit may reach for up to 60 s.", 1);
    private readonly Option<bool> _custom = Given.Flag("--custom-iops", "Let each volume choose its own min, max and burst.");
    private readonly Option<IopsRange?> _customMin = Given.Range("--custom-min-iops", "With --custom-iops: what may be chosen as min.");
    private readonly Option<IopsRange?> _customMax = Given.Range("--custom-max-iops", "With --custom-iops: what may be chosen as max.");
    private readonly Option<IopsRange?> _customBurst = Given.Range("--custom-burst-iops", "With --custom-iops: what may be chosen as burst.");
    private readonly Option<IopsRange?> _minBounds = Given.Range("--min-iops-bounds", "Floor and ceiling of the min per GiB.");
    private readonly Option<IopsRange?> _maxBounds = Given.Range("--max-iops-bounds", "Floor and ceiling of the max per GiB.");
    private readonly Option<IopsRange?> _burstBounds = Given.Range("--burst-iops-bounds", "Floor and ceiling of the burst per GiB.");
    private readonly Option<long?> _bandwidth = Given.Size("--max-bandwidth", "Bytes per second that a volume cannot exceed, for example 200MiB/s.");
    private readonly Option<string[]> _require = Given.Words(
        "--require", "Promises without which no volume is made: min, max, burst, bandwidth.", "min,max", "min", "max", "burst", "bandwidth");
    private readonly Option<string?> _enforce = Given.OneOf("--enforce", "Who shall enforce them (default any).", "storage", "hypervisor", "any");
    private readonly Option<(long Min, long Max, long? Burst)?> _perGib = new("--iops-per-gib")
    {
        Description = "Min, max and, where given, burst for each GiB of a volume, in place of fixed ones.",
        HelpName = "MIN:MAX[:BURST]",
        CustomParser = result =>
        {
            var parts = result.Tokens[0].Value.Split(':');
            var numbers = parts.Select(part => long.TryParse(part, out var number) ? number : -1).ToArray();
            if (numbers is [>= 0, >= 0] or [>= 0, >= 0, >= 0] && numbers.SequenceEqual(numbers.Order()))
                return (numbers[0], numbers[1], numbers.Length == 3 ? numbers[2] : null);
            result.AddError($"'{result.Tokens[0].Value}' is not of the form MIN:MAX or MIN:MAX:BURST with 0 <= MIN <= MAX <= BURST (--iops-per-gib).");
            return null;
        },
    };

    public Symbol[] All =>
        [_min, _max, _burst, _custom, _customMin, _customMax, _customBurst, _perGib, _minBounds, _maxBounds, _burstBounds, _bandwidth, _require, _enforce];

    public OfferingQos Read(Session session) => Over(session, new OfferingQos());

    /// <summary>
    /// <paramref name="now"/> with what was given. One way to set a limit takes the place of the others: a fixed one of the one per GiB, both of the
    /// tenant's choice, and the other way round.
    /// </summary>
    public OfferingQos Over(Session session, OfferingQos now)
    {
        var perGib = session.Get(_perGib);
        var custom = session.Get(_custom);
        if (custom) now = Without(now);
        else if (perGib is not null || (session.Get(_min) ?? session.Get(_max) ?? session.Get(_burst)) is not null)
            now = now with { CustomIops = false, CustomMinIops = null, CustomMaxIops = null, CustomBurstIops = null };
        return now with
        {
            MinIops = Fixed(session.Get(_min), perGib?.Min, now.MinIops),
            MaxIops = Fixed(session.Get(_max), perGib?.Max, now.MaxIops),
            BurstIops = Fixed(session.Get(_burst), perGib?.Burst, now.BurstIops),
            MinIopsPerGib = PerGib(session.Get(_min), perGib?.Min, now.MinIopsPerGib),
            MaxIopsPerGib = PerGib(session.Get(_max), perGib?.Max, now.MaxIopsPerGib),
            BurstIopsPerGib = PerGib(session.Get(_burst), perGib?.Burst, now.BurstIopsPerGib),
            MinIopsBounds = session.Get(_minBounds) ?? (session.Get(_min) is null ? now.MinIopsBounds : null),
            MaxIopsBounds = session.Get(_maxBounds) ?? (session.Get(_max) is null ? now.MaxIopsBounds : null),
            BurstIopsBounds = session.Get(_burstBounds) ?? (session.Get(_burst) is null ? now.BurstIopsBounds : null),
            CustomIops = custom || now.CustomIops,
            CustomMinIops = session.Get(_customMin) ?? now.CustomMinIops,
            CustomMaxIops = session.Get(_customMax) ?? now.CustomMaxIops,
            CustomBurstIops = session.Get(_customBurst) ?? now.CustomBurstIops,
            MaxBandwidthBytes = session.Get(_bandwidth) ?? now.MaxBandwidthBytes,
            Require = session.Has(_require) ? session.Get(_require) ?? [] : now.Require,
            Enforce = session.Get(_enforce) ?? now.Enforce,
        };
    }

    private static long? Fixed(long? given, long? perGib, long? now) => given ?? (perGib is null ? now : null);

    private static long? PerGib(long? given, long? perGib, long? now) => perGib ?? (given is null ? now : null);

    private static OfferingQos Without(OfferingQos now) => now with
    {
        MinIops = null, MaxIops = null, BurstIops = null, MinIopsPerGib = null, MaxIopsPerGib = null, BurstIopsPerGib = null,
        MinIopsBounds = null, MaxIopsBounds = null, BurstIopsBounds = null,
    };
}
