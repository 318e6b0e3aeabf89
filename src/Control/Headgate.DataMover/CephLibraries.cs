using System.Runtime.InteropServices;

namespace Headgate.DataMover;

/// <summary>What of librados and librbd (Ceph 14 and later) a client needs that only reads and writes one image. Negative results are -errno.</summary>
internal static unsafe partial class CephLibraries
{
    public const string Rados = "librados.so.2", Rbd = "librbd.so.1";

    /// <summary>The one that is not on this machine; null when both are.</summary>
    public static string? Missing() => !NativeLibrary.TryLoad(Rados, out _) ? Rados : !NativeLibrary.TryLoad(Rbd, out _) ? Rbd : null;

    [LibraryImport(Rados, EntryPoint = "rados_create2", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Create(out nint cluster, string clusterName, string user, ulong flags);

    [LibraryImport(Rados, EntryPoint = "rados_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetConfig(nint cluster, string option, string value);

    [LibraryImport(Rados, EntryPoint = "rados_connect")]
    public static partial int Connect(nint cluster);

    [LibraryImport(Rados, EntryPoint = "rados_shutdown")]
    public static partial void Shutdown(nint cluster);

    [LibraryImport(Rados, EntryPoint = "rados_ioctx_create", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenPool(nint cluster, string pool, out nint context);

    [LibraryImport(Rados, EntryPoint = "rados_ioctx_set_namespace", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetNamespace(nint context, string name);

    [LibraryImport(Rados, EntryPoint = "rados_ioctx_destroy")]
    public static partial void ClosePool(nint context);

    [LibraryImport(Rbd, EntryPoint = "rbd_open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenImage(nint pool, string name, out nint image, string? snapshot);

    [LibraryImport(Rbd, EntryPoint = "rbd_close")]
    public static partial int CloseImage(nint image);

    [LibraryImport(Rbd, EntryPoint = "rbd_get_size")]
    public static partial int Size(nint image, out ulong bytes);

    [LibraryImport(Rbd, EntryPoint = "rbd_read")]
    public static partial nint Read(nint image, ulong offset, nuint length, byte* buffer);

    [LibraryImport(Rbd, EntryPoint = "rbd_write")]
    public static partial nint Write(nint image, ulong offset, nuint length, byte* buffer);

    [LibraryImport(Rbd, EntryPoint = "rbd_flush")]
    public static partial int Flush(nint image);
}
