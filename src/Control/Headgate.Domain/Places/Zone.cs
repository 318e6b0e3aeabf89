namespace Headgate.Domain;

/// <summary>Which of the pools that fit is taken.</summary>
public enum PlacementPolicy
{
    /// <summary>The one that is left with the most: load is even, and each has room to burst.</summary>
    Spread,

    /// <summary>The one that is left with the least: large volumes find a pool, and empty ones can be switched off.</summary>
    Pack,
}

/// <summary>A zone: hosts and storage that can reach each other.</summary>
public sealed record Zone : INamed
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    /// <summary>How its volumes are placed, where the request does not say otherwise.</summary>
    public PlacementPolicy Placement { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public long Version { get; init; }
}
