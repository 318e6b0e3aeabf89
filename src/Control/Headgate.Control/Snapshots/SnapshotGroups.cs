using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;
using Snapshot = Headgate.Domain.Snapshot;

namespace Headgate.Control;

/// <summary>A group with its members and where it stands: taking, ready, reverting, deleting, error, partial (some are deleted), deleted.</summary>
public sealed record SnapshotGroupDetails(SnapshotGroup Group, IReadOnlyList<SnapshotDetails> Members, string State);

/// <summary>What shall be taken together.</summary>
/// <param name="Name">Unique among the account's groups.</param>
/// <param name="Volumes">Ids or names, all of one account.</param>
/// <param name="OneMoment">True: refused where they cannot be taken at one moment.</param>
public sealed record CreateGroupRequest(string Name, IReadOnlyList<string> Volumes, bool OneMoment = false);

/// <summary>POST /snapshot-groups: snapshots of several volumes, at one moment where their storage can.</summary>
public sealed class CreateSnapshotGroup(OperationStarter starter)
{
    /// <summary>Volumes of one group: what an Element cluster takes at one moment. More than that belongs to several applications.</summary>
    public const int MostVolumes = 32;

    public Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, CreateGroupRequest request, CancellationToken stop) =>
        ExecuteAsync(caller, request, scheduleId: null, stop);

    internal async Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, CreateGroupRequest request, Guid? scheduleId, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        if (ObjectName.Problem(request.Name, "snapshot group") is { } badName) return badName;
        if (request.Volumes.Count is 0 or > MostVolumes)
            return new Fault("group-size", $"{request.Volumes.Count} volumes were given; a group has 1 to {MostVolumes}.", Recovery.FixRequest);
        return await starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.SnapshotGroupCreate, request),
            (db, now, cancel) => DecideAsync(db, caller, request, scheduleId, now, cancel), stop).ConfigureAwait(false);
    }

    private static async Task<Outcome<NewOperation>> DecideAsync(
        HeadgateDbContext db, Caller caller, CreateGroupRequest request, Guid? scheduleId, DateTimeOffset now, CancellationToken stop)
    {
        var volumes = new List<Volume>();
        foreach (var reference in request.Volumes)
        {
            var found = await db.FindVolumeAsync(caller, reference, stop).ConfigureAwait(false);
            if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
            if (SnapshotRules.Problem(volume) is { } wrongState) return wrongState;
            if (volumes.TrueForAll(v => v.Id != volume.Id)) volumes.Add(volume);
        }
        if (volumes.DistinctBy(v => v.AccountId).Count() > 1)
            return new Fault("group-of-accounts", "The volumes belong to several accounts; a group is of one account's.", Recovery.FixRequest);
        var account = volumes[0].AccountId;
        if (await db.SnapshotGroups.AnyAsync(g => g.AccountId == account && g.Name == request.Name && g.DeletedAt == null, stop).ConfigureAwait(false))
            return References.NameTaken("snapshot group", request.Name);
        if (await CapabilityProblemAsync(db, volumes, request.OneMoment, stop).ConfigureAwait(false) is { } cannot) return cannot;

        var group = new SnapshotGroup { Id = Guid.CreateVersion7(now), Name = request.Name, AccountId = account, CreatedAt = now };
        db.SnapshotGroups.Add(group);
        var members = volumes.Select(volume => new Snapshot
        {
            Id = Guid.CreateVersion7(now), Name = SnapshotSchedule.NameOf(request.Name, volume, now), AccountId = account, VolumeId = volume.Id, PoolId = volume.PoolId,
            Size = volume.Size, GroupId = group.Id, ScheduleId = scheduleId, CreatedAt = now,
        }).ToList();
        var names = members.Select(m => m.Name).ToList();
        var taken = await db.Snapshots.Where(s => s.AccountId == account && names.Contains(s.Name) && s.State != SnapshotState.Deleted).Select(s => s.Name)
            .FirstOrDefaultAsync(stop).ConfigureAwait(false);
        if (taken is not null) return References.NameTaken("snapshot", taken);
        db.Snapshots.AddRange(members);
        db.Record(now, caller.Actor, "snapshot-group.create-requested", "snapshot-group", group.Id, group.Name, account,
            $"Snapshots of {volumes.Count} volume(s) as group {group.Name} were asked for.");
        return GroupReading.Operation(OperationKinds.SnapshotGroupCreate, group, members);
    }

    private static async Task<Fault?> CapabilityProblemAsync(HeadgateDbContext db, List<Volume> volumes, bool oneMoment, CancellationToken stop)
    {
        var ids = volumes.Select(v => v.PoolId).Distinct().ToList();
        var pools = await db.Pools.Where(p => ids.Contains(p.Id)).ToListAsync(stop).ConfigureAwait(false);
        if (pools.Find(p => CapabilitiesText.Read(p.Capabilities)?.Snapshots is not Support.Native) is { } without) return ArrayDirectory.Lacks(without, "take snapshots");
        if (!oneMoment) return null;
        if (pools.Count > 1)
            return new Fault("not-one-moment", $"One moment was asked for, and the volumes are on {pools.Count} pools; only one storage can stop them all at once.", Recovery.FixRequest);
        return CapabilitiesText.Read(pools[0].Capabilities)?.GroupSnapshots is Support.Native
            ? null
            : new Fault("not-one-moment",
                $"One moment was asked for, and provider {pools[0].Provider} takes snapshots one by one. Without that demand each is crash-consistent by itself only.", Recovery.FixRequest);
    }
}

