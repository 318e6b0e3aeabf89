namespace Headgate.Api.Contract;

/// <summary>
/// GET /api/v1/findings, /api/v1/findings/{id}: what checks of pools found. POST …/repair → 202, …/ignore, …/reopen. State: open, ignored,
/// repaired, gone.
/// </summary>
public sealed record FindingView
{
    /// <summary>Id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Pool name.</summary>
    public required string Pool { get; init; }

    /// <summary>
    /// missing, unreadable, orphan, size-drift, qos-drift, access-lost, access-stale, foreign-changed, unreachable, backend-changed or
    /// operation-stuck.
    /// </summary>
    public required string Kind { get; init; }

    /// <summary>open, ignored, repaired, gone.</summary>
    public required string State { get; init; }

    /// <summary>The volume that it is about, when it is about one that is known here.</summary>
    public Guid? VolumeId { get; init; }

    /// <summary>Its name.</summary>
    public string? Volume { get; init; }

    /// <summary>The storage's name for it; empty where it has none.</summary>
    public required string Handle { get; init; }

    /// <summary>What the database says, what the storage has.</summary>
    public required string Message { get; init; }

    /// <summary>What to do about it.</summary>
    public required string Action { get; init; }

    /// <summary>True when a repair sets it right without any danger to data; the server then does so by itself.</summary>
    public bool Repairable { get; init; }

    /// <summary>The repair that was begun last.</summary>
    public Guid? Operation { get; init; }

    /// <summary>Who ignored it.</summary>
    public string? IgnoredBy { get; init; }

    /// <summary>The first check that saw it.</summary>
    public required DateTimeOffset FirstSeenAt { get; init; }

    /// <summary>The last check that saw it.</summary>
    public required DateTimeOffset LastSeenAt { get; init; }

    /// <summary>The check that did not see it any more.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>
/// GET /api/v1/orphans, /api/v1/orphans/{id}: what carries our mark on a storage and is no volume here, kept apart until an admin decides.
/// POST …/adopt → 202; DELETE → 202. State: quarantined, adopting, adopted, deleting, deleted, gone.
/// </summary>
public sealed record OrphanView
{
    /// <summary>Id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Pool name.</summary>
    public required string Pool { get; init; }

    /// <summary>quarantined, adopting, adopted, deleting, deleted, gone.</summary>
    public required string State { get; init; }

    /// <summary>The storage's name for it.</summary>
    public required string Handle { get; init; }

    /// <summary>Its name there.</summary>
    public required string Name { get; init; }

    /// <summary>The id of the volume that it was made for.</summary>
    public required Guid Key { get; init; }

    /// <summary>Its size.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Its minimum; null for none.</summary>
    public long? MinIops { get; init; }

    /// <summary>Its maximum.</summary>
    public long? MaxIops { get; init; }

    /// <summary>Who may see it: somebody may be using it.</summary>
    public required IReadOnlyList<string> Initiators { get; init; }

    /// <summary>The first check that saw it.</summary>
    public required DateTimeOffset FirstSeenAt { get; init; }

    /// <summary>The last check that saw it.</summary>
    public required DateTimeOffset LastSeenAt { get; init; }

    /// <summary>From then on it can be deleted without early=true.</summary>
    public required DateTimeOffset DeletableAt { get; init; }

    /// <summary>Why it could not be adopted or deleted when that was tried last.</summary>
    public string? Cause { get; init; }
}

/// <summary>POST /api/v1/orphans/{id}/adopt → 202: a volume again, with the size and the limits that it has.</summary>
public sealed record AdoptOrphan
{
    /// <summary>The volume's name.</summary>
    public required string Name { get; init; }

    /// <summary>Whose it shall be.</summary>
    public required string Account { get; init; }

    /// <summary>The disk offering that it shall count as; its limits stay what they are until they are changed.</summary>
    public required string DiskOffering { get; init; }
}
