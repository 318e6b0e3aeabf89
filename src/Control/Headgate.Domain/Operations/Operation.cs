using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>Where an operation stands.</summary>
public enum OperationStatus
{
    /// <summary>Recorded, no step begun.</summary>
    Pending,

    /// <summary>Steps are being taken.</summary>
    Running,

    /// <summary>A step failed for good, or it was cancelled; what was done is being undone.</summary>
    Undoing,

    /// <summary>Done.</summary>
    Succeeded,

    /// <summary>Not done and undone.</summary>
    Failed,
}

/// <summary>A durable unit of work: the row that an API call writes and any server can finish.</summary>
public sealed record Operation : IAggregate
{
    public required Guid Id { get; init; }

    /// <summary>For example <c>volume.create</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>For example <c>volume</c>.</summary>
    public required string SubjectType { get; init; }

    public required Guid SubjectId { get; init; }

    /// <summary>The account that may see it; null for admins only.</summary>
    public Guid? AccountId { get; init; }

    /// <summary>account/key of who asked.</summary>
    public required string Actor { get; init; }

    public required OperationStatus Status { get; init; }

    /// <summary>What was asked, JSON of the kind's own input record. Never contains a secret.</summary>
    public required string Input { get; init; }

    /// <summary>Why it failed or is being undone.</summary>
    public Fault? Fault { get; init; }

    /// <summary>Set by a caller; honoured before the next step.</summary>
    public bool CancelRequested { get; init; }

    /// <summary>
    /// Set by an admin when the storage will never answer again: the operation is undone without asking it, and what may be left there is
    /// for a pool check to find.
    /// </summary>
    public bool AbandonRequested { get; init; }

    /// <summary>The caller's Idempotency-Key; with the actor's account it names one operation.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>SHA-256 of what was asked, so that the same key with another request is refused.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>The trace of the request that asked for it, W3C traceparent; null when nobody traced it.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Who works on it, <c>server#instance</c>; null when nobody does.</summary>
    public string? LeaseOwner { get; init; }

    /// <summary>Until when that is believed without a renewal.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    /// <summary>Not to be touched before; null for at once.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public long Version { get; init; }

    /// <summary>True once nothing more will happen.</summary>
    public bool HasEnded => Status is OperationStatus.Succeeded or OperationStatus.Failed;
}