/// <summary>DELETE /snapshot-groups/{ref}, POST /snapshot-groups/{ref}/revert</summary>
public sealed class ChangeSnapshotGroup(OperationStarter starter)
{
    /// <summary>Ends all of its snapshots.</summary>
    public Task<Outcome<OperationDetails>> DeleteAsync(Caller caller, string reference, CancellationToken stop) => StartAsync(
        caller, reference, OperationKinds.SnapshotGroupDelete, "Deleting group {0} was asked for.",
        (db, members, _) =>
        {
            foreach (var member in members)
            {
                var decided = SnapshotMachine.Apply(member, new SnapshotCommand.Delete());
                if (decided is not Outcome<Snapshot>.Done { Value: var deleting }) return Task.FromResult<Fault?>(decided.Problem);
                if (deleting == member) return Task.FromResult<Fault?>(new Fault("snapshot-state", $"Snapshot {member.Name} is being deleted already.", Recovery.RetryWithBackoff));
                db.Put(deleting);
            }
            return Task.FromResult<Fault?>(null);
        },
        stop);

    /// <summary>Puts the data of all its volumes back; none of them may be connected.</summary>
    public Task<Outcome<OperationDetails>> RevertAsync(Caller caller, string reference, CancellationToken stop) => StartAsync(
        caller, reference, OperationKinds.SnapshotGroupRevert, "Putting the volumes of group {0} back was asked for.",
        async (db, members, cancel) =>
        {
            foreach (var member in members)
            {
                var volume = await db.Volumes.SingleAsync(v => v.Id == member.VolumeId, cancel).ConfigureAwait(false);
                var connections = await db.VolumeAccesses.CountAsync(a => a.VolumeId == volume.Id, cancel).ConfigureAwait(false);
                var ofVolume = VolumeMachine.Apply(volume, new VolumeCommand.BeginRevert(connections));
                if (ofVolume is not Outcome<Volume>.Done { Value: var revertingVolume }) return ofVolume.Problem;
                var ofSnapshot = SnapshotMachine.Apply(member, new SnapshotCommand.BeginRevert());
                if (ofSnapshot is not Outcome<Snapshot>.Done { Value: var reverting }) return ofSnapshot.Problem;
                db.Put(revertingVolume);
                db.Put(reverting);
            }
            return null;
        },
        stop);

    private Task<Outcome<OperationDetails>> StartAsync(
        Caller caller, string reference, string kind, string told, Func<HeadgateDbContext, IReadOnlyList<Snapshot>, CancellationToken, Task<Fault?>> begin, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(kind, reference),
            async (db, now, cancel) =>
            {
                var found = await db.FindGroupAsync(caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<SnapshotGroup>.Done { Value: var group }) return found.Problem!;
                var members = await db.Snapshots.Where(s => s.GroupId == group.Id && s.State != SnapshotState.Deleted).OrderBy(s => s.Id).ToListAsync(cancel).ConfigureAwait(false);
                if (members.Count == 0) return new Fault("snapshot-state", $"Group {group.Name} has no snapshots any more.", Recovery.FixRequest);
                if (await begin(db, members, cancel).ConfigureAwait(false) is { } refusal) return refusal;
                db.Record(now, caller.Actor, $"{kind}-requested", "snapshot-group", group.Id, group.Name, group.AccountId,
                    string.Format(System.Globalization.CultureInfo.InvariantCulture, told, group.Name));
                return GroupReading.Operation(kind, group, members);
            },
            stop);
    }
}

