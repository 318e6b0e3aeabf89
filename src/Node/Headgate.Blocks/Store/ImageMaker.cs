using Headgate.Blocks.Native;

namespace Headgate.Blocks;

/// <summary>
/// Makes image files: empty, or with the contents of another. Taking the point in time is apart from making the result
/// durable, so that writes stand still only for the first: a draft becomes an image with <see cref="Commit"/>, is
/// complete and synced under a temporary name before the rename that makes it exist, and until then a crash leaves none.
/// </summary>
internal sealed class ImageMaker(StoreFolder folder)
{
    // Set once the file system has refused to share extents; it will not change its mind while it is mounted.
    private bool _cannotReflink;

    public StoredImage MakeEmpty(ImageName name, long bytes)
    {
        var draft = new StoredImage(name, CreateFile(name, bytes), folder);
        Commit(draft, source: null);
        return draft;
    }

    /// <summary>
    /// Takes what <paramref name="source"/> holds now: by reflink where the file system can, else as a
    /// <see cref="ChunkCopy"/> that the caller hands to the background. The source's writes must stand still.
    /// </summary>
    /// <param name="name">Of the new image.</param>
    /// <param name="source">What it is made of.</param>
    /// <param name="bytes">Its size, not below the source's; what is beyond is zeros.</param>
    public StoredImage TakePoint(ImageName name, StoredImage source, long bytes) =>
        TryReflink(name, source, bytes) ?? MakeChunkCopy(name, source, bytes);

    /// <summary>Makes a draft an image that survives a loss of power. Its source's writes may go on meanwhile.</summary>
    /// <exception cref="IOException">The medium refused; the draft is gone.</exception>
    public void Commit(StoredImage draft, StoredImage? source)
    {
        try
        {
            // What was acknowledged before the point in time must not be lost by a power cut after it.
            if (source is not null && source.Device.Flush() != IoFault.None)
                throw new IOException($"{source.Name} could not be flushed to the medium.");
            if (draft.Incoming is { } copy)
            {
                // The state first: an image without one is complete, and this one is not.
                copy.SyncState();
                folder.Commit(draft.Name.CopyFile);
            }
            if (draft.Device.Flush() != IoFault.None) throw new IOException($"{draft.Name} could not be synced to the medium.");
            folder.Commit(draft.Name.ImageFile);
        }
        catch
        {
            Discard(draft);
            throw;
        }
    }

    /// <summary>Undoes a draft, as if it had never been.</summary>
    public void Discard(StoredImage draft)
    {
        if (draft.Incoming is { } copy)
        {
            copy.Close(cancelled: true);
            copy.Source?.RemoveOutgoing(copy);
        }
        draft.Device.Dispose();
        folder.DeleteDraft(draft.Name.ImageFile);
        folder.DeleteDraft(draft.Name.CopyFile);
    }

    private StoredImage? TryReflink(ImageName name, StoredImage source, long bytes)
    {
        if (_cannotReflink || source.Incoming is not null) return null;
        var device = CreateFile(name, 0);
        try
        {
            var errno = device.File.CloneFrom(source.Device.File);
            if (errno == 0)
            {
                device.TakeLengthOf(source.Device);
                device.Grow(bytes);
                return new StoredImage(name, device, folder);
            }
            if (errno is not (Libc.EOPNOTSUPP or Libc.EXDEV or Libc.EINVAL or Libc.ENOTTY or Libc.ENOSYS))
                throw new IOException($"Cloning {source.Name} failed with errno {errno}.", errno);
        }
        catch
        {
            device.Dispose();
            folder.DeleteDraft(name.ImageFile);
            throw;
        }
        device.Dispose();
        folder.DeleteDraft(name.ImageFile);
        _cannotReflink = true;
        return null;
    }

    private StoredImage MakeChunkCopy(ImageName name, StoredImage source, long bytes)
    {
        var length = source.Device.LengthBytes;
        var done = FindHoles(source, length);
        var state = CopyState.Create(folder.FreshTemporaryPathOf(name.CopyFile), source.Name, length, done, folder.Trace);
        try
        {
            var image = new StoredImage(name, CreateFile(name, bytes), folder);
            var copy = new ChunkCopy(source, image, state, done);
            image.Incoming = copy;
            source.AddOutgoing(copy);
            return image;
        }
        catch
        {
            state.Dispose();
            folder.DeleteDraft(name.CopyFile);
            throw;
        }
    }

    // A byte per chunk, 0 where the source has data. A source that is still being filled cannot tell: all 0.
    private static byte[] FindHoles(StoredImage source, long length)
    {
        var done = new byte[CopyState.ChunksOf(length)];
        if (source.Incoming is not null) return done;

        Array.Fill(done, (byte)1);
        for (long offset = 0; offset < length;)
        {
            if (source.Device.GetAllocation(offset, out var allocated, out var run) != IoFault.None || run <= 0)
                throw new IOException($"The extents of {source.Name} could not be read.");
            var first = (int)(offset / CopyState.ChunkBytes);
            var last = (int)((offset + run - 1) / CopyState.ChunkBytes);
            if (allocated) Array.Clear(done, first, last - first + 1);
            offset += run;
        }
        return done;
    }

    private FileBlockDevice CreateFile(ImageName name, long bytes) =>
        FileBlockDevice.Create(folder.FreshTemporaryPathOf(name.ImageFile), bytes, folder.Io, folder.Trace);
}
