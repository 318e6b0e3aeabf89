using System.Runtime.InteropServices;

namespace Headgate.Drivers.Ceph.Native;

/// <summary>The part of librados's C interface that the driver uses (rados/librados.h). Negative results are errno numbers.</summary>
internal static unsafe partial class Librados
{
    public const string Name = "librados.so.2";

    /// <summary>LIBRADOS_CREATE_EXCLUSIVE.</summary>
    public const int CreateExclusive = 1;

    [LibraryImport(Name, EntryPoint = "rados_create2", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Create(out nint cluster, string clusterName, string user, ulong flags);

    [LibraryImport(Name, EntryPoint = "rados_conf_read_file", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ReadConfig(nint cluster, string path);

    [LibraryImport(Name, EntryPoint = "rados_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetConfig(nint cluster, string option, string value);

    [LibraryImport(Name, EntryPoint = "rados_conf_get", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int GetConfig(nint cluster, string option, byte* buffer, nuint length);

    [LibraryImport(Name, EntryPoint = "rados_connect")]
    public static partial int Connect(nint cluster);

    [LibraryImport(Name, EntryPoint = "rados_shutdown")]
    public static partial void Shutdown(nint cluster);

    [LibraryImport(Name, EntryPoint = "rados_cluster_fsid")]
    public static partial int Fsid(nint cluster, byte* buffer, nuint length);

    [LibraryImport(Name, EntryPoint = "rados_mon_command")]
    public static partial int MonitorCommand(
        nint cluster, byte** command, nuint count, byte* input, nuint inputLength, out byte* output, out nuint outputLength, out byte* status, out nuint statusLength);

    [LibraryImport(Name, EntryPoint = "rados_mon_command_target", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MonitorCommand(
        nint cluster, string monitor, byte** command, nuint count, byte* input, nuint inputLength, out byte* output, out nuint outputLength,
        out byte* status, out nuint statusLength);

    [LibraryImport(Name, EntryPoint = "rados_buffer_free")]
    public static partial void Free(byte* buffer);

    [LibraryImport(Name, EntryPoint = "rados_ioctx_create", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenPool(nint cluster, string pool, out nint context);

    [LibraryImport(Name, EntryPoint = "rados_ioctx_destroy")]
    public static partial void ClosePool(nint context);

    [LibraryImport(Name, EntryPoint = "rados_ioctx_set_namespace", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetNamespace(nint context, string name);

    [LibraryImport(Name, EntryPoint = "rados_read", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Read(nint context, string objectName, byte* buffer, nuint length, ulong offset);

    [LibraryImport(Name, EntryPoint = "rados_remove", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Remove(nint context, string objectName);

    [LibraryImport(Name, EntryPoint = "rados_create_write_op")]
    public static partial nint NewWrite();

    [LibraryImport(Name, EntryPoint = "rados_release_write_op")]
    public static partial void FreeWrite(nint write);

    [LibraryImport(Name, EntryPoint = "rados_write_op_create")]
    public static partial void WriteCreates(nint write, int exclusive, byte* category);

    [LibraryImport(Name, EntryPoint = "rados_write_op_write_full")]
    public static partial void WriteSets(nint write, byte* buffer, nuint length);

    [LibraryImport(Name, EntryPoint = "rados_write_op_assert_exists")]
    public static partial void WriteNeedsObject(nint write);

    [LibraryImport(Name, EntryPoint = "rados_write_op_setxattr", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void WriteSetsAttribute(nint write, string name, byte* value, nuint length);

    [LibraryImport(Name, EntryPoint = "rados_write_op_rmxattr", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void WriteRemovesAttribute(nint write, string name);

    [LibraryImport(Name, EntryPoint = "rados_write_op_operate", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Operate(nint write, nint context, string objectName, nint* time, int flags);

    [LibraryImport(Name, EntryPoint = "rados_create_read_op")]
    public static partial nint NewRead();

    [LibraryImport(Name, EntryPoint = "rados_release_read_op")]
    public static partial void FreeRead(nint read);

    [LibraryImport(Name, EntryPoint = "rados_read_op_read")]
    public static partial void ReadTakes(nint read, ulong offset, nuint length, byte* buffer, nuint* taken, int* code);

    [LibraryImport(Name, EntryPoint = "rados_read_op_getxattrs")]
    public static partial void ReadTakesAttributes(nint read, nint* iterator, int* code);

    [LibraryImport(Name, EntryPoint = "rados_read_op_operate", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Operate(nint read, nint context, string objectName, int flags);

    [LibraryImport(Name, EntryPoint = "rados_getxattrs_next")]
    public static partial int NextAttribute(nint iterator, out byte* name, out byte* value, out nuint length);

    [LibraryImport(Name, EntryPoint = "rados_getxattrs_end")]
    public static partial void EndAttributes(nint iterator);
}
