namespace Headgate.Domain;

/// <summary>What the bearer of a key may do.</summary>
public enum Role
{
    /// <summary>Its own account's volumes and snapshots.</summary>
    Tenant,

    /// <summary>Everything.</summary>
    Admin,
}

/// <summary>An API key. Only a hash is stored: the key is shown once, when it is made.</summary>
public sealed record ApiKey : IAggregate
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required Guid AccountId { get; init; }

    public required Role Role { get; init; }

    /// <summary>The first characters, for people to tell keys apart.</summary>
    public required string Prefix { get; init; }

    /// <summary>SHA-256 of the whole key in lower-case hexadecimal; keys are random, so no salt is needed. Unique.</summary>
    public required string Hash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    public long Version { get; init; }
}
