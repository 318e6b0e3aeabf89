namespace Headgate.Domain;

/// <summary>Where a step stands.</summary>
public enum StepStatus
{
    /// <summary>Not begun.</summary>
    Pending,

    /// <summary>Intended: it may or may not have happened.</summary>
    Running,

    /// <summary>Happened, and is recorded.</summary>
    Done,

    /// <summary>Refused for good.</summary>
    Failed,

    /// <summary>Undo intended.</summary>
    Undoing,

    /// <summary>Undone, or nothing was there to undo.</summary>
    Undone,
}

/// <summary>A step of an operation as the journal has it.</summary>
public sealed record OperationStep
{
    public required Guid OperationId { get; init; }

    /// <summary>From 0, in the order of the operation's definition.</summary>
    public required int Index { get; init; }

    public required string Name { get; init; }

    public required StepStatus Status { get; init; }

    /// <summary>How often it was tried, over restarts too.</summary>
    public int Attempts { get; init; }

    /// <summary>How often its undo was tried.</summary>
    public int UndoAttempts { get; init; }

    /// <summary>What became of it, for people.</summary>
    public string? Note { get; init; }
}

/// <summary>
/// A place in the queue of one subject: an operation runs only when no earlier one holds any of its subjects. Gone when
/// the operation ends.
/// </summary>
public sealed record OperationSubject
{
    /// <summary>Place in the queue, given by the database.</summary>
    public long Position { get; init; }

    public required Guid OperationId { get; init; }

    public required Guid SubjectId { get; init; }
}

/// <summary>A reply kept for a repeat with the same Idempotency-Key, for calls that start no operation.</summary>
public sealed record IdempotentReply
{
    public required Guid AccountId { get; init; }

    /// <summary>The caller's Idempotency-Key.</summary>
    public required string Key { get; init; }

    /// <summary>SHA-256 of method, path and body: the same key with other contents is refused.</summary>
    public required string Fingerprint { get; init; }

    public required int StatusCode { get; init; }

    public required string ContentType { get; init; }

    /// <summary>The reply; sealed by the writer where it holds a secret.</summary>
    public required string Body { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
