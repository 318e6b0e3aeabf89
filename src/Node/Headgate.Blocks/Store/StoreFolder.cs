using Headgate.Blocks.Native;
using Microsoft.Win32.SafeHandles;

namespace Headgate.Blocks;

/// <summary>The folder of a store: names, and changes to them that survive a loss of power.</summary>
internal sealed class StoreFolder : IDisposable
{
    private const string LockFile = "store.lock";

    private readonly string _path;
    private readonly SafeFileHandle _directory;
    private readonly SafeFileHandle _lock;

    private StoreFolder(string path, SafeFileHandle directory, SafeFileHandle ownership, FileIo io, IStoreTrace? trace) =>
        (_path, _directory, _lock, Io, Trace) = (path, directory, ownership, io, trace);

    /// <summary>How images in it are read and written.</summary>
    public FileIo Io { get; }

    public IStoreTrace? Trace { get; }

    /// <summary>Makes it when absent, takes it for this process, and removes what a crash left half made.</summary>
    /// <exception cref="VolumeStoreException"><c>store-in-use</c>, <c>store-io-failed</c>, <c>direct-io-unavailable</c>.</exception>
    public static StoreFolder Open(string path, FileIoMode mode, IStoreTrace? trace)
    {
        path = Path.GetFullPath(path);
        Directory.CreateDirectory(path);
        var ownership = Take(path);
        SafeFileHandle? directory = null;
        try
        {
            directory = OpenDirectory(path);
            foreach (var leftover in Directory.EnumerateFiles(path, "*" + ImageName.TemporarySuffix)) File.Delete(leftover);
            return new StoreFolder(path, directory, ownership, ChooseIo(path, mode), trace);
        }
        catch
        {
            directory?.Dispose();
            ownership.Dispose();
            throw;
        }
    }

    public long FreeBytes => new DriveInfo(_path).AvailableFreeSpace;

    public long TotalBytes => new DriveInfo(_path).TotalSize;

    public string PathOf(string file) => Path.Combine(_path, file);

    /// <summary>Where a file is made before <see cref="Commit"/>; what a failed try left there is removed.</summary>
    public string FreshTemporaryPathOf(string file)
    {
        var path = TemporaryPathOf(file);
        Remove(path);
        return path;
    }

    public bool Has(string file) => File.Exists(PathOf(file));

    /// <summary>The images whose file has this suffix.</summary>
    public IEnumerable<ImageName> Names(string suffix)
    {
        foreach (var path in Directory.EnumerateFiles(_path, "*" + suffix))
            if (ImageName.TryParse(Path.GetFileNameWithoutExtension(path.AsSpan()), out var name)) yield return name;
    }

    /// <summary>Gives a finished temporary file its name, durably. Its contents must be synced before.</summary>
    public void Commit(string file)
    {
        var (from, to) = (TemporaryPathOf(file), PathOf(file));
        File.Move(from, to, overwrite: true);
        Trace?.Renamed(from, to);
        Sync();
    }

    /// <summary>Removes files, in this order; those that are not there are fine.</summary>
    public void Delete(params ReadOnlySpan<string> files)
    {
        foreach (var file in files) Remove(PathOf(file));
        Sync();
    }

    /// <summary>
    /// Removes a file that may have its name already or not yet. What cannot be removed stays for the next start, which
    /// takes it for what a crash left.
    /// </summary>
    public void DeleteDraft(string file)
    {
        foreach (var path in (ReadOnlySpan<string>)[TemporaryPathOf(file), PathOf(file)])
        {
            try
            {
                Remove(path);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // see above
            }
        }
    }

    /// <summary>Makes an empty file, durably; when it cannot be made durable it is not there.</summary>
    public void Mark(string file)
    {
        var path = PathOf(file);
        File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write).Dispose();
        Trace?.Opened(path);
        try
        {
            Sync();
        }
        catch (IOException)
        {
            Remove(path);
            throw;
        }
    }

    /// <summary>Puts the names as they are now on the medium.</summary>
    /// <exception cref="IOException">It failed.</exception>
    public void Sync()
    {
        if (Libc.Sync(_directory) != 0) throw new IOException($"The folder {_path} could not be synced to the medium.");
        Trace?.FolderSynced();
    }

    public void Dispose()
    {
        _directory.Dispose();
        _lock.Dispose();
    }

    private static SafeFileHandle Take(string path)
    {
        try
        {
            return File.OpenHandle(Path.Combine(path, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException inUse)
        {
            throw new VolumeStoreException("store-in-use",
                $"The volume store {path} cannot be taken: {inUse.Message} Stop the other process that uses it, or give another folder.", inUse);
        }
    }

    private static SafeFileHandle OpenDirectory(string path)
    {
        var descriptor = Libc.Open(path, Libc.O_RDONLY | Libc.O_CLOEXEC);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new VolumeStoreException("store-io-failed", $"The volume store {path} cannot be opened for reading; check its permissions.");
    }

    private static FileIo ChooseIo(string path, FileIoMode mode)
    {
        var io = DirectIoProbe.Choose(path, mode);
        if (mode == FileIoMode.Direct && !io.IsDirect)
            throw new VolumeStoreException("direct-io-unavailable",
                $"Direct I/O was asked for and cannot be done in {path}: {io.Reason}. Put the store on another file system, or start with --io auto.");
        return io;
    }

    private void Remove(string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path)) return;
        File.Delete(path);
        Trace?.Removed(path);
    }

    private string TemporaryPathOf(string file) => PathOf(file) + ImageName.TemporarySuffix;
}
