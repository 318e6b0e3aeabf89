using System.CommandLine;
using Headgate.Api.Contract;

namespace Headgate.Cli.Options;

/// <summary>The QoS options that disk and compute offerings share.</summary>
internal sealed class QosOptions
{
    private readonly Option<long?> _min = Given.Count("--min-iops", "IOPS that a volume can count on (4 KiB each).", 0);
    private readonly Option<long?> _max = Given.Count("--max-iops", "IOPS that a volume cannot exceed for long.", 1);
    private readonly Option<long?> _burst = Given.Count("--burst-iops", "IOPS that saved-up credit may reach for up to 60 s.", 1);
    private readonly Option<bool> _custom = Given.Flag("--custom-iops", "Let each volume choose its own min and max.");
    private readonly Option<long?> _bandwidth = Given.Size("--max-bandwidth", "Bytes per second that a volume cannot exceed, for example 200MiB/s.");
    private readonly Option<string[]> _require = Given.Words(
        "--require", "Promises without which no volume is made: min, max, burst, bandwidth.", "min,max", "min", "max", "burst", "bandwidth");
    private readonly Option<string?> _enforce = Given.OneOf("--enforce", "Who shall enforce them (default any).", "storage", "hypervisor", "any");
    private readonly Option<(long Min, long Max)?> _perGib = new("--iops-per-gib")
    {
        Description = "Min and max for each GiB of a volume, in place of fixed ones.",
        HelpName = "MIN:MAX",
        CustomParser = result =>
        {
            var parts = result.Tokens[0].Value.Split(':');
            if (parts.Length == 2 && long.TryParse(parts[0], out var min) && long.TryParse(parts[1], out var max) && min >= 0 && max >= min)
                return (min, max);
            result.AddError($"'{result.Tokens[0].Value}' is not of the form MIN:MAX with 0 <= MIN <= MAX (--iops-per-gib).");
            return null;
        },
    };

    public Symbol[] All => [_min, _max, _burst, _custom, _perGib, _bandwidth, _require, _enforce];

    public OfferingQos Read(Session session) => new()
    {
        MinIops = session.Get(_min),
        MaxIops = session.Get(_max),
        BurstIops = session.Get(_burst),
        MaxBandwidthBytes = session.Get(_bandwidth),
        MinIopsPerGib = session.Get(_perGib)?.Min,
        MaxIopsPerGib = session.Get(_perGib)?.Max,
        CustomIops = session.Get(_custom),
        Require = session.Get(_require) ?? [],
        Enforce = session.Get(_enforce) ?? "any",
    };
}
