namespace Headgate.Blocks;

/// <summary>
/// A folder of volumes and snapshots, one sparse file each, named by id. Every change is crash-safe: after a crash at
/// any point it is either done or not, and what is half made is removed when the store is opened.
/// <para>
/// Snapshots and clones share extents where the file system can (XFS, btrfs). Elsewhere they are filled in the
/// background while both sides are in use (<see cref="ChunkCopy"/>); until that is done, the first write to each MiB
/// waits for its copy. Volumes under several snapshots and clones of clones at once are fine.
/// </para>
/// </summary>
public sealed class VolumeStore : IDisposable
{
    private readonly Lock _lock = new(); // for changes to the store; reads and writes of volumes never take it
    private readonly StoreFolder _folder;
    private readonly ImageMaker _maker;
    private readonly Dictionary<long, VolumeDevice> _volumes = [];
    private readonly Dictionary<long, StoredImage> _snapshots = [];
    private readonly HashSet<StoredImage> _retired = [];
    private readonly List<(ImageName Name, StoreDamage Damage)> _damaged = [];
    private readonly CopyWorker _copier;
    private bool _disposed;

    private VolumeStore(StoreFolder folder)
    {
        _folder = folder;
        _maker = new ImageMaker(folder);
        _copier = new CopyWorker(Finish);
    }

    /// <summary>Opens the store in a folder (made when absent), removes leftovers, and resumes what a crash interrupted.</summary>
    /// <exception cref="VolumeStoreException">
    /// <c>store-in-use</c>: another process has it open. <c>direct-io-unavailable</c>: the file system cannot do what
    /// <paramref name="io"/> insists on.
    /// </exception>
    public static VolumeStore Open(string folder, FileIoMode io = FileIoMode.Auto) => Open(folder, copyInBackground: true, io);

