using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;

namespace Headgate.Control;

/// <summary>What decides which volumes a pool takes, and how many. What is null stays as it is.</summary>
public sealed record PoolPlacementSettings
{
    /// <summary>How far a pool can be over-committed, and the least that must stay of it: beyond these a figure is a slip of the finger.</summary>
    public const double MostOvercommit = 100, LeastOvercommit = 0.01;

    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Those of its tags that keep everything off it that does not ask for them by name.</summary>
    public IReadOnlyList<string>? ExclusiveTags { get; init; }

    public double? BytesOvercommit { get; init; }

    public double? IopsOvercommit { get; init; }

    public double? BandwidthOvercommit { get; init; }

    /// <summary>Bytes per second that it can move.</summary>
    public ByteSize? Bandwidth { get; init; }

    /// <summary>True takes the bound of bandwidth away.</summary>
    public bool AnyBandwidth { get; init; }

    /// <summary>The pool with these, or the refusal of what does not go together.</summary>
    public Outcome<StoragePool> On(StoragePool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        var next = pool with
        {
            Tags = Tags ?? pool.Tags,
            ExclusiveTags = ExclusiveTags ?? [.. pool.ExclusiveTags.Intersect(Tags ?? pool.Tags, StringComparer.Ordinal)],
            BytesOvercommit = BytesOvercommit ?? pool.BytesOvercommit,
            IopsOvercommit = IopsOvercommit ?? pool.IopsOvercommit,
            BandwidthOvercommit = BandwidthOvercommit ?? pool.BandwidthOvercommit,
            AllowedBandwidth = AnyBandwidth ? null : Bandwidth ?? pool.AllowedBandwidth,
        };
        var problems = Problems(next).ToList();
        if (problems.Count > 0)
            return new Fault("placement-invalid", $"Pool {pool.Name} cannot have that: {problems[0]}", Recovery.FixRequest) { Details = problems };
        return PoolCapacityRules.Shortfall(pool, next) is { } below ? below : next;
    }

    private IEnumerable<string> Problems(StoragePool next)
    {
        foreach (var problem in OfferingRules.TagProblems(next.Tags)) yield return problem;
        var strange = next.ExclusiveTags.Except(next.Tags, StringComparer.Ordinal).ToList();
        if (strange.Count > 0) yield return $"{string.Join(", ", strange)} is to be exclusive and is none of its tags.";
        foreach (var (what, factor) in new[] { ("bytes", BytesOvercommit), ("IOPS", IopsOvercommit), ("bandwidth", BandwidthOvercommit) })
        {
            if (factor is < LeastOvercommit or > MostOvercommit or double.NaN)
                yield return FormattableString.Invariant($"the over-commit of {what} is {factor}; it must be from {LeastOvercommit} to {MostOvercommit}.");
        }
        if (AnyBandwidth && Bandwidth is not null) yield return "a bandwidth and any bandwidth were asked for; give one of them.";
        if (Bandwidth is { Bytes: 0 }) yield return "its bandwidth is 0; leave it out, or give a size per second above 0.";
    }
}

/// <summary>POST /pools/{ref}/placement: tags, exclusive tags, over-commit and bandwidth. In force for the next volume; those that are there stay.</summary>
public sealed class ChangePoolPlacement(HeadgateDatabase database, GetPool get, TimeProvider time)
{
    public async Task<Outcome<PoolDetails>> ExecuteAsync(Caller caller, string reference, PoolPlacementSettings settings, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(settings);
        if (caller.MustBeAdmin("Changing what a pool takes") is { } refusal) return refusal;
        var changed = await database.WriteAsync<Outcome<Guid>>(
            async (db, cancel) =>
            {
                var found = await db.Pools.Present().FindAsync("pool", reference, p => p.Name == reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<StoragePool>.Done { Value: var pool }) return found.Problem!;
                var applied = settings.On(pool);
                if (applied is not Outcome<StoragePool>.Done { Value: var next }) return applied.Problem!;
                db.Put(next);
                db.Record(time.GetUtcNow(), caller.Actor, "pool.placement-changed", "pool", pool.Id, pool.Name, null, $"What pool {pool.Name} takes was changed.");
                return pool.Id;
            },
            stop).ConfigureAwait(false);
        return changed is Outcome<Guid>.Done { Value: var id } ? await get.ExecuteAsync(caller, id.ToString(), stop).ConfigureAwait(false) : changed.Problem!;
    }
}
