using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SharedPool;

// Growing, copies and listing. Copies share blocks where the file system can; snapshots exist only there.
internal sealed partial class SharedPoolDriver : IResize, IClones, ISnapshots, IInventory
{
    public ValueTask<Outcome<VolumeView>> ResizeAsync(ObjectKey key, VolumeHandle handle, ByteSize size, CancellationToken stop) => RunAsync(call =>
    {
        using (folder.Locked(call))
        {
            var record = volumes.Need(key, handle);
            var current = volumes.SizeOf(record.Data);
            if (size < current && Rounded(size) != current) throw new StopHere(Faults.Shrink(size, current));
            if (settings.Capabilities.Problem(size) is { } problem) throw new StopHere(problem);
            if (Rounded(size) > current)
            {
                volumes.NeedRoom(folder.NeedAttached(), Rounded(size).Bytes - current.Bytes);
                // Shared: a host may have it open, and one with a lock on it must not keep it from growing.
                using var data = new FileStream(folder.At(record.Data), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
                Extend(data, Rounded(size).Bytes, record.Data);
                call.IsChanging();
                data.Flush(flushToDisk: true);
            }
            return volumes.View(record);
        }
    }, stop);

    public ValueTask<Outcome<VolumeView>> CloneAsync(
        ObjectKey key, VolumeSpec spec, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return RunAsync(call =>
        {
            if (Earlier(key, spec) is { } earlier) return earlier;
            var (data, mayBeWritten) = Source(key, source, snapshot);
            var least = volumes.SizeOf(data);
            if (Rounded(spec.Size) < least) throw new StopHere(Faults.Shrink(spec.Size, least));
            return Make(call, key, spec, (running, target) => Fill(running, data, target, mayBeWritten));
        }, stop, Timeout.InfiniteTimeSpan); // a copy takes as long as its bytes; whoever asked may cancel it
    }

    public ValueTask<Outcome<SnapshotView>> CreateSnapshotAsync(
        ObjectKey key, ObjectKey volumeKey, VolumeHandle volume, string name, CancellationToken stop) => RunAsync(call =>
    {
        using (folder.Locked(call))
        {
            var source = volumes.Need(volumeKey, volume);
            if (folder.Snapshot(key) is { } earlier)
                return earlier.Volume == volumeKey.Value ? View(earlier) : throw new StopHere(Faults.KeyReused(key, $"then of volume {earlier.Volume:N}, now of {volumeKey}"));
            folder.Sweep();
            var record = new SnapshotRecord(settings.PoolId, key.Value, volumeKey.Value, name, Names.NewSnapshotData(key), clock.GetUtcNow());
            using (var data = folder.NewData(record.Data))
            {
                Share(source.Data, data);
                data.Flush(flushToDisk: true);
                call.IsChanging();
                folder.TryAdd(record); // nobody can have been first: the lock is held
            }
            return View(record);
        }
    }, stop);

    public ValueTask<Outcome<SnapshotView?>> FindSnapshotAsync(ObjectKey key, VolumeHandle volume, CancellationToken stop) => RunAsync(_ =>
        folder.Snapshot(key) is { } record && Names.HandleOf(new ObjectKey(record.Volume)) == volume ? View(record) : null, stop);

    public ValueTask<Outcome<Nothing>> RevertAsync(
        ObjectKey volumeKey, VolumeHandle volume, ObjectKey key, SnapshotHandle snapshot, CancellationToken stop) => RunAsync(call =>
    {
        using (folder.Locked(call))
        {
            var target = volumes.Need(volumeKey, volume);
            var source = OwnSnapshot(key, snapshot);
            if (source is null || source.Volume != volumeKey.Value) throw new StopHere(Faults.SnapshotNotFound(key, snapshot));
            if (target.Initiators is [var host, ..])
                throw new StopHere(Faults.InUse($"{host} has access to volume {volumeKey}; what it has open would change under it. Revoke its access first."));
            var size = volumes.SizeOf(target.Data);
            var fresh = target with { Data = Names.NewVolumeData(volumeKey) };
            using (var data = folder.NewData(fresh.Data))
            {
                Share(source.Data, data);
                Extend(data, size.Bytes, fresh.Data); // grown since the snapshot: it stays as big
                data.Flush(flushToDisk: true);
                call.IsChanging();
                folder.Replace(fresh);
            }
            folder.Delete(target.Data);
        }
        return default(Nothing);
    }, stop);

    public ValueTask<Outcome<Nothing>> DeleteSnapshotAsync(ObjectKey key, SnapshotHandle snapshot, CancellationToken stop) => RunAsync(call =>
    {
        using (folder.Locked(call))
        {
            if (OwnSnapshot(key, snapshot) is not { } record) return default(Nothing);
            call.IsChanging();
            DeleteSnapshot(record);
        }
        return default;
    }, stop);

    public ValueTask<Outcome<IReadOnlyList<VolumeView>>> ListAsync(CancellationToken stop) => RunAsync(_ => volumes.All(), stop);

    private void DeleteSnapshot(SnapshotRecord record)
    {
        folder.Delete(Names.SnapshotRecord(new ObjectKey(record.Key)));
        folder.Delete(record.Data);
    }

    /// <summary>The snapshot that the handle names, when it is the one made with the key; null when it is gone.</summary>
    private SnapshotRecord? OwnSnapshot(ObjectKey key, SnapshotHandle handle)
    {
        if (Names.KeyOf(handle) is not { } named || folder.Snapshot(named) is not { } record) return null;
        return named == key ? record : throw new StopHere(Faults.WrongVolume(key, handle.Value, named));
    }

    private SnapshotView View(SnapshotRecord record) => new(
        Names.SnapshotHandleOf(new ObjectKey(record.Key)), new ObjectKey(record.Key), Names.HandleOf(new ObjectKey(record.Volume)),
        volumes.SizeOf(record.Data), record.TakenAt);

    /// <summary>The data file that a clone or a copy is made of, and whether a host may be writing to it.</summary>
    private (string Data, bool MayBeWritten) Source(ObjectKey key, VolumeHandle source, SnapshotHandle? snapshot)
    {
        if (Names.KeyOf(source) is not { } sourceKey) throw new StopHere(Faults.VolumeNotFound(key, source));
        var original = volumes.Need(sourceKey, source);
        if (snapshot is not { } handle) return (original.Data, original.Initiators.Count > 0);
        var taken = Names.KeyOf(handle) is { } snapshotKey ? folder.Snapshot(snapshotKey) : null;
        if (taken is null || taken.Volume != sourceKey.Value) throw new StopHere(Faults.SnapshotNotFound(key, handle));
        return (taken.Data, false);
    }

    /// <summary>Shares blocks where that can be done, which takes an instant; else copies, which must not happen under a writer.</summary>
    private void Fill(PoolCall call, string source, FileStream target, bool mayBeWritten)
    {
        using var from = OpenShared(source);
        if (FileSystem.TryClone(from.SafeFileHandle, target.SafeFileHandle, source)) return;
        var inUse = new StopHere(Faults.InUse(
            $"A host has access to the volume that is to be read, and the file system of {folder.Folder} can only copy, which takes time. Revoke its access first, or use XFS or btrfs."));
        if (mayBeWritten) throw inUse;
        var written = File.GetLastWriteTimeUtc(folder.At(source));
        target.SetLength(from.Length);
        FileSystem.Copy(from.SafeFileHandle, target.SafeFileHandle, call.Stop);
        if (File.GetLastWriteTimeUtc(folder.At(source)) != written) throw inUse; // granted and written to meanwhile: the copy is of no one instant
    }

    private void Share(string source, FileStream target)
    {
        using var from = OpenShared(source);
        if (!FileSystem.TryClone(from.SafeFileHandle, target.SafeFileHandle, source))
            throw new StopHere(new Fault(FileFaults.NoReflink, $"The file system of {folder.Folder} cannot share blocks between files any more. Set 'snapshots' to none.", Recovery.AskOperator));
    }

    private FileStream OpenShared(string name) => new(folder.At(name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
}
