namespace Headgate.Domain;

/// <summary>An object as its meter sees it at a change.</summary>
/// <param name="Id">Whose meter.</param>
/// <param name="AccountId">Who pays.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name.</param>
/// <param name="Held">What it holds of the quota by itself.</param>
/// <param name="Billed">What it is billed for.</param>
/// <param name="IsChanging">While it changes, it holds the larger of what it held and what it will hold.</param>
/// <param name="IsGone">Its meter ends.</param>
public sealed record Metered(Guid Id, Guid AccountId, MeteredKind Kind, string Name, Holding Held, Billable Billed, bool IsChanging, bool IsGone)
{
    public static Metered Of(Volume volume)
    {
        ArgumentNullException.ThrowIfNull(volume);
        var isStill = volume.State is VolumeState.Creating or VolumeState.Ready or VolumeState.Deleted or VolumeState.Error;
        return new(
            volume.Id, volume.AccountId, MeteredKind.Volume, volume.Name, Holding.Of(volume), Billable.Of(volume), !isStill,
            volume.State is VolumeState.Expunged);
    }

    public static Metered Of(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new(
            snapshot.Id, snapshot.AccountId, MeteredKind.Snapshot, snapshot.Name, Holding.Of(snapshot), Billable.Of(snapshot), false,
            snapshot.State is SnapshotState.Deleted);
    }

    public static Metered Of(Template template)
    {
        ArgumentNullException.ThrowIfNull(template);
        return new(
            template.Id, template.AccountId, MeteredKind.Template, template.Name, default, Billable.Of(template), false,
            template.State is TemplateState.Deleted);
    }
}

/// <summary>What follows for an object's meter, its account's ledger and the usage records from a change of the object. Pure.</summary>
/// <param name="Meter">The meter after it; null when the object is gone.</param>
/// <param name="Cut">The span that ended; null when what is billed did not change, nothing was billed, or it was no time.</param>
/// <param name="Growth">By how much the account's holdings change.</param>
public sealed record Metering(Meter? Meter, UsageRecord? Cut, Growth Growth)
{
    /// <param name="before">The meter so far; null when there is none.</param>
    /// <param name="seen">The object as it is from now on.</param>
    /// <param name="pledged">What it is to be promised by the change that begins; null for nothing else than it has.</param>
    /// <param name="now">
    /// The clock. Where it was set back behind the beginning of the running span, that span ends where it began: spans touch and never overlap,
    /// whatever the clock does.
    /// </param>
    public static Metering Of(Meter? before, Metered seen, IReadOnlyList<Promise>? pledged, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(seen);
        var held = seen.IsGone ? default : seen.Held;
        if (pledged is not null) held = held.And(pledged);
        if (seen is { IsChanging: true, IsGone: false } && before is not null) held = held.LargerOf(before.Held);
        var growth = held.Since(before?.Held ?? default);

        var billed = seen.IsGone ? default : seen.Billed;
        var isCut = before is null || seen.IsGone || billed != before.Billed;
        var at = before is not null && now < before.Since ? before.Since : now;
        var cut = isCut && before is not null && before.Billed != default && at > before.Since
            ? new UsageRecord
            {
                SubjectId = before.Id, Kind = before.Kind, AccountId = before.AccountId, Name = seen.Name, Billed = before.Billed,
                From = before.Since, Until = at,
            }
            : null;
        if (seen.IsGone) return new Metering(null, cut, growth);
        var meter = new Meter
        {
            Id = seen.Id, AccountId = seen.AccountId, Kind = seen.Kind, Name = seen.Name, Held = held, Billed = billed,
            Since = isCut ? at : before!.Since, Version = before?.Version ?? 0,
        };
        return new Metering(meter, cut, growth);
    }
}