    /// <summary>Same; without the background thread copies are only filled by use, which tests need to hold still.</summary>
    internal static VolumeStore Open(string folder, bool copyInBackground, FileIoMode io = FileIoMode.Auto, IStoreTrace? trace = null)
    {
        var store = new VolumeStore(StoreFolder.Open(folder, io, trace));
        try
        {
            store.Load();
            if (copyInBackground) store._copier.Start();
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>How its files are read and written, and why so.</summary>
    public FileIo Io => _folder.Io;

    /// <summary>What is there and cannot be used, each with its reason. Its files are left alone until it is deleted.</summary>
    public IReadOnlyList<StoreDamage> Damaged
    {
        get
        {
            lock (_lock) return [.. _damaged.Select(one => one.Damage)];
        }
    }

    /// <summary>
    /// Whether a damaged image may hold what others still need: a copy that is not done reads from it, or it was deleted
    /// and yet kept, which is done only for such copies.
    /// </summary>
    public bool IsDamagedAndNeeded(StoredKind kind, long id)
    {
        lock (_lock)
        {
            return IsDamaged(kind, id)
                && (_folder.Names(ImageName.GoneSuffix).Any(name => name.Kind == kind && name.Id == id)
                    || _volumes.Values.Select(volume => volume.Image).Concat(_snapshots.Values).Concat(_retired)
                        .Any(image => image.Incoming is { SourceName: var source } && source.Kind == kind && source.Id == id));
        }
    }

    /// <summary>Makes an empty volume of a whole number of 4096-byte blocks.</summary>
    /// <exception cref="VolumeStoreException"><c>volume-exists</c>, <c>out-of-space</c>, <c>store-io-failed</c>.</exception>
    public void Create(long volumeId, long bytes)
    {
        CheckSize(bytes);
        Change($"create volume {volumeId}", () =>
        {
            RefuseTaken(volumeId);
            _volumes.Add(volumeId, new VolumeDevice(_maker.MakeEmpty(NextName(StoredKind.Volume, volumeId), bytes)));
            return true;
        });
    }

    /// <summary>The volume's device: the same object each time, until <see cref="Delete"/>. Need not be disposed.</summary>
    /// <exception cref="VolumeStoreException"><c>volume-not-found</c>.</exception>
    public IBlockDevice Open(long volumeId)
    {
        lock (_lock) return Volume(volumeId);
    }

    /// <summary>Deletes a volume; its device answers <see cref="IoFault.Gone"/> from now on. False when there is none.</summary>
    public bool Delete(long volumeId) => Change($"delete volume {volumeId}", () =>
    {
        if (!_volumes.TryGetValue(volumeId, out var volume)) return DeleteDamaged(StoredKind.Volume, volumeId);
        MarkGone(volume.Image);
        _volumes.Remove(volumeId);
        volume.Retire();
        Retire(volume.Image);
        return true;
    });

    /// <summary>Makes a volume larger, while it is in use or not. Never shrinks; the same size is fine.</summary>
    /// <exception cref="VolumeStoreException"><c>volume-not-found</c>, <c>volume-would-shrink</c>, <c>out-of-space</c>.</exception>
    public void Grow(long volumeId, long bytes)
    {
        CheckSize(bytes);
        Change($"grow volume {volumeId}", () =>
        {
            var volume = Volume(volumeId);
            if (bytes < volume.LengthBytes)
                throw new VolumeStoreException("volume-would-shrink",
                    $"Volume {volumeId} has {volume.LengthBytes} bytes and {bytes} were asked; a volume never shrinks.");
            volume.Image.Device.Grow(bytes);
            return volume.Flush() == IoFault.None ? true : throw new IOException("The new size could not be synced.");
        });
    }

    /// <summary>Takes a point-in-time, crash-consistent snapshot of a volume, which goes on serving I/O.</summary>
    /// <exception cref="VolumeStoreException"><c>volume-not-found</c>, <c>snapshot-exists</c>, <c>out-of-space</c>.</exception>
    public void Snapshot(long volumeId, long snapshotId) => SnapshotGroup([(volumeId, snapshotId)]);

    /// <summary>
    /// Takes snapshots of several volumes at one point in time: the writes of all stand still while the points are taken,
    /// which needs no sync. All are taken or none.
    /// </summary>
    /// <exception cref="VolumeStoreException"><c>volume-not-found</c>, <c>snapshot-exists</c>, <c>out-of-space</c>.</exception>
    public void SnapshotGroup(IReadOnlyList<(long VolumeId, long SnapshotId)> members) =>
        Change($"snapshot volume {string.Join(", ", members.Select(member => member.VolumeId))}", () =>
        {
            var wanted = new List<(VolumeDevice Volume, ImageName Name)>();
            foreach (var (volumeId, snapshotId) in members)
            {
                if (_snapshots.ContainsKey(snapshotId) || IsDamaged(StoredKind.Snapshot, snapshotId))
                    throw new VolumeStoreException("snapshot-exists", $"There is a snapshot {snapshotId} already; give another id.");
                wanted.Add((Volume(volumeId), NextName(StoredKind.Snapshot, snapshotId)));
            }
            foreach (var image in TakeImages(wanted)) _snapshots.Add(image.Name.Id, image);
            return true;
        });

    /// <summary>Makes a new volume with the contents that another one has now.</summary>
    /// <exception cref="VolumeStoreException"><c>volume-not-found</c>, <c>volume-exists</c>, <c>out-of-space</c>.</exception>
    public void CloneVolume(long sourceVolumeId, long newVolumeId) => Change($"clone volume {sourceVolumeId}", () =>
    {
        var source = Volume(sourceVolumeId);
        RefuseTaken(newVolumeId);
        _volumes.Add(newVolumeId, new VolumeDevice(TakeImages([(source, NextName(StoredKind.Volume, newVolumeId))])[0]));
        return true;
    });

    /// <summary>Makes a new volume with the contents of a snapshot.</summary>
    /// <exception cref="VolumeStoreException"><c>snapshot-not-found</c>, <c>volume-exists</c>, <c>out-of-space</c>.</exception>
    public void CloneSnapshot(long snapshotId, long newVolumeId) => Change($"clone snapshot {snapshotId}", () =>
    {
        var source = SnapshotImage(snapshotId);
        RefuseTaken(newVolumeId);
        var image = _maker.TakePoint(NextName(StoredKind.Volume, newVolumeId), source, source.Device.LengthBytes);
        _maker.Commit(image, source);
        CopyInBackground(image);
        _volumes.Add(newVolumeId, new VolumeDevice(image));
        return true;
    });

    /// <summary>
    /// Puts a volume back to a snapshot's contents. Its device stays the same object and never shrinks: what it was
    /// grown by since reads as zeros.
    /// </summary>
    /// <exception cref="VolumeStoreException"><c>volume-not-found</c>, <c>snapshot-not-found</c>, <c>out-of-space</c>.</exception>
    public void Revert(long volumeId, long snapshotId) => Change($"revert volume {volumeId}", () =>
    {
        var volume = Volume(volumeId);
        var snapshot = SnapshotImage(snapshotId);
        var former = volume.WhileStill(() =>
        {
            var old = volume.Image;
            var bytes = Math.Max(old.Device.LengthBytes, snapshot.Device.LengthBytes);
            var next = _maker.TakePoint(old.Name with { Generation = old.Name.Generation + 1 }, snapshot, bytes);
            _maker.Commit(next, snapshot);
            volume.Exchange(next);
            return old;
        });
        CopyInBackground(volume.Image);
        Retire(former);
        return true;
    });

    /// <summary>
    /// Gives a volume the contents that another one has now, all at once, as <see cref="Revert"/> does with a snapshot's. Its
    /// device stays the same object and never shrinks: what it is larger by reads as zeros.
    /// </summary>
    /// <exception cref="VolumeStoreException"><c>volume-not-found</c>, <c>out-of-space</c>.</exception>
    /// <exception cref="ArgumentException">They are one volume.</exception>
    public void Overwrite(long volumeId, long sourceVolumeId) => Change($"overwrite volume {volumeId} with volume {sourceVolumeId}", () =>
    {
        if (volumeId == sourceVolumeId) throw new ArgumentException($"Volume {volumeId} cannot be overwritten with itself.", nameof(sourceVolumeId));
        var (volume, source) = (Volume(volumeId), Volume(sourceVolumeId));
        if (source.Flush() != IoFault.None) throw new IOException($"{source.Image.Name} could not be flushed to the medium."); // most of it now, as for a snapshot
        var former = volume.WhileStill(() =>
        {
            var (old, from) = (volume.Image, source.Image);
            var bytes = Math.Max(old.Device.LengthBytes, from.Device.LengthBytes);
            var next = source.WhileStill(() => _maker.TakePoint(old.Name with { Generation = old.Name.Generation + 1 }, from, bytes));
            _maker.Commit(next, from);
            volume.Exchange(next);
            return old;
        });
        CopyInBackground(volume.Image);
        Retire(former);
        return true;
    });

    /// <summary>Deletes a snapshot. False when there is none.</summary>
    public bool DeleteSnapshot(long snapshotId) => Change($"delete snapshot {snapshotId}", () =>
    {
        if (!_snapshots.TryGetValue(snapshotId, out var snapshot)) return DeleteDamaged(StoredKind.Snapshot, snapshotId);
        MarkGone(snapshot);
        _snapshots.Remove(snapshotId);
        Retire(snapshot);
        return true;
    });

    /// <summary>All volumes and snapshots, by kind and id.</summary>
    public IReadOnlyList<StoredImageInfo> List()
    {
        lock (_lock)
        {
            return [.. _volumes.Values.Select(volume => volume.Image).Concat(_snapshots.Values)
                .Select(image => new StoredImageInfo(image.Name.Kind, image.Name.Id, image.Device.LengthBytes,
                    image.Device.UsedBytes, image.Incoming?.PendingBytes))
                .OrderBy(info => info.Kind).ThenBy(info => info.Id)];
        }
    }

    /// <summary>Bytes of the file system that a volume occupies now; 0 when there is none.</summary>
    public long UsedBytes(long volumeId)
    {
        lock (_lock) return _volumes.TryGetValue(volumeId, out var volume) ? volume.Image.Device.UsedBytes : 0;
    }

    /// <summary>Bytes of the file system that all volumes and snapshots occupy now, those that are on their way out too.</summary>
    public long UsedBytesTotal
    {
        get
        {
            lock (_lock) return AllImages().Sum(image => image.Device.UsedBytes);
        }
    }

    /// <summary>Bytes that the file system has left for us.</summary>
    public long FreeBytes => _folder.FreeBytes;

    /// <summary>Bytes of the whole file system.</summary>
    public long FileSystemBytes => _folder.TotalBytes;

    /// <summary>Closes all; copies under way go on when the store is opened again.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
        }
        _copier.Dispose();
        lock (_lock)
        {
            foreach (var volume in _volumes.Values) volume.Retire();
            foreach (var image in AllImages())
            {
                image.Incoming?.Close(cancelled: true);
                image.Dispose();
            }
            _folder.Dispose();
        }
    }

