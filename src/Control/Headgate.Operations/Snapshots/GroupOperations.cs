using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;
using Snapshot = Headgate.Domain.Snapshot;

namespace Headgate.Operations.Snapshots;

/// <summary>The operations on groups of snapshots, as lists of steps. Each has every volume of the group for itself.</summary>
internal static class GroupOperations
{
    public static IEnumerable<OperationDefinition> All(ArrayDirectory arrays) =>
    [
        new(OperationKinds.SnapshotGroupCreate, [new Begin("recorded", CreateFailed), new TakeGroup(arrays)]),
        new(OperationKinds.SnapshotGroupDelete, [new Begin("no way back from here", DeleteFailed), new DeleteMembers(arrays)]) { CanCancel = false },
        new(OperationKinds.SnapshotGroupRevert, [new Begin("recorded", RevertFailed), new RevertMembers(arrays)]) { CanCancel = false },
    ];

    private static StepCommit CreateFailed(StepContext context) => async (db, now, stop) =>
    {
        foreach (var member in await MembersAsync(db, context, stop).ConfigureAwait(false))
            await db.ReportAsync(member.Id, new SnapshotCommand.ReportCreateFailed(context.Cause), stop).ConfigureAwait(false);
        await TellAsync(db, context, now, "snapshot-group.create-failed", group => $"Group {group.Name} could not be taken: {context.Cause.Message}", stop,
            group => group with { DeletedAt = now, Cause = context.Cause }, EventSeverity.Error).ConfigureAwait(false);
    };

    private static StepCommit DeleteFailed(StepContext context) => async (db, now, stop) =>
    {
        foreach (var member in await MembersAsync(db, context, stop).ConfigureAwait(false))
            await db.ReportAsync(member.Id, new SnapshotCommand.ReportDeleteFailed(context.Cause), stop).ConfigureAwait(false);
        await TellAsync(db, context, now, "snapshot-group.delete-failed", group => $"Group {group.Name} could not be deleted: {context.Cause.Message}", stop,
            group => group with { Cause = context.Cause }, EventSeverity.Error).ConfigureAwait(false);
    };

    private static StepCommit RevertFailed(StepContext context) => async (db, now, stop) =>
    {
        foreach (var member in await MembersAsync(db, context, stop).ConfigureAwait(false))
        {
            await db.ReportAsync(member.Id, new SnapshotCommand.EndRevert(), stop).ConfigureAwait(false);
            await db.ReportAsync(member.VolumeId, new VolumeCommand.ReportRevertFailed(), stop).ConfigureAwait(false);
        }
        await TellAsync(db, context, now, "snapshot-group.revert-failed",
            group => $"Not every volume was put back to group {group.Name}: {context.Cause.Message} Revert it again: done twice it has the effect of once.", stop,
            severity: EventSeverity.Error).ConfigureAwait(false);
    };

    internal static Task<List<Snapshot>> MembersAsync(HeadgateDbContext db, StepContext context, CancellationToken stop) =>
        db.Snapshots.Where(s => s.GroupId == context.SubjectId && s.State != SnapshotState.Deleted).OrderBy(s => s.Id).ToListAsync(stop);

    /// <summary>An event about the group, after it was changed.</summary>
    internal static async Task TellAsync(
        HeadgateDbContext db, StepContext context, DateTimeOffset now, string code, Func<SnapshotGroup, string> message, CancellationToken stop,
        Func<SnapshotGroup, SnapshotGroup>? change = null, EventSeverity severity = EventSeverity.Info)
    {
        var group = await db.SnapshotGroups.SingleAsync(g => g.Id == context.SubjectId, stop).ConfigureAwait(false);
        if (change is not null) db.Put(change(group));
        db.Tell(now, context.Operation, "snapshot-group", group.Id, group.Name, group.AccountId, code, message(group), severity);
    }
}

