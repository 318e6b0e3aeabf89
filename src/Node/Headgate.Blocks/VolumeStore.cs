namespace Headgate.Blocks;

/// <summary>
/// A folder of volumes and snapshots, one sparse file each, named by id. Every change is crash-safe: after a crash at
/// any point it is either done or not, and what is half made is removed when the store is opened.
/// </summary>
public sealed class VolumeStore : IDisposable
{
    /// <summary>Opens the store in a folder (made when absent), removes leftovers, and resumes copies under way.</summary>
    /// <exception cref="VolumeStoreException">Another process has it open (<c>store-in-use</c>).</exception>
    public static VolumeStore Open(string folder) => throw new NotSupportedException(folder);

    /// <summary>Makes an empty volume.</summary>
    /// <exception cref="VolumeStoreException"><c>volume-exists</c>, <c>out-of-space</c>, <c>store-io-failed</c>.</exception>
    public void Create(long volumeId, long bytes) => throw new NotSupportedException();

    /// <summary>The volume's device: the same object each time, until <see cref="Delete"/>. Need not be disposed.</summary>
    /// <exception cref="VolumeStoreException"><c>volume-not-found</c>.</exception>
    public IBlockDevice Open(long volumeId) => throw new NotSupportedException();

    /// <summary>Deletes a volume; its device answers <see cref="IoFault.Gone"/> from now on. False when there is none.</summary>
    public bool Delete(long volumeId) => throw new NotSupportedException();

    /// <summary>Makes a volume larger, while it is in use or not. Never shrinks; the same size is fine.</summary>
    public void Grow(long volumeId, long bytes) => throw new NotSupportedException();

    /// <summary>Takes a point-in-time, crash-consistent snapshot of a volume, which goes on serving I/O.</summary>
    public void Snapshot(long volumeId, long snapshotId) => throw new NotSupportedException();

    /// <summary>Makes a new volume with the contents that another one has now.</summary>
    public void CloneVolume(long sourceVolumeId, long newVolumeId) => throw new NotSupportedException();

    /// <summary>Makes a new volume with the contents of a snapshot.</summary>
    public void CloneSnapshot(long snapshotId, long newVolumeId) => throw new NotSupportedException();

    /// <summary>Puts a volume back to a snapshot's contents; its device stays the same object, its size becomes the snapshot's if that is larger.</summary>
    public void Revert(long volumeId, long snapshotId) => throw new NotSupportedException();

    /// <summary>Deletes a snapshot. False when there is none.</summary>
    public bool DeleteSnapshot(long snapshotId) => throw new NotSupportedException();

    /// <summary>All volumes and snapshots, by kind and id.</summary>
    public IReadOnlyList<StoredImageInfo> List() => throw new NotSupportedException();

    /// <summary>Bytes of the file system that a volume occupies now; 0 when there is none.</summary>
    public long UsedBytes(long volumeId) => throw new NotSupportedException();

    /// <summary>Bytes of the file system that all volumes and snapshots occupy now.</summary>
    public long UsedBytesTotal => throw new NotSupportedException();

    /// <summary>Bytes that the file system has left for us.</summary>
    public long FreeBytes => throw new NotSupportedException();

    /// <summary>Bytes of the whole file system.</summary>
    public long FileSystemBytes => throw new NotSupportedException();

    /// <summary>Closes all; copies under way go on when the store is opened again.</summary>
    public void Dispose()
    {
    }
}
