using Headgate.Element;
using Headgate.Element.Client;
using Headgate.Element.Contracts;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFire;

/// <summary>
/// One volume, one LUN. Every call looks first and changes after, so that a repeat finds what an earlier one did; a
/// volume is known by the key in its attributes and never by its ID alone.
/// </summary>
internal sealed partial class SolidFireDriver(SolidFireConfig config, ElementClient client, ClusterFacts facts, ArrayAccess access) : IPrimaryDataStoreDriver
{
    private const int LunNumber = 0; // always, over iSCSI: one target per volume

    private readonly ArrayVolumes _volumes = new(config.PoolId);
    private readonly ArrayAccounts _accounts = new(config);

    public ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return RunAsync(async call =>
        {
            var cluster = await facts.GetAsync(call).ConfigureAwait(false);
            if (await EarlierAsync(call, key, spec).ConfigureAwait(false) is { } earlier) return await _volumes.ViewAsync(call, earlier).ConfigureAwait(false);
            Check(cluster, spec);
            var account = await _accounts.EnsureAsync(call, spec.AccountId).ConfigureAwait(false);
            await call.SendAsync(ElementMethods.CreateVolume, new CreateVolumeParams
            {
                Name = Marks.Name(key, spec.Name),
                AccountID = account,
                TotalSize = Rounded(cluster, spec.Size).Bytes,
                Enable512e = config.Enable512e,
                Qos = QosMapping.ToArray(spec.Qos, cluster.Limits),
                Attributes = Marks.OfVolume(config.PoolId, key, spec),
            }).ConfigureAwait(false);
            call.HasChanged();
            return await SettleAsync(call, key, spec).ConfigureAwait(false);
        }, stop);
    }

    public ValueTask<Outcome<VolumeView?>> FindAsync(ObjectKey key, CancellationToken stop) => RunAsync<VolumeView?>(async call =>
    {
        var found = await ArrayVolumes.WithKeyAsync(call, key).ConfigureAwait(false);
        if (found.Count == 0) return null;
        // A clone that is made but lacks its limits is there, and can be deleted: who cancelled it must find it. Only while
        // the cluster still makes it nobody knows what will become of it.
        if (found[0].Status == VolumeStatus.Init)
            throw new StopHere(Faults.Busy($"Volume {key} is still being made; ask again."), isUnknown: true);
        return await _volumes.ViewAsync(call, found[0]).ConfigureAwait(false);
    }, stop);

    public ValueTask<Outcome<Nothing>> DeleteAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) => RunAsync(async call =>
    {
        if (await ArrayVolumes.OwnAsync(call, key, handle).ConfigureAwait(false) is not { } volume) return default(Nothing);
        // Groups first, while the volume can still be found: a crash after it is purged would leave an empty group for good.
        await access.RevokeAllAsync(call, volume).ConfigureAwait(false);
        await ArrayVolumes.DestroyAsync(call, volume).ConfigureAwait(false);
        return default;
    }, stop);

    public ValueTask<Outcome<Connection>> GrantAccessAsync(
        ObjectKey key, VolumeHandle handle, AccessRequest request, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(request);
        return RunAsync<Connection>(async call =>
        {
            if (IscsiName.Problem(request.InitiatorName) is { } problem) throw new StopHere(Faults.InvalidArgument(problem));
            var volume = await ArrayVolumes.NeedAsync(call, key, handle).ConfigureAwait(false);
            var cluster = await facts.GetAsync(call).ConfigureAwait(false);
            var chap = await access.GrantAsync(call, volume, request).ConfigureAwait(false);
            return new Connection.Iscsi(cluster.Portals, volume.Iqn, LunNumber, chap);
        }, stop);
    }

    public ValueTask<Outcome<Nothing>> RevokeAccessAsync(
        ObjectKey key, VolumeHandle handle, string initiatorName, CancellationToken stop) => RunAsync(async call =>
    {
        if (await ArrayVolumes.OwnAsync(call, key, handle).ConfigureAwait(false) is { Status: not VolumeStatus.Deleted } volume)
            await access.RevokeAsync(call, volume, initiatorName).ConfigureAwait(false);
        return default(Nothing);
    }, stop);

    /// <summary>The volume that an earlier call with this key made; null when there is none.</summary>
    private static async Task<Volume?> EarlierAsync(ArrayCall call, ObjectKey key, VolumeSpec spec)
    {
        var found = await ArrayVolumes.WithKeyAsync(call, key).ConfigureAwait(false);
        if (found.Count == 0) return null;
        // Before the comparison: of two racing creates with different arguments, the loser must not leave its volume behind.
        var kept = await ArrayVolumes.KeepOneAsync(call, found).ConfigureAwait(false);
        if (Marks.AskedFor(kept) is { } then && then != Marks.AskedFor(spec))
            throw new StopHere(Faults.KeyReused(key, $"size/min/max/burst/account then {then}, now {Marks.AskedFor(spec)}"));
        return kept;
    }

    /// <summary>Looks again after making: of two that raced, or one that a lost request made late, one stays.</summary>
    private async Task<VolumeView> SettleAsync(ArrayCall call, ObjectKey key, VolumeSpec spec)
    {
        var kept = await EarlierAsync(call, key, spec).ConfigureAwait(false)
            ?? throw new StopHere(Faults.Unexpected($"The cluster made volume {key} but does not list it."), isUnknown: true);
        return await _volumes.ViewAsync(call, kept).ConfigureAwait(false);
    }

    private static void Check(ClusterFacts.Known cluster, VolumeSpec spec)
    {
        if ((cluster.Capabilities.Problem(spec.Qos) ?? cluster.Capabilities.Problem(spec.Size)) is { } problem) throw new StopHere(problem);
    }

    private static ByteSize Rounded(ClusterFacts.Known cluster, ByteSize size) =>
        size.RoundUpTo(new ByteSize(cluster.Capabilities.VolumeSize.Step));

    private ValueTask<Outcome<T>> RunAsync<T>(Func<ArrayCall, Task<T>> work, CancellationToken stop) => ArrayCall.RunAsync(client, work, stop);
}