    private void Load()
    {
        lock (_lock)
        {
            var (images, damaged) = StoreLoader.Load(_folder);
            _damaged.AddRange(damaged);
            foreach (var image in images)
            {
                if (image.IsRetired) _retired.Add(image);
                else if (image.Name.Kind == StoredKind.Volume) _volumes.Add(image.Name.Id, new VolumeDevice(image));
                else _snapshots.Add(image.Name.Id, image);
            }
            foreach (var image in images) RemoveIfUnneeded(image);
            foreach (var image in AllImages()) CopyInBackground(image);
        }
    }

    private IEnumerable<StoredImage> AllImages() =>
        _volumes.Values.Select(volume => volume.Image).Concat(_snapshots.Values).Concat(_retired);

    // Points in time of one or more volumes, all at one moment, then made durable while writes go on.
    private List<StoredImage> TakeImages(IReadOnlyList<(VolumeDevice Source, ImageName Name)> wanted)
    {
        // Most of it now, so that what is to be flushed after the point is little.
        foreach (var (source, _) in wanted)
            if (source.Image.Device.Flush() != IoFault.None) throw new IOException($"{source.Image.Name} could not be flushed to the medium.");

        var drafts = TakePoints(wanted);
        var made = 0;
        try
        {
            for (; made < drafts.Count; made++) _maker.Commit(drafts[made].Image, drafts[made].Source);
        }
        catch
        {
            for (var i = 0; i < drafts.Count; i++)
                if (i != made) _maker.Discard(drafts[i].Image); // the one that failed is gone already
            throw;
        }
        foreach (var draft in drafts) CopyInBackground(draft.Image);
        return [.. drafts.Select(draft => draft.Image)];
    }

