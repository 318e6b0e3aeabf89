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

    private StoreFolder(string path, SafeFileHandle directory, SafeFileHandle ownership) =>
        (_path, _directory, _lock) = (path, directory, ownership);

    /// <summary>Makes it when absent, takes it for this process, and removes what a crash left half made.</summary>
    public static StoreFolder Open(string path)
    {
        path = Path.GetFullPath(path);
        Directory.CreateDirectory(path);
        SafeFileHandle ownership;
        try
        {
            ownership = File.OpenHandle(Path.Combine(path, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException inUse)
        {
            throw new VolumeStoreException("store-in-use",
                $"The volume store {path} cannot be taken: {inUse.Message} Stop the other process that uses it, or give another folder.", inUse);
        }

        var descriptor = Libc.Open(path, Libc.O_RDONLY | Libc.O_CLOEXEC);
        if (descriptor < 0)
        {
            ownership.Dispose();
            throw new VolumeStoreException("store-io-failed", $"The volume store {path} cannot be opened for reading; check its permissions.");
        }
        foreach (var leftover in Directory.EnumerateFiles(path, "*" + ImageName.TemporarySuffix)) File.Delete(leftover);
        return new StoreFolder(path, new SafeFileHandle(descriptor, ownsHandle: true), ownership);
    }

    public long FreeBytes => new DriveInfo(_path).AvailableFreeSpace;

    public long TotalBytes => new DriveInfo(_path).TotalSize;

    public string PathOf(string file) => Path.Combine(_path, file);

    /// <summary>Where a file is made before <see cref="Commit"/>; what a failed try left there is removed.</summary>
    public string FreshTemporaryPathOf(string file)
    {
        var path = TemporaryPathOf(file);
        File.Delete(path);
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
        File.Move(TemporaryPathOf(file), PathOf(file), overwrite: true);
        Sync();
    }

    /// <summary>Removes files, in this order; those that are not there are fine.</summary>
    public void Delete(params ReadOnlySpan<string> files)
    {
        foreach (var file in files) File.Delete(PathOf(file));
        Sync();
    }

    /// <summary>Makes an empty file, durably; when it cannot be made durable it is not there.</summary>
    public void Mark(string file)
    {
        File.OpenHandle(PathOf(file), FileMode.OpenOrCreate, FileAccess.Write).Dispose();
        try
        {
            Sync();
        }
        catch (IOException)
        {
            File.Delete(PathOf(file));
            throw;
        }
    }

    public void Dispose()
    {
        _directory.Dispose();
        _lock.Dispose();
    }

    private string TemporaryPathOf(string file) => PathOf(file) + ImageName.TemporarySuffix;

    private void Sync()
    {
        if (Libc.Sync(_directory) != 0) throw new IOException($"The folder {_path} could not be synced to the medium.");
    }
}
