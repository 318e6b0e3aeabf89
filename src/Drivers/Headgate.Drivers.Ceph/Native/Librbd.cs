using System.Runtime.InteropServices;

namespace Headgate.Drivers.Ceph.Native;

/// <summary>The part of librbd's C interface that the driver uses (rbd/librbd.h). Negative results are errno numbers.</summary>
internal static unsafe partial class Librbd
{
    public const string Name = "librbd.so.1";

    /// <summary>layering, exclusive-lock, object-map, fast-diff, deep-flatten: what <c>rbd create</c> gives by default.</summary>
    public const ulong Features = 1 | 4 | 8 | 16 | 32;

    [StructLayout(LayoutKind.Sequential)]
    public struct ImageSpec
    {
        public byte* Id;
        public byte* Name;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct SnapshotInfo
    {
        public ulong Id;
        public ulong Size;
        public byte* Name;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Watcher
    {
        public byte* Address;
        public long Client;
        public ulong Cookie;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct LinkedImage
    {
        public long Pool;
        public byte* PoolName;
        public byte* Namespace;
        public byte* Id;
        public byte* Name;
        public byte IsInTrash;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Moment
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [LibraryImport(Name, EntryPoint = "rbd_create2", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Create(nint pool, string name, ulong size, ulong features, ref int order);

    [LibraryImport(Name, EntryPoint = "rbd_open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(nint pool, string name, out nint image, string? snapshot);

    [LibraryImport(Name, EntryPoint = "rbd_open_read_only", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenReadOnly(nint pool, string name, out nint image, string? snapshot);

    [LibraryImport(Name, EntryPoint = "rbd_open_by_id", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenById(nint pool, string id, out nint image, string? snapshot);

    [LibraryImport(Name, EntryPoint = "rbd_open_by_id_read_only", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenByIdReadOnly(nint pool, string id, out nint image, string? snapshot);

    [LibraryImport(Name, EntryPoint = "rbd_close")]
    public static partial int Close(nint image);

    [LibraryImport(Name, EntryPoint = "rbd_get_id")]
    public static partial int GetId(nint image, byte* id, nuint length);

    [LibraryImport(Name, EntryPoint = "rbd_get_name")]
    public static partial int GetName(nint image, byte* name, ref nuint length);

    [LibraryImport(Name, EntryPoint = "rbd_get_size")]
    public static partial int GetSize(nint image, out ulong size);

    [LibraryImport(Name, EntryPoint = "rbd_get_overlap")]
    public static partial int GetOverlap(nint image, out ulong overlap);

    [LibraryImport(Name, EntryPoint = "rbd_resize2")]
    public static partial int Resize(nint image, ulong size, [MarshalAs(UnmanagedType.U1)] bool allowShrink, nint progress, nint argument);

    [LibraryImport(Name, EntryPoint = "rbd_remove", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Remove(nint pool, string name);

    [LibraryImport(Name, EntryPoint = "rbd_list2")]
    public static partial int List(nint pool, ImageSpec* images, ref nuint count);

    [LibraryImport(Name, EntryPoint = "rbd_image_spec_list_cleanup")]
    public static partial void FreeList(ImageSpec* images, nuint count);

    [LibraryImport(Name, EntryPoint = "rbd_metadata_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetMetadata(nint image, string key, string value);

    [LibraryImport(Name, EntryPoint = "rbd_metadata_remove", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RemoveMetadata(nint image, string key);

    [LibraryImport(Name, EntryPoint = "rbd_metadata_get", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GetMetadata(nint image, string key, byte* value, ref nuint length);

    [LibraryImport(Name, EntryPoint = "rbd_snap_create", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int CreateSnapshot(nint image, string name);

    [LibraryImport(Name, EntryPoint = "rbd_snap_remove", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RemoveSnapshot(nint image, string name);

    [LibraryImport(Name, EntryPoint = "rbd_snap_protect", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ProtectSnapshot(nint image, string name);

    [LibraryImport(Name, EntryPoint = "rbd_snap_unprotect", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UnprotectSnapshot(nint image, string name);

    [LibraryImport(Name, EntryPoint = "rbd_snap_rollback", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rollback(nint image, string name);

    [LibraryImport(Name, EntryPoint = "rbd_snap_list")]
    public static partial int ListSnapshots(nint image, SnapshotInfo* snapshots, ref int count);

    [LibraryImport(Name, EntryPoint = "rbd_snap_list_end")]
    public static partial void FreeSnapshots(SnapshotInfo* snapshots);

    [LibraryImport(Name, EntryPoint = "rbd_snap_get_timestamp")]
    public static partial int GetSnapshotTime(nint image, ulong snapshot, out Moment time);

    [LibraryImport(Name, EntryPoint = "rbd_clone", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Clone(nint parentPool, string parent, string snapshot, nint pool, string name, ulong features, ref int order);

    [LibraryImport(Name, EntryPoint = "rbd_flatten")]
    public static partial int Flatten(nint image);

    [LibraryImport(Name, EntryPoint = "rbd_list_children3")]
    public static partial int ListChildren(nint image, LinkedImage* children, ref nuint count);

    [LibraryImport(Name, EntryPoint = "rbd_linked_image_spec_list_cleanup")]
    public static partial void FreeChildren(LinkedImage* children, nuint count);

    [LibraryImport(Name, EntryPoint = "rbd_watchers_list")]
    public static partial int ListWatchers(nint image, Watcher* watchers, ref nuint count);

    [LibraryImport(Name, EntryPoint = "rbd_watchers_list_cleanup")]
    public static partial void FreeWatchers(Watcher* watchers, nuint count);

    [LibraryImport(Name, EntryPoint = "rbd_namespace_exists", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int NamespaceExists(nint pool, string name, out byte exists);
}
