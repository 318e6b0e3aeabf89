using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFireShared;

/// <summary>
/// One pool, opened. The array's part is one volume and who may log in to it; the files' part is the driver of disks. All
/// of it is calls of the two drivers, so each of theirs that may be repeated makes one here that may be.
/// </summary>
internal sealed class SolidFireSharedStore(SolidFireSharedSettings settings, IPrimaryDataStore array, IPrimaryDataStore? files)
    : IPrimaryDataStore, IPrimaryDataStoreLifeCycle, ICapacityControl, IHypervisorHostListener
{
    public IPrimaryDataStoreLifeCycle LifeCycle => this;

    public IPrimaryDataStoreDriver Driver { get; } = files?.Driver ?? new NoPathDriver();

    public IHypervisorHostListener HostListener => this;

    public async ValueTask<Outcome<PoolFacts>> InitializeAsync(CancellationToken stop)
    {
        var there = await array.LifeCycle.InitializeAsync(stop).ConfigureAwait(false);
        if (there is not Outcome<PoolFacts>.Done { Value: var facts }) return there;
        if ((facts.Capabilities.Problem(settings.Volume.Qos) ?? facts.Capabilities.Problem(settings.Volume.Size)) is { } problem) return problem;
        var found = await array.Driver.FindAsync(settings.Key, stop).ConfigureAwait(false);
        if (found is not Outcome<VolumeView?>.Done { Value: var volume }) return found.Problem!;
        return new PoolFacts(
            $"solidfireshared:{settings.Key}",
            $"{facts.Description}: one volume of {volume?.Size ?? settings.Volume.Size}{(volume is null ? "" : $" ({volume.Handle})")} for all disks together, {volume?.Qos ?? settings.Volume.Qos}",
            await BytesAsync(volume, stop).ConfigureAwait(false), null, Capabilities);
    }

    /// <summary>
    /// More than the volume has makes it grow, and a host then grows the file system on it; less is kept to by the files, since a
    /// volume on the array never shrinks. All that the volume has is the capacity that is given by itself.
    /// </summary>
    public async ValueTask<Outcome<PoolFacts>> ChangeCapacityAsync(PoolCapacity capacity, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(capacity);
        if (capacity.Iops is { } iops)
            return Faults.InvalidArgument($"A capacity of {iops} IOPS was asked for; all disks share the limits of one volume, so none can be promised. Change the bytes only.");
        var found = await array.Driver.FindAsync(settings.Key, stop).ConfigureAwait(false);
        if (found is not Outcome<VolumeView?>.Done { Value: var volume }) return found.Problem!;
        if (volume is null) return Faults.Unreachable("The volume of this pool is not on the array; it is made when the pool is attached. Attach the pool, then repeat this.");
        var grows = capacity.Bytes > volume.Size;
        if (grows)
        {
            var grown = await array.Driver.Facet<IResize>()!.ResizeAsync(settings.Key, volume.Handle, capacity.Bytes!.Value, stop).ConfigureAwait(false);
            if (!grown.IsDone) return grown.Map<PoolFacts>(static _ => null!);
        }
        var budget = capacity.Bytes < volume.Size ? capacity.Bytes : null;
        if (files is null) return budget is { } less ? Faults.Shrink(less, volume.Size) : await InitializeAsync(stop).ConfigureAwait(false);
        var kept = await files.LifeCycle.Facet<ICapacityControl>()!.ChangeCapacityAsync(new PoolCapacity(budget, null), stop).ConfigureAwait(false);
        if (kept.IsDone) return await InitializeAsync(stop).ConfigureAwait(false);
        return grows ? new Outcome<PoolFacts>.Unknown(kept.Problem!) : kept;
    }

    /// <summary>
    /// Makes the volume, lets the hosts in, and marks the file system. While that is not mounted yet the
    /// answer is "away": hosts can log in already, and a repeat finishes the work.
    /// </summary>
    public async ValueTask<Outcome<Nothing>> AttachAsync(PoolScope scope, CancellationToken stop)
    {
        var made = await array.Driver.CreateAsync(settings.Key, settings.Volume, stop).ConfigureAwait(false);
        if (made is not Outcome<VolumeView>.Done { Value: var volume }) return made.Map(static _ => default(Nothing));
        foreach (var initiator in settings.Initiators)
        {
            var granted = await LetInAsync(volume, initiator, stop).ConfigureAwait(false);
            if (!granted.IsDone) return Unfinished(granted);
        }
        if (files is null) return default(Nothing);
        var marked = await files.LifeCycle.AttachAsync(scope, stop).ConfigureAwait(false);
        return marked.IsDone ? marked : Unfinished(marked);
    }

    public ValueTask<Outcome<Nothing>> EnterMaintenanceAsync(CancellationToken stop) => ValueTask.FromResult<Outcome<Nothing>>(default(Nothing));

    public ValueTask<Outcome<Nothing>> LeaveMaintenanceAsync(CancellationToken stop) => ValueTask.FromResult<Outcome<Nothing>>(default(Nothing));

    public async ValueTask<Outcome<Nothing>> RemoveAsync(CancellationToken stop)
    {
        if (files is not null)
        {
            var unmarked = await files.LifeCycle.RemoveAsync(stop).ConfigureAwait(false);
            if (!unmarked.IsDone) return unmarked;
        }
        var found = await array.Driver.FindAsync(settings.Key, stop).ConfigureAwait(false);
        if (found is not Outcome<VolumeView?>.Done { Value: var volume }) return Unfinished(found.Map(static _ => default(Nothing)));
        if (volume is not null)
        {
            foreach (var initiator in volume.Initiators)
            {
                var revoked = await array.Driver.RevokeAccessAsync(settings.Key, volume.Handle, initiator, stop).ConfigureAwait(false);
                if (!revoked.IsDone) return Unfinished(revoked);
            }
            if (!settings.DeleteOnRemove) return default(Nothing); // kept, with what is on it, until somebody deletes it on the array
            var deleted = await array.Driver.DeleteAsync(settings.Key, volume.Handle, stop).ConfigureAwait(false);
            if (!deleted.IsDone) return Unfinished(deleted);
        }
        var left = await array.LifeCycle.RemoveAsync(stop).ConfigureAwait(false);
        return left.IsDone ? left : Unfinished(left);
    }

    public async ValueTask<Outcome<Nothing>> HostAddedAsync(StorageHost host, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(host);
        var found = await array.Driver.FindAsync(settings.Key, stop).ConfigureAwait(false);
        if (found is not Outcome<VolumeView?>.Done { Value: var volume }) return found.Map(static _ => default(Nothing));
        if (volume is null) return Faults.Busy($"The volume that host {host.Name} shall share is not on the array yet; it is made when the pool is attached. Repeat it then.");
        return await LetInAsync(volume, host.InitiatorName, stop).ConfigureAwait(false);
    }

    public ValueTask<Outcome<Nothing>> HostConnectedAsync(StorageHost host, CancellationToken stop) => HostAddedAsync(host, stop);

    public ValueTask<Outcome<Nothing>> HostDisconnectedAsync(StorageHost host, CancellationToken stop) => array.HostListener.HostDisconnectedAsync(host, stop);

    public ValueTask<Outcome<Nothing>> HostAboutToBeRemovedAsync(StorageHost host, CancellationToken stop) => array.HostListener.HostAboutToBeRemovedAsync(host, stop);

    public async ValueTask<Outcome<Nothing>> HostRemovedAsync(StorageHost host, CancellationToken stop)
    {
        var locked = await array.HostListener.HostRemovedAsync(host, stop).ConfigureAwait(false); // first what keeps it out, then the note
        return locked.IsDone && files is not null ? await files.HostListener.HostRemovedAsync(host, stop).ConfigureAwait(false) : locked;
    }

    public async ValueTask DisposeAsync()
    {
        if (files is not null) await files.DisposeAsync().ConfigureAwait(false);
        await array.DisposeAsync().ConfigureAwait(false);
    }

    private DriverCapabilities Capabilities => files is null ? NoPathDriver.Capabilities : FilesCapabilities;

    private DriverCapabilities FilesCapabilities => new SharedPool.SharedPoolProvider().Capabilities with
    {
        Snapshots = Driver.Facet<ISnapshots>() is null ? Support.None : Support.Native,
    };

    /// <summary>What the volume has, or less where the file system on it has or may give less.</summary>
    private async Task<ByteSize> BytesAsync(VolumeView? volume, CancellationToken stop)
    {
        if (volume is null || files is null) return volume?.Size ?? settings.Volume.Size;
        var there = await files.LifeCycle.InitializeAsync(stop).ConfigureAwait(false);
        return there is Outcome<PoolFacts>.Done { Value.CapacityBytes: { } inFiles } && inFiles < volume.Size ? inFiles : volume.Size;
    }

    /// <summary>Without CHAP: there is nobody yet to whom the secret could be given. The array knows the host by its name.</summary>
    private async ValueTask<Outcome<Nothing>> LetInAsync(VolumeView volume, string initiator, CancellationToken stop) =>
        (await array.Driver.GrantAccessAsync(settings.Key, volume.Handle, new AccessRequest(initiator, RequireChap: false), stop).ConfigureAwait(false))
        .Map(static _ => default(Nothing));

    /// <summary>Something was done before this step failed, so nobody may call it refused.</summary>
    private static Outcome<Nothing> Unfinished(Outcome<Nothing> failed) =>
        failed is Outcome<Nothing>.Refused { Fault: { Recovery: Recovery.RetryWithBackoff } fault } ? new Outcome<Nothing>.Unknown(fault) : failed;
}
