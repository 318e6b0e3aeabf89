namespace Headgate.Domain;

/// <summary>A management server on this database, as it says of itself every few seconds.</summary>
public sealed record ControlServer
{
    /// <summary>The same over restarts and unlike any other server's.</summary>
    public required string Name { get; init; }

    /// <summary>Which life of it: another after each start.</summary>
    public required Guid Instance { get; init; }

    /// <summary>Where its REST API is served.</summary>
    public required string Address { get; init; }

    public required string Version { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it last said that it is there.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>Set when it was stopped in good order; null while it runs, and after a crash.</summary>
    public DateTimeOffset? StoppedAt { get; init; }
}
