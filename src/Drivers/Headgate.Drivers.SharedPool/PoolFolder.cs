using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SharedPool;

/// <summary>
/// The folder: its marker, its lock, and records that appear and disappear whole. A volume exists when its record does.
/// Data is written under a name that nobody used before, made durable, and becomes the volume's when the record that names
/// it is linked in; data that no record names is what an interrupted call left behind, and is swept away.
/// </summary>
internal sealed class PoolFolder(SharedPoolSettings settings, TimeProvider clock)
{
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(5);

    /// <summary>Changes under the lock take milliseconds; one that the same holder has for longer belongs to a server that hangs.</summary>
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(20);

    private volatile bool _wasThere;

    public string Folder => settings.Folder;

    public string At(string name) => Path.Combine(settings.Folder, name);

    /// <summary>The marker; null when the folder has none. A folder that had one and has none now is not mounted.</summary>
    public Marker? Marker()
    {
        if (settings.MustBeMounted && !(Directory.Exists(Folder) && FileSystem.IsMountPoint(Folder)))
            throw new StopHere(FileFaults.NotThere(Folder, $"Nothing is mounted at {Folder}"));
        if (!Directory.Exists(Folder)) throw new StopHere(FileFaults.NotThere(Folder, $"There is no folder {Folder}"));
        var marker = Read(Names.Marker, RecordsJson.Default.Marker);
        if (marker is null && _wasThere) throw new StopHere(FileFaults.NotThere(Folder, $"{Folder} has lost its marker {Names.Marker}: another file system, or none, is mounted there now"));
        _wasThere |= marker?.Pools.Contains(settings.PoolId) == true;
        return marker;
    }

    /// <summary>The storage is there and this pool is attached to it: the first thing that every call on volumes makes sure of.</summary>
    public Marker NeedAttached() =>
        Marker() is { } marker && marker.Pools.Contains(settings.PoolId)
            ? marker
            : throw new StopHere(FileFaults.NotThere(Folder, $"{Folder} does not have this pool's entry in {Names.Marker}: another file system, or none, is mounted there now"));

    public void WriteMarker(Marker marker) => Write(Names.Marker, marker, RecordsJson.Default.Marker);

    /// <summary>After this a missing marker is no surprise. Under the lock, whose file goes as well; who waits for it makes another.</summary>
    public void Forget()
    {
        Delete(Names.Marker);
        _wasThere = false;
        Delete(Names.Lock);
    }

    public void Detached() => _wasThere = false;

    /// <summary>
    /// One change at a time, of all servers on this folder: flock(2) on a file of its own. Waits in steps, because .NET has
    /// no waiting lock. Many who change something are waited for as long as the lock goes from one to the next: each taker
    /// leaves a mark on the file, and only one who keeps it is said to hang.
    /// </summary>
    public IDisposable Locked(PoolCall call)
    {
        var (since, taken) = (clock.GetTimestamp(), default(DateTime));
        while (true)
        {
            call.Stop.ThrowIfCancellationRequested();
            if (TryLock(At(Names.Lock), FileMode.OpenOrCreate) is { } held)
            {
                // The last pool that went may have taken the file away between our opening and our locking it: then this is
                // a lock on a file that nobody else will ever meet.
                if (FileSystem.IsAt(held.SafeFileHandle, At(Names.Lock))) return Marked(held);
                held.Dispose();
                continue;
            }
            if (File.GetLastWriteTimeUtc(At(Names.Lock)) is var mark && mark != taken) (since, taken) = (clock.GetTimestamp(), mark);
            if (clock.GetElapsedTime(since) > LockPatience)
                throw new StopHere(Faults.Busy($"{At(Names.Lock)} is held by another server for {LockPatience.TotalSeconds:0} s already. It is tried again; if that goes on, find out what hangs there."));
            call.Stop.WaitHandle.WaitOne(LockPause);
        }
    }

    /// <summary>Changes the file's time, by its length (0 or 1): that needs neither a block on a full file system nor to own the file.</summary>
    private static FileStream Marked(FileStream held)
    {
        held.SetLength(1 - Math.Min(held.Length, 1));
        return held;
    }

    public VolumeRecord? Volume(ObjectKey key) => Checked(Read(Names.VolumeRecord(key), RecordsJson.Default.VolumeRecord), key);

    public SnapshotRecord? Snapshot(ObjectKey key) =>
        Read(Names.SnapshotRecord(key), RecordsJson.Default.SnapshotRecord) is not { } record ? null
        : record.Key == key.Value && Names.KeyOfSnapshotData(record.Data) == key ? record
        : throw Damage(Names.SnapshotRecord(key));

