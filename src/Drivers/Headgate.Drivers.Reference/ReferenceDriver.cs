using System.Security.Cryptography;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Reference;

/// <summary>
/// A driver as it should be: every call looks before it acts, compares the key of what a handle names before it changes
/// it, and reads back what it set. With a real array each look and each change is a request that can get lost, which is
/// why none of them may rely on the one before having happened.
/// </summary>
internal sealed partial class ReferenceDriver(Guid poolId, ReferenceSettings settings, ReferenceArray array, TimeProvider clock)
    : IPrimaryDataStoreDriver, IFacetSelection
{
    private const int LunNumber = 0; // one target per volume, as arrays of this kind have it
    private const string Portal = "127.0.0.1:3260";
    private const int ChapSecretBytes = 8; // as 16 hexadecimal digits: within the 12 to 16 characters every initiator takes

    private DriverCapabilities Can => settings.Capabilities;

    /// <summary>The facets that the settings left switched on.</summary>
    public bool Offers(Type facet)
    {
        if (facet == typeof(IQosControl))
            return new[] { Can.MinIops, Can.MaxIops, Can.BurstIops, Can.MaxBandwidth }.Any(q => q.Support == Support.Native);
        if (facet == typeof(IResize)) return settings.CanResize;
        if (facet == typeof(ISnapshots)) return Can.Snapshots == Support.Native;
        if (facet == typeof(IClones)) return Can.Clones == Support.Native;
        if (facet == typeof(ICopies)) return Can.Copies == Support.Native;
        if (facet == typeof(IAdoption)) return Can.Adoption == Support.Native;
        if (facet == typeof(IGroupSnapshots)) return Can.GroupSnapshots == Support.Native;
        if (facet == typeof(IInventory)) return Can.Inventory == Support.Native;
        return facet.IsInstanceOfType(this);
    }

    public ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop) =>
        Answer<VolumeView>(() => Make(key, spec, mark: null));

    public ValueTask<Outcome<VolumeView?>> FindAsync(ObjectKey key, CancellationToken stop) =>
        Answer<VolumeView?>(() => array.Lookup(key)?.View(poolId));

    public ValueTask<Outcome<Nothing>> DeleteAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) => Answer<Nothing>(() =>
    {
        if (array.Lookup(handle) is not { } volume) return default(Nothing);
        if (volume.Key != key) return Faults.WrongVolume(key, handle.Value, volume.Key);
        array.Remove(volume);
        return default(Nothing);
    });

    public ValueTask<Outcome<Connection>> GrantAccessAsync(
        ObjectKey key, VolumeHandle handle, AccessRequest access, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(access);
        return WithVolume<Connection>(key, handle, volume =>
        {
            if (IscsiName.Problem(access.InitiatorName) is { } problem) return Faults.InvalidArgument(problem);
            if (access.RequireChap && Can.Chap != Support.Native)
                return Faults.InvalidArgument("CHAP was asked for; this pool has it switched off.");
            var chap = access.RequireChap ? Credential(access.InitiatorName) : null;
            volume.Grants[access.InitiatorName] = chap;
            return new Connection.Iscsi([Portal], ReferenceArray.TargetName(volume.Id), LunNumber, chap);
        });
    }

    public ValueTask<Outcome<Nothing>> RevokeAccessAsync(
        ObjectKey key, VolumeHandle handle, string initiatorName, CancellationToken stop) => Answer<Nothing>(() =>
    {
        if (array.Lookup(handle) is not { } volume) return default(Nothing);
        if (volume.Key != key) return Faults.WrongVolume(key, handle.Value, volume.Key);
        volume.Grants.Remove(initiatorName);
        volume.Sessions.Remove(initiatorName);
        return default(Nothing);
    });

    private Outcome<VolumeView> Make(ObjectKey key, VolumeSpec spec, string? mark)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var asked = $"size {spec.Size.Bytes}, {spec.Qos}, account {spec.AccountId:N}";
        if (array.Lookup(key) is { } earlier)
            return earlier.AskedFor == asked ? earlier.View(poolId) : Faults.KeyReused(key, $"then {earlier.AskedFor}; now {asked}");
        if ((Can.Problem(spec.Qos) ?? Can.Problem(spec.Size)) is { } problem) return problem;
        var size = spec.Size.RoundUpTo(new ByteSize(Can.VolumeSize.Step));
        if ((RoomFor(size.Bytes) ?? PromiseOf(spec.Qos.MinIops ?? 0)) is { } full) return full;
        var volume = new ReferenceVolume
        {
            Key = key, PoolId = poolId, Name = spec.Name, Size = size, Qos = spec.Qos, AskedFor = asked, Mark = mark,
        };
        array.Add(volume);
        return volume.View(poolId);
    }

    private Fault? RoomFor(long moreBytes)
    {
        var used = array.Volumes.Sum(v => v.Size.Bytes);
        var all = settings.CapacityOn(array, poolId).Bytes;
        return moreBytes <= all.Bytes - used
            ? null
            : Faults.OutOfCapacity(
                $"{new ByteSize(moreBytes)} more were asked for; {new ByteSize(used)} of {all} are taken. Delete volumes or add capacity.");
    }

    private Fault? PromiseOf(long moreIops)
    {
        var promised = array.Volumes.Sum(v => v.Qos.MinIops ?? 0);
        var all = settings.CapacityOn(array, poolId).Iops;
        return moreIops <= all - promised
            ? null
            : Faults.OutOfIops(
                $"{moreIops} more min IOPS were asked for; {promised} of {all} are promised. Lower a minimum or add capacity.");
    }

    /// <summary>One credential per initiator and array, so that a repeat, and the next volume, get the same.</summary>
    private ChapCredential Credential(string initiatorName)
    {
        var known = array.Volumes.SelectMany(v => v.Grants).FirstOrDefault(g => g.Key == initiatorName && g.Value is not null).Value;
        return known ?? new ChapCredential(
            "hg-" + Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(initiatorName)).AsSpan(0, 8)),
            RandomNumberGenerator.GetHexString(ChapSecretBytes * 2, lowercase: true),
            RandomNumberGenerator.GetHexString(ChapSecretBytes * 2, lowercase: true));
    }

    private ValueTask<Outcome<T>> WithVolume<T>(ObjectKey key, VolumeHandle handle, Func<ReferenceVolume, Outcome<T>> work) => Answer(() =>
        array.Lookup(handle) is not { } volume ? Faults.VolumeNotFound(key, handle)
        : volume.Key != key ? Faults.WrongVolume(key, handle.Value, volume.Key)
        : work(volume));

    private ValueTask<Outcome<T>> Answer<T>(Func<Outcome<T>> work) =>
        ValueTask.FromResult(settings.Gate(array) is { } fault ? fault : array.Locked(work));
}
