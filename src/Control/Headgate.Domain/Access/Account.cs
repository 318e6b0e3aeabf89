namespace Headgate.Domain;

/// <summary>A tenant: owner of volumes and snapshots; sees nothing of other accounts.</summary>
public sealed record Account : IAggregate
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public long Version { get; init; }
}
