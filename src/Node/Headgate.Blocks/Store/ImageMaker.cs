using System.Runtime.InteropServices;
using Headgate.Blocks.Native;

namespace Headgate.Blocks;

/// <summary>
/// Makes image files: empty, or with the contents of another. Each is complete and synced under a temporary name before
/// the rename that makes it exist, so a crash leaves it made or not made.
/// </summary>
internal sealed class ImageMaker(StoreFolder folder)
{
    // Set once the file system has refused to share extents; it will not change its mind while it is mounted.
    private bool _cannotReflink;

    public StoredImage MakeEmpty(ImageName name, long bytes)
    {
        var device = FileBlockDevice.Create(folder.FreshTemporaryPathOf(name.ImageFile), bytes);
        return Commit(name, device);
    }

    /// <summary>
    /// Makes an image of what <paramref name="source"/> holds now: by reflink where the file system can, else as a
    /// <see cref="ChunkCopy"/> that the caller hands to the background. The source's writes must stand still.
    /// </summary>
    /// <param name="name">Of the new image.</param>
    /// <param name="source">What it is made of.</param>
    /// <param name="bytes">Its size, not below the source's; what is beyond is zeros.</param>
    public StoredImage MakeFrom(ImageName name, StoredImage source, long bytes)
    {
        // What was acknowledged before the point in time must not be lost by a power cut after it.
        if (source.Device.Flush() != IoFault.None) throw new IOException($"{source.Name} could not be flushed to the medium.");
        return TryReflink(name, source, bytes) ?? MakeChunkCopy(name, source, bytes);
    }

    private StoredImage? TryReflink(ImageName name, StoredImage source, long bytes)
    {
        if (_cannotReflink || source.Incoming is not null) return null;
        var path = folder.FreshTemporaryPathOf(name.ImageFile);
        var device = FileBlockDevice.Create(path, 0);
        if (Libc.IoControl(device.Handle, Libc.FICLONE, source.Device.Handle.DangerousGetHandle()) == 0)
        {
            device.Grow(bytes);
            return Commit(name, device);
        }

        var errno = Marshal.GetLastPInvokeError();
        device.Dispose();
        File.Delete(path);
        if (errno is not (Libc.EOPNOTSUPP or Libc.EXDEV or Libc.EINVAL or Libc.ENOTTY or Libc.ENOSYS))
            throw new IOException($"Cloning {source.Name} failed with errno {errno}.", errno);
        _cannotReflink = true;
        return null;
    }

    private StoredImage MakeChunkCopy(ImageName name, StoredImage source, long bytes)
    {
        var length = source.Device.LengthBytes;
        var done = FindHoles(source, length);
        var state = CopyState.Create(folder.FreshTemporaryPathOf(name.CopyFile), source.Name, length, done);
        try
        {
            // The state first: an image without one is complete, and this one is not.
            folder.Commit(name.CopyFile);
            var image = Commit(name, FileBlockDevice.Create(folder.FreshTemporaryPathOf(name.ImageFile), bytes));
            var copy = new ChunkCopy(source, image, state, done);
            image.Incoming = copy;
            source.AddOutgoing(copy);
            return image;
        }
        catch
        {
            state.Dispose();
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

    private StoredImage Commit(ImageName name, FileBlockDevice device)
    {
        try
        {
            RandomAccess.FlushToDisk(device.Handle);
            folder.Commit(name.ImageFile);
            return new StoredImage(name, device);
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }
}
