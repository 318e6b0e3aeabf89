namespace Headgate.Domain;

/// <summary>A zone: hosts and storage that can reach each other.</summary>
public sealed record Zone : IAggregate
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public long Version { get; init; }
}
