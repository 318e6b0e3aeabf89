using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Acme.Storage;

/// <summary>
/// The calls. Each looks before it acts and can be repeated: same key and arguments, same answer. A handle alone is never enough;
/// the key has to be the one that the volume was made with.
/// </summary>
internal sealed class DirectoryDriver(Guid pool, VolumeDirectory directory, DriverCapabilities can) : IPrimaryDataStoreDriver, IResize, IInventory
{
    public ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop) => Storage.Change<VolumeView>(() =>
    {
        ArgumentNullException.ThrowIfNull(spec);
        var wanted = new VolumeRecord($"{key}.{Guid.NewGuid():N}", pool, spec.AccountId, spec.Name, spec.Size.Bytes, spec.Qos.ToString());
        if (directory.Find(key) is { } earlier) return Again(key, earlier, wanted);
        if ((can.Problem(spec.Qos) ?? can.Problem(spec.Size)) is { } problem) return problem;
        var size = spec.Size.RoundUpTo(new ByteSize(can.VolumeSize.Step));
        var taken = new ByteSize(directory.All().Sum(volume => volume.Size.Bytes));
        if (taken + size > directory.Capacity)
            return Faults.OutOfCapacity($"{size} more were asked for; {taken} of {directory.Capacity} are taken. Delete volumes or raise the pool's capacity.");
        var made = directory.Make(key, wanted, size) ?? directory.Find(key); // null: another server was quicker with the same key
        return made is { } volume ? Again(key, volume, wanted) : new Outcome<VolumeView>.Unknown(Faults.NoReply($"Volume {key} came and went while it was made. The server asks again."));
    });

    public ValueTask<Outcome<VolumeView?>> FindAsync(ObjectKey key, CancellationToken stop) =>
        Storage.Ask<VolumeView?>(() => directory.Find(key)?.View(pool));

    public ValueTask<Outcome<Nothing>> DeleteAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) => Storage.Change<Nothing>(() =>
    {
        if (directory.Find(handle) is not { } volume) return default(Nothing); // gone is what was asked for
        if (volume.Key != key) return Faults.WrongVolume(key, handle.Value, volume.Key);
        directory.Delete(volume);
        return default(Nothing);
    });

    public ValueTask<Outcome<Connection>> GrantAccessAsync(ObjectKey key, VolumeHandle handle, AccessRequest access, CancellationToken stop) =>
        OnVolume<Connection>(key, handle, volume =>
        {
            if (IscsiName.Problem(access.InitiatorName) is { } problem) return Faults.InvalidArgument(problem);
            volume.Grant(access.InitiatorName);
            return new Connection.Local(volume.DataPath);
        });

    public ValueTask<Outcome<Nothing>> RevokeAccessAsync(ObjectKey key, VolumeHandle handle, string initiatorName, CancellationToken stop) =>
        Storage.Change<Nothing>(() =>
        {
            if (directory.Find(handle) is not { } volume) return default(Nothing);
            if (volume.Key != key) return Faults.WrongVolume(key, handle.Value, volume.Key);
            volume.Revoke(initiatorName);
            return default(Nothing);
        });

    public ValueTask<Outcome<VolumeView>> ResizeAsync(ObjectKey key, VolumeHandle handle, ByteSize size, CancellationToken stop) =>
        OnVolume<VolumeView>(key, handle, volume =>
        {
            if (can.Problem(size) is { } problem) return problem;
            var rounded = size.RoundUpTo(new ByteSize(can.VolumeSize.Step));
            if (rounded < volume.Size) return Faults.Shrink(size, volume.Size);
            volume.GrowTo(rounded);
            return directory.Find(handle) is { } grown ? grown.View(pool) : Faults.VolumeNotFound(key, handle);
        });

    public ValueTask<Outcome<IReadOnlyList<VolumeView>>> ListAsync(CancellationToken stop) =>
        Storage.Ask<IReadOnlyList<VolumeView>>(() => directory.All().Select(volume => volume.View(pool)).ToList());

    /// <summary>A key that was used before: with the same arguments it is a repeat, with others a mistake.</summary>
    private Outcome<VolumeView> Again(ObjectKey key, VolumeFolder there, VolumeRecord wanted) =>
        there.Made.IsSameRequestAs(wanted)
            ? there.View(pool)
            : Faults.KeyReused(key, $"then {there.Made.Request}; now {wanted.Request}");

    private ValueTask<Outcome<T>> OnVolume<T>(ObjectKey key, VolumeHandle handle, Func<VolumeFolder, Outcome<T>> work) => Storage.Change(() =>
        directory.Find(handle) is not { } volume ? Faults.VolumeNotFound(key, handle)
        : volume.Key != key ? Faults.WrongVolume(key, handle.Value, volume.Key)
        : work(volume));
}
