namespace Headgate.Domain;

/// <summary>How a schedule's last run went.</summary>
public enum ScheduleOutcome
{
    /// <summary>It has not run yet.</summary>
    None,

    /// <summary>Its operations are under way.</summary>
    Running,

    /// <summary>Every snapshot was taken.</summary>
    Succeeded,

    /// <summary>At least one was not; the problem says why.</summary>
    Failed,
}

/// <summary>Snapshots that are taken, and deleted again, by themselves.</summary>
public sealed record SnapshotSchedule : IAggregate
{
    /// <summary>Snapshots of one volume that a schedule can keep: what the smallest array of the field takes of one volume.</summary>
    public const int MostKept = 32;

    public required Guid Id { get; init; }

    /// <summary>Unique among the account's.</summary>
    public required string Name { get; init; }

    public required Guid AccountId { get; init; }

    /// <summary>Of these volumes, by id.</summary>
    public IReadOnlyList<string> Volumes { get; init; } = [];

    /// <summary>And of all whose name fits, where <c>*</c> stands for any characters; null for no others.</summary>
    public string? NamePattern { get; init; }

    /// <summary>When; see <see cref="CronRule"/>.</summary>
    public required string Rule { get; init; }

    /// <summary>IANA name of the time zone in which that is meant.</summary>
    public required string TimeZone { get; init; }

    /// <summary>All of them at one moment, as a group.</summary>
    public bool AsGroup { get; init; }

    /// <summary>Of each volume the newest so many stay; null for no such bound.</summary>
    public int? KeepLast { get; init; }

    /// <summary>Seconds that each stays; the newest of a volume always does. Null for no such bound.</summary>
    public long? KeepSeconds { get; init; }

    public bool IsEnabled { get; init; } = true;

    /// <summary>Due then. Runs that were missed while no server ran are made up for by one.</summary>
    public required DateTimeOffset NextAt { get; init; }

    /// <summary>The server that runs it now.</summary>
    public string? LeaseOwner { get; init; }

    public DateTimeOffset? LeaseUntil { get; init; }

    public DateTimeOffset? LastRunAt { get; init; }

    public ScheduleOutcome LastOutcome { get; init; }

    /// <summary>Why the last run failed.</summary>
    public Cause? LastProblem { get; init; }

    /// <summary>The operations of the last run, by id.</summary>
    public IReadOnlyList<string> LastOperations { get; init; } = [];

    public required DateTimeOffset CreatedAt { get; init; }

    public long Version { get; init; }

    /// <summary>True when it is for this volume of its account.</summary>
    public bool IsFor(Volume volume)
    {
        ArgumentNullException.ThrowIfNull(volume);
        return volume.AccountId == AccountId && (Volumes.Contains(volume.Id.ToString()) || (NamePattern is { } pattern && Fits(volume.Name, pattern)));
    }

    /// <summary>The name of the snapshot of a volume in one run: what, of which volume, when; within 64 characters, and never another's.</summary>
    public static string NameOf(string schedule, Volume volume, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(volume);
        const int Longest = 23; // of schedule and volume each: 23 + 1 + 23 + 1 + 15 = 63
        var stamp = at.UtcDateTime.ToString("yyyyMMdd-HHmmss", System.Globalization.CultureInfo.InvariantCulture);
        // A name that is cut could be another's too; an id is nobody else's.
        var name = volume.Name.Length <= Longest ? volume.Name : $"{volume.Name[..10]}-{volume.Id.ToString("N")[^12..]}";
        return $"{(schedule.Length <= Longest ? schedule : schedule[..Longest])}-{name}-{stamp}";
    }

    private static bool Fits(string name, string pattern)
    {
        var parts = pattern.Split('*');
        if (parts.Length == 1) return name == pattern;
        if (!name.StartsWith(parts[0], StringComparison.Ordinal) || !name.EndsWith(parts[^1], StringComparison.Ordinal)) return false;
        var at = parts[0].Length;
        foreach (var part in parts[1..^1])
        {
            var found = name.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0) return false;
            at = found + part.Length;
        }
        return at <= name.Length - parts[^1].Length;
    }
}
