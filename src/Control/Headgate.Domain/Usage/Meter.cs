namespace Headgate.Domain;

/// <summary>What usage is counted of.</summary>
public enum MeteredKind
{
    Volume,
    Snapshot,
    Template,
}

/// <summary>
/// What an object is billed for at a moment. A volume: its size and promises once it can be used; only its size in the recycle bin; nothing
/// while it is being made, in error or being ended. Snapshots and templates: their size once they can be used.
/// </summary>
/// <param name="Bytes">Its size.</param>
/// <param name="MinIops">Min IOPS that it was granted and somebody keeps.</param>
/// <param name="MaxIops">Max IOPS that it was granted and somebody keeps.</param>
/// <param name="OfferingId">The version of the disk offering that prices it; null for what has none.</param>
public readonly record struct Billable(long Bytes, long MinIops, long MaxIops, Guid? OfferingId)
{
    /// <summary>What is billed of a volume.</summary>
    public static Billable Of(Volume volume)
    {
        ArgumentNullException.ThrowIfNull(volume);
        return volume.State switch
        {
            VolumeState.Creating or VolumeState.Error or VolumeState.Expunging or VolumeState.Expunged => default,
            VolumeState.Deleted => new Billable(volume.Size.Bytes, 0, 0, volume.DiskOfferingId),
            _ => new Billable(volume.Size.Bytes, Kept(volume, PromiseKind.MinIops), Kept(volume, PromiseKind.MaxIops), volume.DiskOfferingId),
        };
    }

    /// <summary>What is billed of a snapshot.</summary>
    public static Billable Of(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return snapshot.State is SnapshotState.Ready or SnapshotState.Reverting ? new Billable(snapshot.Size.Bytes, 0, 0, null) : default;
    }

    /// <summary>What is billed of a template.</summary>
    public static Billable Of(Template template)
    {
        ArgumentNullException.ThrowIfNull(template);
        return template.State is TemplateState.Ready ? new Billable(template.Size.Bytes, 0, 0, null) : default;
    }

    private static long Kept(Volume volume, PromiseKind kind) =>
        volume.Promises.FirstOrDefault(p => p.Kind == kind && p.EnforcedBy is not Enforcer.Nobody)?.Granted ?? 0;
}

/// <summary>
/// The running meter of one object: what it holds of its account's quota, and what it is billed for since when. Its id is the object's. It goes
/// with the object.
/// </summary>
public sealed record Meter : IAggregate
{
    public required Guid Id { get; init; }

    public required Guid AccountId { get; init; }

    public required MeteredKind Kind { get; init; }

    /// <summary>The object's name now.</summary>
    public required string Name { get; init; }

    public Holding Held { get; init; }

    public Billable Billed { get; init; }

    /// <summary>Since when it is billed for that.</summary>
    public required DateTimeOffset Since { get; init; }

    public long Version { get; init; }
}

/// <summary>A span of time over which nothing about an object's bill changed. Never changes once it is written.</summary>
public sealed record UsageRecord
{
    /// <summary>Given by the database, in order.</summary>
    public long Id { get; init; }

    public required Guid SubjectId { get; init; }

    public required MeteredKind Kind { get; init; }

    public required Guid AccountId { get; init; }

    /// <summary>The object's name at its end.</summary>
    public required string Name { get; init; }

    public required Billable Billed { get; init; }

    /// <summary>Its first tick.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>The tick after its last.</summary>
    public required DateTimeOffset Until { get; init; }
}
