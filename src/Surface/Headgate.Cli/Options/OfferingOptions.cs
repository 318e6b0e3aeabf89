using System.CommandLine;
using Headgate.Api.Contract;

namespace Headgate.Cli.Options;

/// <summary>What disk and compute offerings say of whom and what they are for, when they are made and when they are edited.</summary>
internal sealed class OfferingOptions
{
    private readonly Option<string[]> _tags = Given.Words("--tags", "Tags that a pool must carry, all of them.", "ssd,fast");
    private readonly Option<string?> _expression = Given.Text(
        "--tag-expression", "What else is asked of a pool's tags: and, or, not, parentheses.", "'ssd and not (slow or archive)'");
    private readonly Option<string[]> _zones = Given.Words("--zones", "Zones that it is for (default: all).", "z1,z2");
    private readonly Option<string[]> _accounts = Given.Words("--accounts", "Accounts that it is for; for the others it does not exist (default: all).", "acme,wile");
    private readonly Option<decimal?> _perGib = Given.Price("--price-gib", "Price of a GiB of size for a month of 30 days.");
    private readonly Option<decimal?> _perMin = Given.Price("--price-min-iops", "Price of an IOPS of the minimum for a month.");
    private readonly Option<decimal?> _perMax = Given.Price("--price-max-iops", "Price of an IOPS of the maximum for a month.");

    public Symbol[] All => [_tags, _expression, _zones, _accounts, _perGib, _perMin, _perMax];

    /// <summary>What an edit can take away, with <see cref="Clear"/>.</summary>
    public static readonly string[] Clearable =
        ["min-iops", "max-iops", "burst-iops", "max-bandwidth", "require", "custom-ranges", "size-range", "tags", "tag-expression", "zones", "accounts", "price"];

    public static Option<string[]> Clear() => Given.Words("--clear", "What shall be taken away: " + string.Join(", ", Clearable) + ".", "burst-iops,price", Clearable);

    /// <summary><paramref name="now"/> with what was given, less what was cleared.</summary>
    public T Over<T>(Session session, T now, string[] cleared) where T : OfferingBody
    {
        now = now with
        {
            Tags = session.Has(_tags) ? session.Get(_tags) ?? [] : cleared.Contains("tags") ? [] : now.Tags,
            TagExpression = session.Get(_expression) ?? (cleared.Contains("tag-expression") ? null : now.TagExpression),
            Zones = session.Has(_zones) ? session.Get(_zones) ?? [] : cleared.Contains("zones") ? [] : now.Zones,
            Accounts = session.Has(_accounts) ? session.Get(_accounts) ?? [] : cleared.Contains("accounts") ? [] : now.Accounts,
        };
        var price = cleared.Contains("price") ? null : now.Price;
        price = new OfferingPrice(
            session.Get(_perGib) ?? price?.PerGibMonth, session.Get(_perMin) ?? price?.PerMinIopsMonth, session.Get(_perMax) ?? price?.PerMaxIopsMonth);
        return now with { Price = price is { PerGibMonth: null, PerMinIopsMonth: null, PerMaxIopsMonth: null } ? null : price };
    }

    public static OfferingQos Less(OfferingQos qos, string[] cleared)
    {
        if (cleared.Contains("min-iops")) qos = qos with { MinIops = null, MinIopsPerGib = null, MinIopsBounds = null };
        if (cleared.Contains("max-iops")) qos = qos with { MaxIops = null, MaxIopsPerGib = null, MaxIopsBounds = null };
        if (cleared.Contains("burst-iops")) qos = qos with { BurstIops = null, BurstIopsPerGib = null, BurstIopsBounds = null };
        if (cleared.Contains("max-bandwidth")) qos = qos with { MaxBandwidthBytes = null };
        if (cleared.Contains("require")) qos = qos with { Require = [] };
        return cleared.Contains("custom-ranges") ? qos with { CustomMinIops = null, CustomMaxIops = null, CustomBurstIops = null } : qos;
    }
}
