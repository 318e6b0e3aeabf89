namespace Headgate.Persistence;

/// <summary>
/// A transaction that one process committed. Each writes one, so that a process that lost its connection in the moment of a commit can
/// find out what became of it; those that nobody will ask about are deleted on the way.
/// </summary>
public sealed record WriteMark
{
    /// <summary>Which process: made at random at its start.</summary>
    public required Guid Writer { get; init; }

    /// <summary>Counted up by each transaction of that process.</summary>
    public required long Number { get; init; }

    public required DateTimeOffset At { get; init; }
}

/// <summary>A fact about the database itself, for example which key seals its secrets.</summary>
public sealed record DatabaseFact
{
    /// <summary>Kebab-case.</summary>
    public required string Name { get; init; }

    public required string Value { get; init; }
}
