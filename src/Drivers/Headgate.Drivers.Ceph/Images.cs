using Headgate.Drivers.Ceph.Native;

namespace Headgate.Drivers.Ceph;

/// <summary>Calls that concern the pool's directory of images rather than one open image.</summary>
internal static unsafe class Images
{
    private const int MostImages = 1 << 20; // a directory of a million images takes seconds to list and 100 MB

    /// <summary>Every image of the pool and namespace, by id.</summary>
    public static IReadOnlyDictionary<string, string> List(CephCall call)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        call.Read("list images", () =>
        {
            for (var room = (nuint)256; room <= MostImages;)
            {
                var buffer = new Librbd.ImageSpec[room];
                fixed (Librbd.ImageSpec* specs = buffer)
                {
                    var count = room;
                    var code = Librbd.List(call.Connection.Pool, specs, ref count);
                    if (code == Errno.Range)
                    {
                        room = Math.Max(room * 2, count + 64); // somebody may make more meanwhile
                        continue;
                    }
                    if (code < 0) return code;
                    for (var i = 0; i < (int)count; i++)
                    {
                        // An image of format 1 has no id, and so none that could be the beginning of another's.
                        if (CephConnection.Text(specs[i].Id) is { Length: > 0 } id) found[id] = CephConnection.Text(specs[i].Name);
                    }
                    Librbd.FreeList(specs, count);
                    return 0;
                }
            }
            return Errno.Range;
        });
        return found;
    }

    /// <summary>False when there is one of that name already.</summary>
    public static bool TryCreate(CephCall call, string name, long bytes) => call.Change($"create image {name}", () =>
    {
        var order = 0; // the default: objects of 4 MiB
        return Librbd.Create(call.Connection.Pool, name, (ulong)bytes, Librbd.Features, ref order);
    }, Errno.Exists) != Errno.Exists;

    /// <summary>False when there is one of that name already.</summary>
    public static bool TryClone(CephCall call, string parent, string snapshot, string name) => call.Change($"clone image {parent} to {name}", () =>
    {
        var order = 0;
        return Librbd.Clone(call.Connection.Pool, parent, snapshot, call.Connection.Pool, name, Librbd.Features, ref order);
    }, Errno.Exists) != Errno.Exists;

    /// <summary>True also when it was gone; false when somebody has it open.</summary>
    public static bool TryRemove(CephCall call, string name) =>
        call.Change($"remove image {name}", () => Librbd.Remove(call.Connection.Pool, name), Errno.NotFound, Errno.Busy) != Errno.Busy;

    /// <summary>
    /// Of an image that cannot be opened: librbd removes one without a header, and not one whose header it cannot read. The data is
    /// not found without it and stays; see docs/drivers/ceph.md.
    /// </summary>
    public static void RemoveHeader(CephCall call, string imageId) =>
        call.Change($"remove the header of image {imageId}", () => Librados.Remove(call.Connection.Pool, $"rbd_header.{imageId}"), Errno.NotFound);

    /// <summary>True when the pool has that RBD namespace.</summary>
    public static bool HasNamespace(CephCall call, string name)
    {
        byte exists = 0;
        call.Read($"look for namespace {name}", () => Librbd.NamespaceExists(call.Connection.Pool, name, out exists));
        return exists != 0;
    }
}
