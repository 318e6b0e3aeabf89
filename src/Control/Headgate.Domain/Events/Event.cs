namespace Headgate.Domain;

/// <summary>How much somebody should care.</summary>
public enum EventSeverity
{
    /// <summary>As intended.</summary>
    Info,

    /// <summary>Worth a look.</summary>
    Warning,

    /// <summary>Something failed.</summary>
    Error,
}

/// <summary>A thing that happened, for people and for audit; written in the transaction of what it tells of.</summary>
public sealed record Event
{
    /// <summary>Given by the database, in order.</summary>
    public long Id { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Stable kebab-case or dotted code, for example <c>volume.created</c>.</summary>
    public required string Code { get; init; }

    public required EventSeverity Severity { get; init; }

    /// <summary>For example <c>volume</c>.</summary>
    public required string SubjectType { get; init; }

    public Guid? SubjectId { get; init; }

    /// <summary>The subject's name at that time.</summary>
    public string? Subject { get; init; }

    /// <summary>The account that may see it; null for admins only.</summary>
    public Guid? AccountId { get; init; }

    /// <summary>account/key of who asked; null for the system itself.</summary>
    public string? Actor { get; init; }

    /// <summary>One sentence; never a secret.</summary>
    public required string Message { get; init; }
}
