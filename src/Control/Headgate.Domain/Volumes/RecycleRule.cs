namespace Headgate.Domain;

/// <summary>
/// How long deleted volumes stay in the recycle bin: of one account, whose id it has, or of everybody without a rule of their own. All that
/// a volume takes of its pool, bytes and IOPS, stays reserved until then: recovering it cannot fail for want of room.
/// </summary>
public sealed record RecycleRule : IAggregate
{
    /// <summary>The id of the rule for everybody.</summary>
    public static readonly Guid Everybody = new("00000000-0000-4000-8000-000000000001");

    /// <summary>Where no rule says otherwise: long enough to notice after a holiday weekend what was deleted by mistake.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromDays(7);

    /// <summary>Ten years; whoever wants longer says for ever.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    public required Guid Id { get; init; }

    /// <summary>Seconds; null for ever.</summary>
    public long? KeepSeconds { get; init; }

    public long Version { get; init; }

    /// <summary>When what is deleted at <paramref name="at"/> is expunged; null for never.</summary>
    public static DateTimeOffset? PurgeAt(RecycleRule? rule, DateTimeOffset at) =>
        rule is null ? at + Default : rule.KeepSeconds is { } seconds ? at + TimeSpan.FromSeconds(seconds) : null;
}
