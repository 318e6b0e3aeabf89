using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control.Findings;

/// <summary>
/// Writes down what a check saw: rows from first to last sight, an event at the first, orphans into quarantine, and volumes that the
/// storage has lost into their error state and out of it again. All in one transaction, and nothing about what has work under way by then.
/// </summary>
internal sealed class FindingBook(HeadgateDatabase database, TimeProvider time)
{
    /// <summary>Events of one check; a storage that lost everything would else write one per volume of ten thousand.</summary>
    public const int MostEvents = 200;

    /// <summary>The findings with their rows, those of operations that are stuck included.</summary>
    public Task<IReadOnlyList<CheckFinding>> RecordAsync(string actor, StoragePool pool, PoolAudit audit, CancellationToken stop) =>
        database.WriteAsync<IReadOnlyList<CheckFinding>>(
            async (db, cancel) =>
            {
                var now = time.GetUtcNow();
                var row = await db.Pools.SingleAsync(p => p.Id == pool.Id, cancel).ConfigureAwait(false);
                var busy = await PoolAuditor.BusyAsync(db, cancel).ConfigureAwait(false);
                busy.UnionWith(audit.Busy);
                var seen = audit.Findings.Where(f => f.Subject is not { } subject || !busy.Contains(subject)).ToList();
                var isElsewhere = seen.Exists(f => f.Kind is CheckKinds.BackendChanged);
                if (!isElsewhere && PoolComparison.Foreign(row, audit.Foreign) is { } changed) seen.Add(changed);
                seen.AddRange(await StuckOperations.OnAsync(db, pool, now, cancel).ConfigureAwait(false));

                var page = new Page(db, actor, row, now);
                var told = await page.WriteAsync(seen, busy, cancel).ConfigureAwait(false);
                await page.LoseAndFindAsync(seen, busy, isElsewhere, cancel).ConfigureAwait(false);
                var orphans = await Quarantine.UpdateAsync(db, row, seen, busy, isElsewhere, now, cancel).ConfigureAwait(false);
                var (foreignBytes, foreignIops) = isElsewhere ? (row.ForeignBytes, row.ForeignIops) : PoolComparison.Sums(audit.Foreign);
                var sums = row with
                {
                    ForeignBytes = foreignBytes, ForeignIops = foreignIops, QuarantinedBytes = orphans.Bytes, QuarantinedIops = orphans.Iops,
                };
                if (sums != row) db.Put(sums);
                return told;
            },
            stop);

    /// <summary>The storage did not answer: that is all that is known, and what was seen before stays open.</summary>
    public Task RecordUnreachableAsync(string actor, StoragePool pool, Fault problem, CancellationToken stop) => database.WriteAsync(
        async (db, cancel) =>
        {
            var finding = new CheckFinding(
                CheckKinds.Unreachable, null, null, "", $"Pool {pool.Name} could not be compared with its storage: {problem.Message}",
                "What else may be wrong there is not known until it answers.");
            await new Page(db, actor, pool, time.GetUtcNow()).AddOrKeepAsync(finding, cancel).ConfigureAwait(false);
        },
        stop);

    /// <summary>One check's entry.</summary>
    private sealed class Page(HeadgateDbContext db, string actor, StoragePool pool, DateTimeOffset now)
    {
        private int _events;

        public async Task<IReadOnlyList<CheckFinding>> WriteAsync(IReadOnlyList<CheckFinding> seen, HashSet<Guid> busy, CancellationToken stop)
        {
            var known = await PresentAsync(stop).ConfigureAwait(false);
            var told = seen.Select(finding => Write(finding, known.GetValueOrDefault(finding.Identity))).ToList();
            var there = seen.Select(f => f.Identity).ToHashSet();
            // What is busy now was not looked at: it stays as it was.
            foreach (var over in known.Values.Where(k => !there.Contains(k.Identity) && (k.SubjectId is not { } subject || !busy.Contains(subject)))) End(over);
            return told;
        }

        public async Task AddOrKeepAsync(CheckFinding finding, CancellationToken stop) =>
            Write(finding, (await PresentAsync(stop).ConfigureAwait(false)).GetValueOrDefault(finding.Identity));

