using System.Collections.Concurrent;
using System.Globalization;
using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFire;

/// <summary>
/// Who may see what. The cluster allows an initiator in one access group only, so each initiator has a group of its own
/// that holds exactly the volumes granted to it; its CHAP secret belongs to the initiator and serves all of them.
/// </summary>
/// <remarks>
/// Grants and revocations of one initiator take turns within this process, whichever of the cluster's pools they are of:
/// revoking the last volume deletes the group, which must not happen under a grant that is just adding to it. Against
/// another server's, a grant reads back that it took and is repeated when it did not, and a group is deleted only when the
/// cluster has just said that nothing is in it.
/// </remarks>
internal sealed class ArrayAccess(Guid poolId, Uri endpoint)
{
    // One entry per initiator ever granted something: a hundred bytes each, and a cluster takes ten thousand initiators.
    private static readonly ConcurrentDictionary<(Uri Endpoint, string Initiator), SemaphoreSlim> Turns = new();

    /// <summary>Lets the initiator in, and returns what it has to log in with; null when group membership is enough.</summary>
    public Task<ChapCredential?> GrantAsync(ArrayCall call, Volume volume, AccessRequest access) =>
        InTurnAsync(call, access.InitiatorName, async () =>
        {
            var initiator = await EnsureInitiatorAsync(call, access).ConfigureAwait(false);
            await EnsureInGroupAsync(call, initiator, volume.VolumeID).ConfigureAwait(false);
            return CredentialOf(initiator);
        });

    /// <summary>Takes the volume from the initiator's group, and the group and initiator away when nothing is left in it.</summary>
    public Task<bool> RevokeAsync(ArrayCall call, Volume volume, string initiatorName) => InTurnAsync(call, initiatorName, async () =>
    {
        var initiator = await FindAsync(call, initiatorName).ConfigureAwait(false);
        if (initiator is null) return false;
        foreach (var group in await GroupsAsync(call, initiator.VolumeAccessGroups).ConfigureAwait(false))
            await RemoveFromAsync(call, group, [volume.VolumeID]).ConfigureAwait(false);
        return true;
    });