    /// <summary>Publishes a new volume; false when somebody else's was first.</summary>
    public bool TryAdd(VolumeRecord record) => TryPublish(Names.VolumeRecord(new(record.Key)), record, RecordsJson.Default.VolumeRecord);

    public bool TryAdd(SnapshotRecord record) => TryPublish(Names.SnapshotRecord(new(record.Key)), record, RecordsJson.Default.SnapshotRecord);

    public void Replace(VolumeRecord record) => Write(Names.VolumeRecord(new(record.Key)), record, RecordsJson.Default.VolumeRecord);

    /// <summary>Takes a name away, durably; one that is gone already is fine.</summary>
    public void Delete(string name)
    {
        File.Delete(At(name));
        FileSystem.SyncFolder(Folder);
    }

    /// <summary>Names of all files, ours and others'; folders left out.</summary>
    public IReadOnlyList<string> Files() => [.. Directory.EnumerateFiles(Folder).Select(Path.GetFileName)!];

    /// <summary>A new data file, held so that no sweep takes it for left behind while it is filled. Under the lock.</summary>
    public FileStream NewData(string name) => new(At(name), new FileStreamOptions
    {
        Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    /// <summary>Deletes what interrupted calls left: drafts, and data that no record names and nobody is filling. Under the lock.</summary>
    public void Sweep()
    {
        var files = Files();
        var left = files.Where(f => f.StartsWith('.') && f.EndsWith(Names.Draft, StringComparison.Ordinal))
            .Concat(Unnamed(files, Names.KeyOfVolumeData, Names.VolumeRecord, key => Volume(key)?.Data))
            .Concat(Unnamed(files, Names.KeyOfSnapshotData, Names.SnapshotRecord, key => Snapshot(key)?.Data)).ToList();
        foreach (var file in left)
        {
            using var held = TryLock(At(file), FileMode.Open);
            if (held is not null) File.Delete(At(file));
        }
    }

    /// <summary>True when a second taker of a lock is turned away, as it is not on some network file systems.</summary>
    public bool LocksHold() => TryLock(At(Names.Lock), FileMode.Open) is not { } second || Released(second);

    private static bool Released(FileStream second)
    {
        second.Dispose();
        return false;
    }

    /// <summary>
    /// Data that no record names. Records are read only where the listing leaves a doubt, which is next to never; data beside
    /// one record that names another is nobody's leftover but damage, and stays.
    /// </summary>
    private static IEnumerable<string> Unnamed(
        IReadOnlyList<string> files, Func<string, ObjectKey?> keyOf, Func<ObjectKey, string> recordOf, Func<ObjectKey, string?> named)
    {
        var there = files.ToHashSet();
        foreach (var group in files.Where(f => keyOf(f) is not null).GroupBy(f => keyOf(f)!.Value))
        {
            if (!there.Contains(recordOf(group.Key)))
            {
                foreach (var file in group) yield return file;
            }
            else if (group.Count() > 1 && named(group.Key) is { } current && group.Contains(current))
            {
                foreach (var file in group.Where(f => f != current)) yield return file;
            }
        }
    }

    private static VolumeRecord? Checked(VolumeRecord? record, ObjectKey key) =>
        record is null ? null
        : record.Key == key.Value && Names.KeyOfVolumeData(record.Data) == key ? record
        : throw Damage(Names.VolumeRecord(key));

    private static StopHere Damage(string name) => new(new Fault(
        FileFaults.Damaged, $"{name} does not say what a record of ours says. Somebody changed it; compare it with the others, and put it right or move it away.", Recovery.AskOperator));

    private T? Read<T>(string name, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(At(name)), type) ?? throw Damage(name);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (JsonException)
        {
            throw Damage(name);
        }
    }

    private bool TryPublish<T>(string name, T record, JsonTypeInfo<T> type)
    {
        var draft = WriteDraft(record, type);
        try
        {
            if (!FileSystem.TryLink(draft, At(name))) return false;
        }
        finally
        {
            File.Delete(draft);
        }
        FileSystem.SyncFolder(Folder);
        return true;
    }

    private void Write<T>(string name, T record, JsonTypeInfo<T> type)
    {
        File.Move(WriteDraft(record, type), At(name), overwrite: true);
        FileSystem.SyncFolder(Folder);
    }

    private string WriteDraft<T>(T record, JsonTypeInfo<T> type)
    {
        var draft = At(Names.NewDraft());
        try
        {
            using var file = NewData(Path.GetFileName(draft));
            JsonSerializer.Serialize(file, record, type);
            file.Flush(flushToDisk: true);
            return draft;
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    /// <summary>Null when somebody else holds it, or it is gone.</summary>
    private static FileStream? TryLock(string path, FileMode mode)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0,
            });
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            return null;
        }
    }

    private const int WouldBlock = 11; // EWOULDBLOCK from flock(2)
}