/// <summary>Takes all: at one moment where one storage holds all the volumes and can, else one after the other, and notes which.</summary>
internal sealed class TakeGroup(ArrayDirectory arrays) : IOperationStep
{
    public string Name => "take-snapshots";

    public async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var reached = await ReachAsync(context, stop).ConfigureAwait(false);
        if (reached is not Outcome<IReadOnlyList<ReachedSnapshot>>.Done { Value: var members }) return Retry.NotDone(reached, context.Attempt);
        if (GroupOf(members) is { } groups)
        {
            var asked = members.Select(m => new GroupMember(m.Key, m.Volume.Key, m.Volume.Handle)).ToList();
            var taken = await groups.CreateGroupAsync(new ObjectKey(context.SubjectId), asked, $"group-{context.SubjectId:N}", stop).ConfigureAwait(false);
            return Retry.After(taken, context.Attempt, views => Taken(context, members, views, GroupConsistency.OneMoment));
        }
        var each = new List<SnapshotView>(members.Count);
        foreach (var member in members)
        {
            // A repeat with the same key is the same snapshot.
            var one = await member.Facet.CreateSnapshotAsync(member.Key, member.Volume.Key, member.Volume.Handle, member.Snapshot.Name, stop).ConfigureAwait(false);
            if (one is not Outcome<SnapshotView>.Done { Value: var view }) return Retry.NotDone(one, context.Attempt);
            each.Add(view);
        }
        return Taken(context, members, each, GroupConsistency.PerVolume);
    }

    public async ValueTask<StepResult> UndoAsync(StepContext context, CancellationToken stop)
    {
        var reached = await ReachAsync(context, stop).ConfigureAwait(false);
        if (reached is Outcome<IReadOnlyList<ReachedSnapshot>>.Refused { Fault.Code: "unsupported" }) return new StepResult.Advance("nothing was there");
        if (reached is not Outcome<IReadOnlyList<ReachedSnapshot>>.Done { Value: var members }) return Retry.NotUndone(reached, context.Attempt);
        foreach (var member in members)
        {
            var sought = await member.Facet.FindSnapshotAsync(member.Key, member.Volume.Handle, stop).ConfigureAwait(false);
            if (sought is not Outcome<SnapshotView?>.Done found) return Retry.NotUndone(sought, context.Attempt);
            if (found.Value is not { } there) continue;
            var gone = await member.Facet.DeleteSnapshotAsync(member.Key, there.Handle, stop).ConfigureAwait(false);
            if (!gone.IsDone) return Retry.NotUndone(gone, context.Attempt);
        }
        return new StepResult.Advance("taken back");
    }

    /// <summary>The facet that takes all of them at one moment; null when they are on several storages or theirs knows no groups.</summary>
    private static IGroupSnapshots? GroupOf(IReadOnlyList<ReachedSnapshot> members) =>
        members.DistinctBy(m => m.Volume.Pool.Id).Count() == 1 && members[0].Volume.Driver.Facet<IGroupSnapshots>() is { } groups && members.Count <= groups.MostMembers
            ? groups
            : null;

    private static StepResult.Advance Taken(
        StepContext context, IReadOnlyList<ReachedSnapshot> members, IReadOnlyList<SnapshotView> views, GroupConsistency consistency) => new(
        $"{views.Count} snapshots {(consistency is GroupConsistency.OneMoment ? "of one moment" : "one after the other")}",
        async (db, now, stop) =>
        {
            foreach (var (member, view) in members.Zip(views))
                await db.ApplyAsync(member.Snapshot.Id, new SnapshotCommand.ConfirmCreated(view.Handle.Value, view.Size), stop).ConfigureAwait(false);
            await GroupOperations.TellAsync(db, context, now, "snapshot-group.created", group => consistency is GroupConsistency.OneMoment
                ? $"Group {group.Name} was taken: {views.Count} volumes at one moment."
                : $"Group {group.Name} was taken: {views.Count} volumes, each crash-consistent by itself only.", stop,
                group => group with { Consistency = consistency }).ConfigureAwait(false);
        });

    private async Task<Outcome<IReadOnlyList<ReachedSnapshot>>> ReachAsync(StepContext context, CancellationToken stop) =>
        await Members.ReachAsync(arrays, context, stop).ConfigureAwait(false);
}

