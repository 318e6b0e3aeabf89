using System.Globalization;
using Headgate.Element;
using Headgate.Node.Catalog;

namespace Headgate.Node.ElementApi;

/// <summary>What the snapshot methods share: names, expiry, counts, and removal with the group that becomes empty.</summary>
internal static class SnapshotRows
{
    /// <summary>Removes a snapshot's row, and its group's when it was the last member.</summary>
    public static void Remove(CatalogEdit edit, Snapshot snapshot)
    {
        edit.Remove(snapshot);
        if (snapshot.GroupId == 0 || edit.State.MembersOf(snapshot.GroupId).Any()) return;
        if (edit.State.GroupSnapshots.TryGetValue(snapshot.GroupId, out var group)) edit.Remove(group);
    }

    /// <summary>The name given, or the time of the snapshot as real clusters put it.</summary>
    public static string Name(string? given, DateTimeOffset now) => string.IsNullOrEmpty(given)
        ? now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        : ElementRules.Name(given, "name", ElementRules.Limits.SnapshotNameLengthMax);

    /// <summary>When the snapshot goes by itself: <c>retention</c> HH:mm:ss from now, or <c>expirationTime</c>, or never.</summary>
    public static DateTimeOffset? Expiry(string? retention, string? expirationTime, DateTimeOffset now)
    {
        var hasTime = !string.IsNullOrEmpty(expirationTime) && expirationTime is not ("null" or "fifo");
        if (!string.IsNullOrEmpty(retention))
        {
            if (hasTime) throw ElementFault.Invalid("Give either retention or expirationTime, not both.");
            return Retention(retention) is { } span && span > TimeSpan.Zero ? now + span : null;
        }
        if (!hasTime) return null;
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParse(expirationTime, CultureInfo.InvariantCulture, utc, out var time)
            ? time
            : throw ElementFault.Invalid($"expirationTime '{expirationTime}' is no time like 2030-01-31T12:00:00Z.");
    }

    /// <summary>Turns a snapshot down when the volume has as many as it can.</summary>
    public static void CheckCount(CatalogState state, long volumeId)
    {
        var count = state.CountSnapshotsOf(volumeId);
        if (count >= ElementRules.Limits.SnapshotsPerVolumeMax)
            throw new ElementFault(
                ElementErrorNames.MaxSnapshotsPerVolumeExceeded,
                $"VolumeID {volumeId} has {count} snapshots, which is all that a volume can have. Delete one first.");
    }

    private static TimeSpan? Retention(string text)
    {
        var parts = text.Split(':');
        var isWhole = parts.Length == 3 && parts.All(part => part is { Length: > 0 and <= 5 } && part.All(char.IsAsciiDigit));
        if (!isWhole) throw ElementFault.Invalid($"retention '{text}' is not of the form HH:mm:ss.");
        return new TimeSpan(
            int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture),
            int.Parse(parts[2], CultureInfo.InvariantCulture));
    }
}