/// <summary>GET /snapshot-groups, /snapshot-groups/{ref}</summary>
public sealed class ReadSnapshotGroups(HeadgateDatabase database)
{
    /// <summary>Those of which something is left.</summary>
    public Task<Outcome<PageOf<SnapshotGroupDetails>>> ListAsync(Caller caller, PageRequest page, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return database.ReadAsync<Outcome<PageOf<SnapshotGroupDetails>>>(
            async (db, cancel) =>
            {
                var present = db.SnapshotGroups.SeenBy(caller).Where(g => g.DeletedAt == null && db.Snapshots.Any(s => s.GroupId == g.Id && s.State != SnapshotState.Deleted));
                var found = await present.PageAsync(page, cancel).ConfigureAwait(false);
                if (found is not Outcome<PageOf<SnapshotGroup>>.Done { Value: var groups }) return found.Problem!;
                return new PageOf<SnapshotGroupDetails>(await db.DetailAsync(groups.Items, cancel).ConfigureAwait(false), groups.NextCursor);
            },
            stop);
    }

    public Task<Outcome<SnapshotGroupDetails>> GetAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return database.ReadAsync<Outcome<SnapshotGroupDetails>>(
            async (db, cancel) =>
            {
                var found = await db.FindGroupAsync(caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<SnapshotGroup>.Done { Value: var group }) return found.Problem!;
                return (await db.DetailAsync([group], cancel).ConfigureAwait(false))[0];
            },
            stop);
    }
}

internal static class GroupReading
{
    public static IQueryable<SnapshotGroup> SeenBy(this IQueryable<SnapshotGroup> groups, Caller caller) =>
        caller.IsOperator ? groups : groups.Where(g => g.AccountId == caller.AccountId);

    /// <summary>The group with this id or name, of those that the caller may see; by name one that is not deleted.</summary>
    public static Task<Outcome<SnapshotGroup>> FindGroupAsync(this HeadgateDbContext db, Caller caller, string reference, CancellationToken stop) =>
        db.SnapshotGroups.SeenBy(caller).FindAsync("snapshot group", reference, g => g.Name == reference && g.DeletedAt == null, stop);

    public static async Task<IReadOnlyList<SnapshotGroupDetails>> DetailAsync(this HeadgateDbContext db, IReadOnlyList<SnapshotGroup> groups, CancellationToken stop)
    {
        var ids = groups.Select(g => g.Id).ToList();
        var snapshots = await db.Snapshots.Where(s => s.GroupId != null && ids.Contains(s.GroupId.Value)).OrderBy(s => s.Id).ToListAsync(stop).ConfigureAwait(false);
        var members = (await db.DetailAsync(snapshots, stop).ConfigureAwait(false)).ToLookup(s => s.Snapshot.GroupId!.Value);
        return [.. groups.Select(g => new SnapshotGroupDetails(g, [.. members[g.Id]], StateOf(g, [.. members[g.Id].Select(m => m.Snapshot.State)])))];
    }

    /// <summary>A group's operation has all of its snapshots and volumes for itself.</summary>
    public static NewOperation Operation(string kind, SnapshotGroup group, IReadOnlyList<Snapshot> members) =>
        new(kind, "snapshot-group", group.Id, group.AccountId) { AlsoHolds = [.. members.Select(m => m.Id), .. members.Select(m => m.VolumeId)] };

    private static string StateOf(SnapshotGroup group, IReadOnlyList<SnapshotState> members) =>
        group.DeletedAt is not null || members.All(m => m is SnapshotState.Deleted) ? "deleted"
        : members.Contains(SnapshotState.Error) ? "error"
        : members.Contains(SnapshotState.Creating) ? "creating"
        : members.Contains(SnapshotState.Deleting) ? "deleting"
        : members.Contains(SnapshotState.Reverting) ? "reverting"
        : members.Contains(SnapshotState.Deleted) ? "partial"
        : "ready";
}

/// <summary>What a volume must be for a snapshot to be taken of it.</summary>
internal static class SnapshotRules
{
    public static Fault? Problem(Volume volume) => volume.State is VolumeState.Ready or VolumeState.Changing or VolumeState.Resizing
        ? null
        : new Fault("volume-state",
            $"A snapshot was asked of volume {volume.Name}, which is {volume.State.ToString().ToLowerInvariant()}; it must be ready.", Recovery.FixRequest);
}
