using System.Text;
using Headgate.Drivers.Ceph.Native;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

/// <summary>A snapshot of an image as Ceph lists it.</summary>
internal readonly record struct ImageSnapshot(ulong Id, ulong Size, string Name);

/// <summary>An open image. Opening one for reading leaves no watch on it, so that looking never shows up as use.</summary>
internal sealed unsafe class Image : IDisposable
{
    private const int MostMetadataBytes = 64; // of one value: a limit is a number; what is longer is none of ours
    private const int MostChildren = 4096; // of one image: one is enough to keep it
    private const int MostSnapshots = 1 << 16; // 65536 on one image: librbd itself gets slow at some hundred

    private readonly CephCall _call;
    private readonly nint _handle;
    private bool _isClosed;

    private Image(CephCall call, nint handle)
    {
        (_call, _handle) = (call, handle);
        byte* id = stackalloc byte[64], name = stackalloc byte[256]; // an id has at most 14 characters, a name 96 (RBD_MAX_IMAGE_NAME_SIZE)
        var length = (nuint)256;
        call.Told("read an image's id", Librbd.GetId(handle, id, 64));
        call.Told("read an image's name", Librbd.GetName(handle, name, ref length));
        (Id, Name) = (CephConnection.Text(id), CephConnection.Text(name));
    }

    /// <summary>Ceph's id, never given to another image.</summary>
    public string Id { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>In bytes, as of opening or the last change through this object.</summary>
    public long Size
    {
        get
        {
            ulong size = 0;
            _call.Read($"read the size of image {Name}", () => Librbd.GetSize(_handle, out size));
            return (long)size;
        }
    }

    /// <summary>True while it still shows a parent's data.</summary>
    public bool HasParent
    {
        get
        {
            ulong overlap = 0;
            _call.Read($"read the overlap of image {Name}", () => Librbd.GetOverlap(_handle, out overlap));
            return overlap > 0;
        }
    }

    /// <summary>Null when there is none of that name.</summary>
    public static Image? Find(CephCall call, string name, bool forWriting = false)
    {
        return Open(call, name, (out nint handle) => forWriting
            ? Librbd.Open(call.Connection.Pool, name, out handle, null)
            : Librbd.OpenReadOnly(call.Connection.Pool, name, out handle, null));
    }

    /// <summary>Null when there is none with that id.</summary>
    public static Image? FindById(CephCall call, string id, bool forWriting = false)
    {
        return Open(call, id, (out nint handle) => forWriting
            ? Librbd.OpenById(call.Connection.Pool, id, out handle, null)
            : Librbd.OpenByIdReadOnly(call.Connection.Pool, id, out handle, null));
    }

    /// <summary>
    /// Those of <paramref name="keys"/> that are kept beside the image. Never all that is there: a host that may write to the image may have
    /// put megabytes there.
    /// </summary>
    public IReadOnlyDictionary<string, string> ReadMetadata(IEnumerable<string> keys)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        _call.Read($"read metadata of image {Name}", () =>
        {
            var value = new byte[MostMetadataBytes];
            foreach (var key in keys)
            {
                var length = (nuint)MostMetadataBytes;
                int code;
                fixed (byte* v = value) code = Librbd.GetMetadata(_handle, key, v, ref length);
                if (code == Errno.Range) found[key] = ""; // there, and no number
                else if (code >= 0) found[key] = Encoding.UTF8.GetString(value.AsSpan(0, Math.Max(0, value.IndexOf((byte)0))));
                else if (code != Errno.NotFound) return code;
            }
            return 0;
        });
        return found;
    }

    /// <summary>Every client that has the image open is told of the change at once.</summary>
    public void SetMetadata(string key, string value) =>
        _call.Change($"set metadata of image {Name}", () => Librbd.SetMetadata(_handle, key, value));

    public void RemoveMetadata(string key) =>
        _call.Change($"remove metadata of image {Name}", () => Librbd.RemoveMetadata(_handle, key), Errno.NotFound);

    /// <summary>Never shrinks.</summary>
    public void Resize(long bytes) =>
        _call.Change($"resize image {Name}", () => Librbd.Resize(_handle, (ulong)bytes, allowShrink: false, 0, 0));

    public void Flatten() => _call.Change($"flatten image {Name}", () => Librbd.Flatten(_handle), Errno.Invalid); // EINVAL: has no parent any more

    public IReadOnlyList<ImageSnapshot> Snapshots()
    {
        var found = new List<ImageSnapshot>();
        _call.Read($"list snapshots of image {Name}", () =>
        {
            for (var count = 64; count <= MostSnapshots; count *= 4)
            {
                var buffer = new Librbd.SnapshotInfo[count];
                fixed (Librbd.SnapshotInfo* infos = buffer)
                {
                    var most = count;
                    var code = Librbd.ListSnapshots(_handle, infos, ref most);
                    if (code == Errno.Range) continue;
                    if (code < 0) return code;
                    for (var i = 0; i < code; i++) found.Add(new(infos[i].Id, infos[i].Size, CephConnection.Text(infos[i].Name)));
                    Librbd.FreeSnapshots(infos);
                    return 0;
                }
            }
            return Errno.Range;
        });
        return found;
    }

