namespace Headgate.Domain;

/// <summary>Somebody, or something, that acts for an account. Its keys open what its role allows.</summary>
public sealed record User : INamed
{
    /// <summary>Longest display name and e-mail address; RFC 5321 section 4.5.3.1 allows an address 254 characters in a path.</summary>
    public const int MaxTextLength = 254;

    public required Guid Id { get; init; }

    public required Guid AccountId { get; init; }

    /// <summary>Unique among the account's users that are not removed.</summary>
    public required string Name { get; init; }

    public required Role Role { get; init; }

    /// <summary>As people call it.</summary>
    public string? DisplayName { get; init; }

    /// <summary>Where to reach it; never used by the server.</summary>
    public string? Email { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when none of its keys opens anything; null while it is enabled.</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    /// <summary>Since when it is kept for the record only.</summary>
    public DateTimeOffset? RemovedAt { get; init; }

    public long Version { get; init; }
}
