namespace Headgate.Api.Contract;

/// <summary>POST /api/v1/snapshot-groups → 202: snapshots of several volumes of one account, at one moment where their storage can.</summary>
public sealed record CreateSnapshotGroup
{
    /// <summary>Unique among the account's groups; the snapshots are named after it.</summary>
    public required string Name { get; init; }

    /// <summary>1 to 32 volumes.</summary>
    public required IReadOnlyList<string> Volumes { get; init; }

    /// <summary>True: refused where they cannot be taken at one moment.</summary>
    public bool OneMoment { get; init; }
}

/// <summary>
/// GET, DELETE /api/v1/snapshot-groups/{ref}; POST …/revert. State: creating, ready, reverting, deleting, error, partial (some of its
/// snapshots are deleted), deleted. Consistency: oneMoment, or perVolume where each is crash-consistent by itself only.
/// </summary>
public sealed record SnapshotGroupView(
    Guid Id, string Name, string State, string? Cause, string Consistency, IReadOnlyList<SnapshotView> Snapshots, DateTimeOffset CreatedAt);

/// <summary>
/// POST /api/v1/snapshot-schedules. At least one volume or a pattern, and at least one of the two ways to say how long snapshots are kept.
/// </summary>
public sealed record CreateSnapshotSchedule
{
    /// <summary>Unique among the account's schedules.</summary>
    public required string Name { get; init; }

    /// <summary>When, as cron says it: minute, hour, day of month, month, day of week; for example <c>30 3 * * *</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>IANA name of the time zone in which that is meant.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>Of these volumes.</summary>
    public IReadOnlyList<string> Volumes { get; init; } = [];

    /// <summary>And of all of the account's whose name fits, where * stands for any characters.</summary>
    public string? NamePattern { get; init; }

    /// <summary>All of them as one group.</summary>
    public bool AsGroup { get; init; }

    /// <summary>Of each volume the newest so many stay: 1 to 32.</summary>
    public int? KeepLast { get; init; }

    /// <summary>How long each stays; the newest of a volume always does.</summary>
    public long? KeepSeconds { get; init; }
}

/// <summary>
/// GET, DELETE /api/v1/snapshot-schedules/{ref}; POST …/enable, …/disable. LastOutcome: none, running, succeeded, failed.
/// </summary>
public sealed record SnapshotScheduleView
{
    /// <summary>Id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Whose.</summary>
    public required string Account { get; init; }

    /// <summary>False while it is disabled.</summary>
    public required bool Enabled { get; init; }

    /// <summary>When, as cron says it.</summary>
    public required string Rule { get; init; }

    /// <summary>In which time zone.</summary>
    public required string TimeZone { get; init; }

    /// <summary>The volumes that it is for now.</summary>
    public required IReadOnlyList<string> Volumes { get; init; }

    /// <summary>The pattern of names that it is for.</summary>
    public string? NamePattern { get; init; }

    /// <summary>All of them as one group.</summary>
    public bool AsGroup { get; init; }

    /// <summary>Of each volume the newest so many stay.</summary>
    public int? KeepLast { get; init; }

    /// <summary>How long each stays.</summary>
    public long? KeepSeconds { get; init; }

    /// <summary>Due then.</summary>
    public required DateTimeOffset NextAt { get; init; }

    /// <summary>Its last run.</summary>
    public DateTimeOffset? LastRunAt { get; init; }

    /// <summary>none, running, succeeded, failed.</summary>
    public required string LastOutcome { get; init; }

    /// <summary>Why the last run failed.</summary>
    public string? LastProblem { get; init; }

    /// <summary>The operations of the last run.</summary>
    public IReadOnlyList<string> LastOperations { get; init; } = [];
}