        /// <summary>Volumes' own states follow what was seen of them.</summary>
        public async Task LoseAndFindAsync(IReadOnlyList<CheckFinding> seen, HashSet<Guid> busy, bool isElsewhere, CancellationToken stop)
        {
            var lost = seen.Where(f => f.VolumeId is not null && f.Kind is CheckKinds.Missing or CheckKinds.Unreadable)
                .DistinctBy(f => f.VolumeId).ToDictionary(f => f.VolumeId!.Value);
            var ids = lost.Keys.ToList();
            foreach (var volume in await db.Volumes.Where(v => ids.Contains(v.Id)).ToListAsync(stop).ConfigureAwait(false))
                Lose(volume, lost[volume.Id]);
            if (isElsewhere) return;
            var broken = await db.Volumes.Where(v => v.PoolId == pool.Id && v.State == VolumeState.Error && !ids.Contains(v.Id)).ToListAsync(stop).ConfigureAwait(false);
            foreach (var volume in broken.Where(v => v.IsLost && !busy.Contains(v.Id))) Find(volume);
        }

        private Task<Dictionary<string, Finding>> PresentAsync(CancellationToken stop) => db.Findings
            .Where(f => f.PoolId == pool.Id && (f.State == FindingState.Open || f.State == FindingState.Ignored))
            .ToDictionaryAsync(f => f.Identity, stop);

        private CheckFinding Write(CheckFinding seen, Finding? known)
        {
            var row = (known ?? New(seen)) with
            {
                Message = seen.Message, Action = seen.Action, Volume = seen.Volume, Repairable = seen.IsRepairable, LastSeenAt = now,
            };
            if (known is not null)
            {
                db.Put(row);
            }
            else
            {
                db.Findings.Add(row);
                Tell($"pool-check.{seen.Kind}", row, $"{seen.Message} {seen.Action}", SeverityOf(seen.Kind));
            }
            return seen with { Id = row.Id, IsIgnored = row.State is FindingState.Ignored };
        }

        private Finding New(CheckFinding seen) => new()
        {
            Id = Guid.CreateVersion7(now), PoolId = pool.Id, Kind = seen.Kind, Identity = seen.Identity, SubjectId = seen.Subject, VolumeId = seen.VolumeId,
            Handle = seen.Handle, Message = seen.Message, Action = seen.Action, FirstSeenAt = now, LastSeenAt = now,
        };

        private void End(Finding over)
        {
            var ended = over with { State = over.RepairOperationId is null ? FindingState.Gone : FindingState.Repaired, EndedAt = now };
            db.Put(ended);
            Tell("pool-check.over", ended, $"Over: {over.Message}", EventSeverity.Info);
        }

        /// <summary>For admins only: what the storage does is not the tenant's to see.</summary>
        private void Tell(string code, Finding finding, string message, EventSeverity severity)
        {
            if (++_events > MostEvents) return;
            var (type, id, name) = finding.VolumeId is { } volume ? ("volume", volume, finding.Volume) : ("pool", pool.Id, pool.Name);
            db.Record(now, actor, code, type, id, name, null, message, severity);
        }

        private void Lose(Volume volume, CheckFinding seen)
        {
            // The storage's own words are for admins, in the finding.
            var cause = seen.Kind is CheckKinds.Missing
                ? new Cause(Volume.MissingCode, "Its storage does not have it. It is usable again as soon as the storage has it back; else expunge it.")
                : new Cause(Volume.UnreadableCode, "Its storage has it and cannot read it. It is usable again as soon as that is mended; else expunge it.");
            if (VolumeMachine.Decide(volume, new VolumeCommand.ReportMissing(cause)).Event is not { } broke) return;
            db.Put(VolumeMachine.Evolve(volume, broke));
            db.Record(now, actor, "volume.lost", "volume", volume.Id, volume.Name, volume.AccountId,
                $"Volume {volume.Name} is in error: {cause.Message}", EventSeverity.Error);
        }

        private void Find(Volume volume)
        {
            if (VolumeMachine.Decide(volume, new VolumeCommand.ReportFound()).Event is not { } found) return;
            var back = VolumeMachine.Evolve(volume, found);
            db.Put(back);
            db.Record(now, actor, "volume.found", "volume", back.Id, back.Name, back.AccountId,
                $"Volume {back.Name} is on its storage again and is {back.State.ToString().ToLowerInvariant()}.");
        }
    }

    private static EventSeverity SeverityOf(string kind) => kind switch
    {
        CheckKinds.Missing or CheckKinds.BackendChanged => EventSeverity.Error,
        CheckKinds.ForeignChanged => EventSeverity.Info,
        _ => EventSeverity.Warning,
    };
}
