using System.Globalization;
using Headgate.Drivers.Ceph.Native;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

/// <summary>
/// A connection to the cluster and its pool, shared by the calls of one store. The libraries reconnect by themselves; only
/// a client that the cluster blocklisted is never let in again and needs a new connection. Closed when nobody uses it.
/// </summary>
internal sealed unsafe class CephConnection
{
    private readonly nint _cluster;
    private int _users = 1; // the holder; see CephConnections

    private CephConnection(nint cluster, nint pool) => (_cluster, Pool) = (cluster, pool);

    /// <summary>The I/O context of the pool and namespace.</summary>
    public nint Pool { get; }

    /// <summary>The cluster's handle.</summary>
    public nint Cluster => _cluster;

    /// <summary>Connects; blocks for at most the mount time-out.</summary>
    public static Outcome<CephConnection> Open(CephConfig config)
    {
        if (CephLibrary.Problem() is { } missing) return missing;
        if (Librados.Create(out var cluster, "ceph", $"client.{config.User}", 0) is < 0 and var none)
            return CephFaults.Of("make a client", none);
        if (Configure(cluster, config) is { } wrong)
        {
            Librados.Shutdown(cluster);
            return wrong;
        }
        if (Librados.Connect(cluster) is < 0 and var refused)
        {
            Librados.Shutdown(cluster);
            return refused is Errno.AccessDenied or Errno.NotPermitted or Errno.Unsupported or Errno.Invalid
                ? Faults.Unauthorized($"The cluster refused user client.{config.User} ({CephFaults.Name(refused)}). Correct the settings 'user' and 'key' of the pool.")
                : Errno.IsSilence(refused)
                    ? Faults.Unreachable($"No monitor answered within {config.OsdTimeout.TotalSeconds:0} s ({CephFaults.Name(refused)}). Check the setting 'monitors' and the network.")
                    : CephFaults.Of("connect", refused);
        }
        if (Librados.OpenPool(cluster, config.Pool, out var pool) is < 0 and var absent)
        {
            Librados.Shutdown(cluster);
            return absent == Errno.NotFound
                ? Faults.InvalidArgument($"The cluster has no pool '{config.Pool}'. Make it (ceph osd pool create, rbd pool init) or correct the setting 'pool'.")
                : CephFaults.Of($"open pool {config.Pool}", absent);
        }
        Librados.SetNamespace(pool, config.Namespace);
        return new CephConnection(cluster, pool);
    }

    /// <summary>The value of a configuration option, after reading files.</summary>
    public string Option(string name)
    {
        var buffer = stackalloc byte[4096];
        return Librados.GetConfig(_cluster, name, buffer, 4096) < 0 ? "" : Text(buffer);
    }

    /// <summary>The cluster's identity.</summary>
    public string Fsid()
    {
        var buffer = stackalloc byte[64];
        return Librados.Fsid(_cluster, buffer, 64) < 0 ? "" : Text(buffer);
    }

    /// <summary>False when it is closed already.</summary>
    public bool TryUse()
    {
        for (var users = Volatile.Read(ref _users); users > 0; users = Volatile.Read(ref _users))
        {
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users) return true;
        }
        return false;
    }

    /// <summary>The end of <see cref="TryUse"/>; the last one closes.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) > 0) return;
        Librados.ClosePool(Pool);
        Librados.Shutdown(_cluster);
    }

    internal static string Text(byte* text) => System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)text) ?? "";

    private static Fault? Configure(nint cluster, CephConfig config)
    {
        if (config.ConfFile is { } file && Librados.ReadConfig(cluster, file) is < 0 and var unread)
            return Faults.InvalidArgument($"'{file}' cannot be read as a ceph.conf ({CephFaults.Name(unread)}). Correct the setting 'confFile', or give 'monitors'.");
        var seconds = ((int)config.OsdTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        (string, string)[] options =
        [
            .. config.Monitors is { } monitors ? [("mon_host", monitors)] : Array.Empty<(string, string)>(),
            ("key", config.Key), ("keyring", "/dev/null"),
            ("client_mount_timeout", seconds), ("rados_mon_op_timeout", seconds), ("rados_osd_op_timeout", seconds),
            // It shares a process with the server: no files, no sockets, nothing on standard error.
            ("log_file", ""), ("log_to_stderr", "false"), ("err_to_stderr", "false"), ("log_to_syslog", "false"), ("admin_socket", ""),
            ("rbd_cache", "false"), // only metadata goes through here; a cache could only be stale
        ];
        foreach (var (name, value) in options)
        {
            if (Librados.SetConfig(cluster, name, value) < 0)
                return Faults.InvalidArgument($"Ceph's library does not take the value of '{name}'. Correct the settings of the pool."); // without the value: it may be the key
        }
        return null;
    }
}
