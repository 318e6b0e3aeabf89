using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Findings;

/// <summary>The rows of orphans follow what a check saw of them.</summary>
internal static class Quarantine
{
    /// <summary>What the pool's orphans take of it from now on.</summary>
    public static async Task<(ByteSize Bytes, long Iops)> UpdateAsync(
        HeadgateDbContext db, StoragePool pool, IReadOnlyList<CheckFinding> seen, IReadOnlySet<Guid> busy, bool isElsewhere, DateTimeOffset now,
        CancellationToken stop)
    {
        var present = await db.Orphans
            .Where(o => o.PoolId == pool.Id && (o.State == OrphanState.Quarantined || o.State == OrphanState.Adopting || o.State == OrphanState.Deleting))
            .ToListAsync(stop).ConfigureAwait(false);
        var byHandle = present.ToDictionary(o => o.Handle);
        var there = seen.Where(f => f.Quarantined is not null).DistinctBy(f => f.Handle).ToList();
        var after = new List<Orphan>();
        foreach (var finding in there)
        {
            var known = byHandle.GetValueOrDefault(finding.Handle);
            if (known is { State: not OrphanState.Quarantined }) continue; // an operation decides what becomes of it
            var orphan = Seen(known, pool, finding, now);
            if (known is null) db.Orphans.Add(orphan);
            else db.Put(orphan);
            after.Add(orphan);
        }
        foreach (var orphan in present.Where(o => !there.Exists(f => f.Handle == o.Handle)))
        {
            var isOver = orphan.State is OrphanState.Quarantined && !isElsewhere && !busy.Contains(orphan.Key);
            if (isOver) db.Put(orphan with { State = OrphanState.Gone, EndedAt = now });
            else if (orphan.State is not OrphanState.Adopting) after.Add(orphan); // what is being adopted is reserved by its volume
        }
        return (new ByteSize(after.Sum(o => o.Size.Bytes)), after.Sum(o => o.MinIops ?? 0));
    }

    private static Orphan Seen(Orphan? known, StoragePool pool, CheckFinding finding, DateTimeOffset now)
    {
        var view = finding.Quarantined!;
        var orphan = known ?? new Orphan
        {
            Id = Guid.CreateVersion7(now), PoolId = pool.Id, Key = finding.Subject!.Value, Handle = finding.Handle, Name = view.Name, Size = view.Size,
            FirstSeenAt = now, LastSeenAt = now,
        };
        return orphan with
        {
            Name = view.Name, Size = view.Size, MinIops = view.Qos.MinIops, MaxIops = view.Qos.MaxIops, BurstIops = view.Qos.BurstIops,
            MaxBandwidth = view.Qos.MaxBandwidth, Initiators = view.Initiators, LastSeenAt = now,
        };
    }
}