    private List<(StoredImage Image, StoredImage Source)> TakePoints(IReadOnlyList<(VolumeDevice Source, ImageName Name)> wanted)
    {
        var drafts = new List<(StoredImage Image, StoredImage Source)>();
        var held = wanted.Select(one => one.Source).Distinct().ToList();
        foreach (var volume in held) volume.Hold();
        try
        {
            foreach (var (source, name) in wanted)
                drafts.Add((_maker.TakePoint(name, source.Image, source.LengthBytes), source.Image));
            return drafts;
        }
        catch
        {
            foreach (var (image, _) in drafts) _maker.Discard(image);
            throw;
        }
        finally
        {
            foreach (var volume in held) volume.Release();
        }
    }

    private void CopyInBackground(StoredImage image)
    {
        if (image.Incoming is { } copy) _copier.Add(copy);
    }

    // A copy is complete. Its state goes first: the image is a whole one from then on.
    private void Finish(ChunkCopy copy)
    {
        lock (_lock)
        {
            if (copy.IsCancelled || _disposed) return;
            var image = copy.Destination;
            copy.Close(cancelled: false);
            _folder.Delete(image.Name.CopyFile);
            image.Incoming = null;
            if (copy.Source is not { } source) return;
            source.RemoveOutgoing(copy);
            RemoveIfUnneeded(source);
        }
    }