    public DateTimeOffset SnapshotTime(ulong id)
    {
        Librbd.Moment time = default;
        _call.Read($"read the time of a snapshot of image {Name}", () => Librbd.GetSnapshotTime(_handle, id, out time));
        return DateTimeOffset.FromUnixTimeSeconds(time.Seconds).AddTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick);
    }

    public void CreateSnapshot(string name) =>
        _call.Change($"take snapshot {name} of image {Name}", () => Librbd.CreateSnapshot(_handle, name), Errno.Exists);

    public void ProtectSnapshot(string name) // EBUSY: protected already
    {
        if (_call.Change($"protect snapshot {name} of image {Name}", () => Librbd.ProtectSnapshot(_handle, name), Errno.Busy, Errno.NotFound) == Errno.NotFound)
            throw _call.Refused(Faults.Busy($"Snapshot {name} of image {Name} went away while it was being cloned; repeat it."));
    }

    /// <summary>False when a clone still depends on it.</summary>
    public bool TryUnprotectSnapshot(string name) => // EINVAL: is not protected
        _call.Change($"unprotect snapshot {name} of image {Name}", () => Librbd.UnprotectSnapshot(_handle, name), Errno.Busy, Errno.Invalid, Errno.NotFound)
            != Errno.Busy;

    public void RemoveSnapshot(string name) =>
        _call.Change($"remove snapshot {name} of image {Name}", () => Librbd.RemoveSnapshot(_handle, name), Errno.NotFound);

    public void Rollback(string name) =>
        _call.Change($"roll image {Name} back to {name}", () => Librbd.Rollback(_handle, name));

    /// <summary>True while an image depends on one of its snapshots.</summary>
    public bool HasChildren()
    {
        var found = (nuint)0;
        _call.Read($"list children of image {Name}", () =>
        {
            var buffer = new Librbd.LinkedImage[MostChildren];
            fixed (Librbd.LinkedImage* children = buffer)
            {
                found = MostChildren;
                var code = Librbd.ListChildren(_handle, children, ref found);
                if (code == Errno.Range) return 0; // more than that; their number is in found
                if (code >= 0) Librbd.FreeChildren(children, found);
                return code;
            }
        });
        return found > 0;
    }

    /// <summary>Addresses of the clients that have it open for writing; this server is among them when it has.</summary>
    public IReadOnlyList<string> Watchers()
    {
        var found = new List<string>();
        _call.Read($"list watchers of image {Name}", () =>
        {
            for (var count = (nuint)16; count <= 4096; count *= 4) // more clients than any image has
            {
                var buffer = new Librbd.Watcher[count];
                fixed (Librbd.Watcher* watchers = buffer)
                {
                    var most = count;
                    var code = Librbd.ListWatchers(_handle, watchers, ref most);
                    if (code == Errno.Range) continue;
                    if (code < 0) return code;
                    for (var i = 0; i < (int)most; i++) found.Add(CephConnection.Text(watchers[i].Address));
                    Librbd.FreeWatchers(watchers, most);
                    return 0;
                }
            }
            return Errno.Range;
        });
        return found;
    }

    public void Dispose()
    {
        if (!_isClosed) _ = Librbd.Close(_handle); // nothing is buffered: the cache is off and only metadata went through
        _isClosed = true;
    }

    private delegate int Opening(out nint handle);

    /// <summary>
    /// Opens the image with that id for reading, however it is. Null when there is none, or none that can be opened: whoever may write to it may
    /// have spoilt it. Throws only when nobody answers.
    /// </summary>
    public static Image? Look(CephCall call, string id)
    {
        nint handle = 0;
        return call.Ask($"open image {id}", () => Librbd.OpenByIdReadOnly(call.Connection.Pool, id, out handle, null)) < 0 ? null : Take(call, handle);
    }

    private static Image? Open(CephCall call, string which, Opening open)
    {
        nint handle = 0;
        var isTaken = false;
        try
        {
            if (call.Read($"open image {which}", () => open(out handle), Errno.NotFound) == Errno.NotFound) return null;
            isTaken = true;
            return Take(call, handle);
        }
        finally
        {
            if (handle != 0 && !isTaken) _ = Librbd.Close(handle); // opened, and then somebody put around the request said otherwise
        }
    }

    private static Image Take(CephCall call, nint handle)
    {
        try
        {
            return new Image(call, handle);
        }
        catch (StopHere)
        {
            _ = Librbd.Close(handle);
            throw;
        }
    }
}