    /// <summary>Takes the volume from every group that it is in: the step before deleting it.</summary>
    public async Task RevokeAllAsync(ArrayCall call, Volume volume)
    {
        foreach (var group in await GroupsAsync(call, volume.VolumeAccessGroups).ConfigureAwait(false))
        {
            await InTurnAsync(call, group.Initiators is [var only, ..] ? only : group.Name, async () =>
            {
                await RemoveFromAsync(call, group, [volume.VolumeID]).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        }
    }

    /// <summary>A host is gone: none of this pool's volumes stays visible to it.</summary>
    public Task<bool> ForgetAsync(ArrayCall call, string initiatorName) => InTurnAsync(call, initiatorName, async () =>
    {
        var initiator = await FindAsync(call, initiatorName).ConfigureAwait(false);
        if (initiator is null) return false;
        var ours = (await ArrayVolumes.AllAsync(call).ConfigureAwait(false))
            .Where(v => Marks.IsOfPool(v.Attributes, poolId)).Select(v => v.VolumeID).ToHashSet();
        foreach (var group in await GroupsAsync(call, initiator.VolumeAccessGroups).ConfigureAwait(false))
            await RemoveFromAsync(call, group, [.. group.Volumes.Where(ours.Contains)]).ConfigureAwait(false);
        return true;
    });

    private static ChapCredential? CredentialOf(Initiator initiator) => initiator is { RequireChap: true, InitiatorSecret.Length: > 0 }
        ? new ChapCredential(initiator.ChapUsername ?? initiator.InitiatorName, initiator.InitiatorSecret, initiator.TargetSecret)
        : null;

    private static async Task<Initiator> EnsureInitiatorAsync(ArrayCall call, AccessRequest access)
    {
        if (await FindAsync(call, access.InitiatorName).ConfigureAwait(false) is { } known)
            return await WithChapAsync(call, known, access).ConfigureAwait(false);
        // Made with its secret before it is in any group: there is no moment at which it could log in without one.
        var made = await call.TryAsync(ElementMethods.CreateInitiators, new CreateInitiatorsParams
        {
            Initiators =
            [
                new CreateInitiator
                {
                    Name = access.InitiatorName,
                    Alias = Marks.InitiatorAlias(access.InitiatorName),
                    Attributes = Marks.OfInitiator(access.InitiatorName),
                    RequireChap = access.RequireChap,
                    ChapUsername = access.RequireChap ? Marks.InitiatorAlias(access.InitiatorName) : null,
                    InitiatorSecret = access.RequireChap ? ArrayAccounts.NewSecret() : null,
                    TargetSecret = access.RequireChap ? ArrayAccounts.NewSecret() : null,
                },
            ],
        }).ConfigureAwait(false);
        if (made.Is(ElementErrorNames.InitiatorExists) && await FindAsync(call, access.InitiatorName).ConfigureAwait(false) is { } other)
            return await WithChapAsync(call, other, access).ConfigureAwait(false);
        return made.Match(
            result => result.Initiators.FirstOrDefault(i => i.InitiatorName == access.InitiatorName)
                ?? throw new StopHere(Faults.Unexpected($"The cluster made initiator {access.InitiatorName} but did not return it.")),
            error => throw call.Refused(ElementMethods.CreateInitiators, error));
    }

    /// <summary>
    /// Switches CHAP on for an initiator of ours that was made without. Never off: its other volumes may rely on it. The
    /// secret of one that somebody else registered opens that somebody's volumes too, and is never handed out.
    /// </summary>
    private static async Task<Initiator> WithChapAsync(ArrayCall call, Initiator known, AccessRequest access)
    {
        if (!Marks.IsOurInitiator(known.Attributes) && CredentialOf(known) is not null)
        {
            throw new StopHere(new Fault(
                "solidfire-foreign-initiator",
                $"Initiator {known.InitiatorName} is registered on the cluster by somebody else, with CHAP; its secret is theirs to give. "
                + "Use another initiator name, or remove the initiator there; the next attempt makes one of its own.",
                Recovery.AskOperator));
        }
        if (!access.RequireChap || CredentialOf(known) is not null) return known;
        if (!Marks.IsOurInitiator(known.Attributes))
        {
            throw new StopHere(Faults.InUse(
                $"Initiator {known.InitiatorName} is registered on the cluster by somebody else, without CHAP, and CHAP is wanted here. "
                + "Switch CHAP on for it there, or switch CHAP off for the pool."));
        }
        var changed = await call.SendAsync(ElementMethods.ModifyInitiators, new ModifyInitiatorsParams
        {
            Initiators =
            [
                new ModifyInitiator
                {
                    InitiatorID = known.InitiatorID,
                    RequireChap = true,
                    ChapUsername = Marks.InitiatorAlias(known.InitiatorName),
                    InitiatorSecret = ArrayAccounts.NewSecret(),
                    TargetSecret = ArrayAccounts.NewSecret(),
                },
            ],
        }).ConfigureAwait(false);
        return changed.Initiators.FirstOrDefault(i => i.InitiatorID == known.InitiatorID)
            ?? throw new StopHere(Faults.Unexpected($"The cluster changed initiator {known.InitiatorName} but did not return it."));
    }

    private static async Task EnsureInGroupAsync(ArrayCall call, Initiator initiator, long volumeId)
    {
        const int tries = 3; // against another server that makes or deletes the same group meanwhile
        for (var attempt = 1; attempt <= tries; attempt++)
        {
            var current = attempt == 1 ? initiator : await FindAsync(call, initiator.InitiatorName).ConfigureAwait(false) ?? initiator;
            var groups = await GroupsAsync(call, current.VolumeAccessGroups).ConfigureAwait(false);
            if (groups is [var group, ..]) await AddToAsync(call, group, current, volumeId).ConfigureAwait(false);
            else await CreateGroupAsync(call, current, volumeId).ConfigureAwait(false);

            var seen = await FindAsync(call, initiator.InitiatorName).ConfigureAwait(false);
            var after = await GroupsAsync(call, seen?.VolumeAccessGroups ?? []).ConfigureAwait(false);
            if (after.Any(g => g.Volumes.Contains(volumeId))) return;
        }
        throw new StopHere(Faults.Busy($"The access group of {initiator.InitiatorName} is being changed by somebody else; repeat it."), isUnknown: true);
    }

    private static async Task AddToAsync(ArrayCall call, VolumeAccessGroup group, Initiator initiator, long volumeId)
    {
        if (group.Volumes.Contains(volumeId)) return;
        if (group.Initiators.Any(name => name != initiator.InitiatorName))
        {
            throw new StopHere(new Fault(
                "solidfire-shared-group",
                $"Initiator {initiator.InitiatorName} shares access group {group.VolumeAccessGroupID} '{group.Name}' with {group.Initiators.Count - 1} "
                + "others, who would see the volume too. Take it out of that group on the cluster; the next attempt makes one of its own.",
                Recovery.AskOperator));
        }
        var added = await call.TryAsync(ElementMethods.AddVolumesToVolumeAccessGroup, new GroupVolumesParams
        {
            VolumeAccessGroupID = group.VolumeAccessGroupID, Volumes = [volumeId],
        }).ConfigureAwait(false);
        if (added.Error is { } error && !added.Is(ElementErrorNames.AlreadyInVolumeAccessGroup, ElementErrorNames.VolumeAccessGroupIdDoesNotExist))
            throw call.Refused(ElementMethods.AddVolumesToVolumeAccessGroup, error);
    }

    private static async Task CreateGroupAsync(ArrayCall call, Initiator initiator, long volumeId)
    {
        var made = await call.TryAsync(ElementMethods.CreateVolumeAccessGroup, new CreateVolumeAccessGroupParams
        {
            Name = Marks.InitiatorAlias(initiator.InitiatorName),
            Initiators = [initiator.InitiatorID.ToString(CultureInfo.InvariantCulture)],
            Volumes = [volumeId],
            Attributes = Marks.OfInitiator(initiator.InitiatorName),
        }).ConfigureAwait(false);
        if (made.Error is not { } error) return;
        // With the initiator's name in it: somebody else was first to put it in a group. The next look finds that one.
        var isElsewhere = made.Is(ElementErrorNames.ExceededLimit)
            && error.Message?.Contains(initiator.InitiatorName, StringComparison.Ordinal) == true;
        if (!isElsewhere) throw call.Refused(ElementMethods.CreateVolumeAccessGroup, error);
    }

    private static async Task RemoveFromAsync(ArrayCall call, VolumeAccessGroup group, IReadOnlyList<long> volumes)
    {
        VolumeAccessGroup? left = group;
        var present = volumes.Where(group.Volumes.Contains).ToList();
        if (present.Count > 0)
        {
            var removed = await call.TryAsync(ElementMethods.RemoveVolumesFromVolumeAccessGroup, new GroupVolumesParams
            {
                VolumeAccessGroupID = group.VolumeAccessGroupID, Volumes = present,
            }).ConfigureAwait(false);
            if (removed.Is(ElementErrorNames.VolumeAccessGroupIdDoesNotExist)) return;
            if (removed.Error is { } error && !removed.Is(ElementErrorNames.NotInVolumeAccessGroup))
                throw call.Refused(ElementMethods.RemoveVolumesFromVolumeAccessGroup, error);
            // What is in it now, not what was when it was listed: another server may have added to it since.
            left = removed.Value is { VolumeAccessGroup: { } after } && after.VolumeAccessGroupID == group.VolumeAccessGroupID
                ? after
                : await GroupsAsync(call, [group.VolumeAccessGroupID]).ConfigureAwait(false) is [var listed, ..] ? listed : null;
        }
        if (left is null || left.Volumes.Count > 0 || !Marks.IsOurInitiator(group.Attributes)) return;
        var deleted = await call.TryAsync(ElementMethods.DeleteVolumeAccessGroup, new DeleteVolumeAccessGroupParams
        {
            VolumeAccessGroupID = group.VolumeAccessGroupID, DeleteOrphanInitiators = true,
        }).ConfigureAwait(false);
        if (deleted.Error is { } problem && !deleted.Is(ElementErrorNames.VolumeAccessGroupIdDoesNotExist))
            throw call.Refused(ElementMethods.DeleteVolumeAccessGroup, problem);
    }

    private static async Task<Initiator?> FindAsync(ArrayCall call, string initiatorName) =>
        (await call.SendAsync(ElementMethods.ListInitiators, new ListInitiatorsParams()).ConfigureAwait(false))
        .Initiators.FirstOrDefault(i => i.InitiatorName == initiatorName);

    private static async Task<IReadOnlyList<VolumeAccessGroup>> GroupsAsync(ArrayCall call, IReadOnlyList<long> ids) => ids.Count == 0
        ? []
        : (await call.SendAsync(ElementMethods.ListVolumeAccessGroups, new ListVolumeAccessGroupsParams { VolumeAccessGroups = ids }).ConfigureAwait(false))
            .VolumeAccessGroups;

    private async Task<T> InTurnAsync<T>(ArrayCall call, string initiatorName, Func<Task<T>> work)
    {
        var turn = Turns.GetOrAdd((endpoint, initiatorName), static _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(call.Stop).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }
}