    // Says on disk that an image is deleted: from then on it is, whatever becomes of its files. So are the older
    // generations that are still there: they must not come back when the newest is gone.
    private void MarkGone(StoredImage image)
    {
        foreach (var older in _retired.Where(other => (other.Name.Kind, other.Name.Id) == (image.Name.Kind, image.Name.Id)).Append(image))
            if (!_folder.Has(older.Name.GoneFile)) _folder.Mark(older.Name.GoneFile);
    }

    private void Retire(StoredImage image)
    {
        image.IsRetired = true;
        RemoveIfUnneeded(image);
    }

    // What could not be removed stays retired: the next change tries again, and so does the next start.
    private void RemoveIfUnneeded(StoredImage image)
    {
        if (!image.IsRetired) return;
        _retired.Add(image);
        try
        {
            Remove(image);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It is marked as gone, or will be; nothing serves it any more.
        }
    }

    // Removes a retired image that nothing copies from; that may end the last copy out of its own source, and so on.
    private void Remove(StoredImage image)
    {
        if (!_folder.Has(image.Name.GoneFile)) _folder.Mark(image.Name.GoneFile);
        if (image.HasOutgoing) return;

        // The image goes before the state of its copy: without the state it would look complete.
        var name = image.Name;
        image.Incoming?.Close(cancelled: true);
        _folder.Delete(name.ImageFile, name.IntentFile, name.CopyFile, name.GoneFile);
        image.Dispose();
        _retired.Remove(image);
        if (image.Incoming is not { Source: { } source } copy) return;
        source.RemoveOutgoing(copy);
        RemoveIfUnneeded(source);
    }

    // 1, but for an id that is used again while copies from its former image are under way.
    private ImageName NextName(StoredKind kind, long id) => new(kind, id, 1 + _retired
        .Where(image => image.Name.Kind == kind && image.Name.Id == id)
        .Select(image => image.Name.Generation).DefaultIfEmpty(0).Max());

    private bool IsDamaged(StoredKind kind, long id) => _damaged.Any(one => one.Name.Kind == kind && one.Name.Id == id);

    // All that is left of it, in the order in which Remove does it; older generations that were put aside with it too.
    private bool DeleteDamaged(StoredKind kind, long id)
    {
        if (!IsDamaged(kind, id)) return false;
        string[] suffixes = [ImageName.ImageSuffix, ImageName.IntentSuffix, ImageName.CopySuffix, ImageName.GoneSuffix];
        foreach (var suffix in suffixes)
            foreach (var name in _folder.Names(suffix).Where(name => name.Kind == kind && name.Id == id).ToList())
                _folder.Delete(name + suffix);
        _damaged.RemoveAll(one => one.Name.Kind == kind && one.Name.Id == id);
        return true;
    }

    private VolumeDevice Volume(long volumeId) => _volumes.TryGetValue(volumeId, out var volume)
        ? volume
        : throw new VolumeStoreException("volume-not-found", $"There is no volume {volumeId} in this store.");

    private StoredImage SnapshotImage(long snapshotId) => _snapshots.TryGetValue(snapshotId, out var image)
        ? image
        : throw new VolumeStoreException("snapshot-not-found", $"There is no snapshot {snapshotId} in this store.");

    private void RefuseTaken(long volumeId)
    {
        if (_volumes.ContainsKey(volumeId) || IsDamaged(StoredKind.Volume, volumeId))
            throw new VolumeStoreException("volume-exists", $"There is a volume {volumeId} already; give another id.");
    }

    private static void CheckSize(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        // So that direct I/O never has to reach past a file's end, whatever the medium's block.
        if (bytes % FileIo.AlignmentMax != 0)
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, $"A size is a multiple of {FileIo.AlignmentMax} bytes.");
    }

    private T Change<T>(string what, Func<T> change)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            foreach (var image in _retired.ToList()) RemoveIfUnneeded(image);
            try
            {
                return change();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                var isFull = failure is IOException io && Native.FaultMap.OfWrite(io) == IoFault.NoSpace;
                throw new VolumeStoreException(isFull ? "out-of-space" : "store-io-failed",
                    $"Could not {what}: {failure.Message} The file system has {FreeBytes} bytes left.", failure);
            }
        }
    }
}
