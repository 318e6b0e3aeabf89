namespace Headgate.Api.Contract;

// The REST surface, /api/v1. JSON in camelCase, enums as camelCase strings, absent means null, times in ISO 8601 UTC,
// sizes in bytes (members end in Bytes), rates per second. An object is found by id or by name: {ref} in a route takes both.

/// <summary>One page of a list. Ask for the next with <c>?cursor=NextCursor</c>; null on the last.</summary>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>
/// RFC 9457 problem details, media type application/problem+json. <see cref="Code"/> is stable and what programs test.
/// </summary>
public sealed record Problem
{
    /// <summary>A URI reference that identifies the kind of problem: <c>/problems/CODE</c>.</summary>
    public string? Type { get; init; }

    /// <summary>A short summary of the kind of problem.</summary>
    public string? Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public int Status { get; init; }

    /// <summary>What was asked, what there is, and what to do.</summary>
    public string? Detail { get; init; }

    /// <summary>Stable kebab-case code.</summary>
    public string Code { get; init; } = "";

    /// <summary>Further lines: a reason per pool, a problem per field.</summary>
    public IReadOnlyList<string>? Details { get; init; }
}

/// <summary>Where an operation stands.</summary>
public enum OperationStatus
{
    /// <summary>Recorded, not begun.</summary>
    Pending,

    /// <summary>Under way.</summary>
    Running,

    /// <summary>A step failed for good; what was done is being undone.</summary>
    Undoing,

    /// <summary>Done.</summary>
    Succeeded,

    /// <summary>Not done; nothing of it is left. The problem says why.</summary>
    Failed,
}

/// <summary>A step of an operation.</summary>
public sealed record OperationStepView(string Name, string Status, int Attempts, string? Note);

/// <summary>A durable unit of work. Returned with 202 by every call that takes time; poll it or follow its events.</summary>
public sealed record OperationView
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>What it does, for example <c>volume.create</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What it acts on, for example <c>volume</c>.</summary>
    public required string SubjectType { get; init; }

    /// <summary>The id of what it acts on.</summary>
    public required Guid SubjectId { get; init; }

    /// <summary>Where it stands.</summary>
    public required OperationStatus Status { get; init; }

    /// <summary>Its steps in order.</summary>
    public required IReadOnlyList<OperationStepView> Steps { get; init; }

    /// <summary>Why it failed.</summary>
    public Problem? Problem { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>A thing that happened, for people and for audit.</summary>
public sealed record EventView(
    long Id, DateTimeOffset At, string Code, string Severity, string SubjectType, Guid? SubjectId, string? Subject,
    string? Actor, string Message);
