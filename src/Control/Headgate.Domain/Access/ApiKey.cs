namespace Headgate.Domain;

/// <summary>An API key. Only a hash is stored: the key is shown once, when it is made or rotated.</summary>
public sealed record ApiKey : IAggregate
{
    public required Guid Id { get; init; }

    /// <summary>Unique in its account for ever: events and operations name their actor by it.</summary>
    public required string Name { get; init; }

    public required Guid AccountId { get; init; }

    /// <summary>Whose it is; null for one of the account itself.</summary>
    public Guid? UserId { get; init; }

    /// <summary>The most that it allows; never more than its user's role does.</summary>
    public required Role Role { get; init; }

    /// <summary>The first characters, for people to tell keys apart.</summary>
    public required string Prefix { get; init; }

    /// <summary>SHA-256 of the whole key in lower-case hexadecimal; keys are random, so no salt is needed. Unique.</summary>
    public required string Hash { get; init; }

    /// <summary>The hash before the last rotation, good until <see cref="PreviousUntil"/>.</summary>
    public string? PreviousHash { get; init; }

    public DateTimeOffset? PreviousUntil { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on it opens nothing; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    public long Version { get; init; }

    /// <summary>What it allows to somebody with <paramref name="userRole"/>; null for a key of the account itself.</summary>
    public Role RoleWith(Role? userRole) => userRole < Role ? userRole.Value : Role;

    /// <summary>True when it is neither revoked nor expired at <paramref name="now"/>.</summary>
    public bool IsInForce(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is null || ExpiresAt > now);
}
