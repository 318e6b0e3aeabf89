namespace Headgate.Domain;

/// <summary>
/// What an admin publishes and a tenant picks: one version of it. A version's content never changes; an edit makes the next one, and
/// those that have an earlier one keep it until they are moved. The versions of an offering share <see cref="FirstId"/>.
/// </summary>
public interface IOffering : IAggregate
{
    /// <summary>The id of the first version: the offering's own, over all versions.</summary>
    Guid FirstId { get; }

    /// <summary>1 for the first version, one more with each edit.</summary>
    int Number { get; }

    /// <summary>The same in all versions; unique among the offerings in use.</summary>
    string Name { get; }

    /// <summary>The zones that it is for; empty for all.</summary>
    IReadOnlyList<Guid> ZoneIds { get; }

    /// <summary>The accounts that it is for; empty for all. For the tenants of others it does not exist.</summary>
    IReadOnlyList<Guid> AccountIds { get; }

    /// <summary>Since when a later version is the current one.</summary>
    DateTimeOffset? SupersededAt { get; }

    /// <summary>Since when nothing new can be made of it.</summary>
    DateTimeOffset? RetiredAt { get; }
}