internal static class Members
{
    public static async Task<Outcome<IReadOnlyList<ReachedSnapshot>>> ReachAsync(ArrayDirectory arrays, StepContext context, CancellationToken stop)
    {
        var reached = new List<ReachedSnapshot>();
        foreach (var member in await arrays.MembersAsync(context.SubjectId, stop).ConfigureAwait(false))
        {
            var one = await ReachedSnapshot.ReachAsync(arrays, member.Id, stop).ConfigureAwait(false);
            if (one is not Outcome<ReachedSnapshot>.Done { Value: var there }) return one.Map<IReadOnlyList<ReachedSnapshot>>(static _ => null!);
            reached.Add(there);
        }
        return reached;
    }
}

/// <summary>Ends all of them on the array; an absent one is done.</summary>
internal sealed class DeleteMembers(ArrayDirectory arrays) : ForwardStep("delete-snapshots")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var reached = await Members.ReachAsync(arrays, context, stop).ConfigureAwait(false);
        if (reached is not Outcome<IReadOnlyList<ReachedSnapshot>>.Done { Value: var members }) return Retry.NotDone(reached, context.Attempt);
        foreach (var member in members)
        {
            var gone = await member.Facet.DeleteSnapshotAsync(member.Key, new SnapshotHandle(member.Snapshot.Handle!), stop).ConfigureAwait(false);
            if (!gone.IsDone) return Retry.NotDone(gone, context.Attempt);
        }
        return new StepResult.Advance($"deleted {members.Count}", async (db, now, cancel) =>
        {
            foreach (var member in members) await db.ApplyAsync(member.Snapshot.Id, new SnapshotCommand.ConfirmDeleted(), cancel).ConfigureAwait(false);
            await GroupOperations.TellAsync(db, context, now, "snapshot-group.deleted", group => $"Group {group.Name} was deleted.", cancel,
                group => group with { DeletedAt = now, Cause = null }).ConfigureAwait(false);
        });
    }
}

/// <summary>Puts every volume back. Done twice it has the effect of once: none of them is connected meanwhile.</summary>
internal sealed class RevertMembers(ArrayDirectory arrays) : ForwardStep("revert")
{
    public override async ValueTask<StepResult> RunAsync(StepContext context, CancellationToken stop)
    {
        var reached = await Members.ReachAsync(arrays, context, stop).ConfigureAwait(false);
        if (reached is not Outcome<IReadOnlyList<ReachedSnapshot>>.Done { Value: var members }) return Retry.NotDone(reached, context.Attempt);
        foreach (var member in members)
        {
            var reverted = await member.Facet.RevertAsync(
                member.Volume.Key, member.Volume.Handle, member.Key, new SnapshotHandle(member.Snapshot.Handle!), stop).ConfigureAwait(false);
            if (!reverted.IsDone) return Retry.NotDone(reverted, context.Attempt);
        }
        return new StepResult.Advance($"{members.Count} volumes put back", async (db, now, cancel) =>
        {
            foreach (var member in members)
            {
                await db.ApplyAsync(member.Snapshot.Id, new SnapshotCommand.EndRevert(), cancel).ConfigureAwait(false);
                await db.ApplyAsync(member.Snapshot.VolumeId, new VolumeCommand.ConfirmReverted(), cancel).ConfigureAwait(false);
            }
            await GroupOperations.TellAsync(
                db, context, now, "snapshot-group.reverted", group => $"{members.Count} volumes were put back to group {group.Name}.", cancel).ConfigureAwait(false);
        });
    }
}
