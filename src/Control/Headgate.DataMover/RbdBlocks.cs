using System.Globalization;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.DataMover;

/// <summary>An RBD image through librbd, as the user that was granted it and with its key; nothing of either is written to a file or a command line.</summary>
internal sealed class RbdBlocks : IBlocks
{
    private const int Truncated = 5; // EIO

    private readonly nint _cluster, _pool, _image;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;
    private bool _isClosing;

    private RbdBlocks(nint cluster, nint pool, nint image, long bytes) => (_cluster, _pool, _image, Bytes) = (cluster, pool, image, bytes);

    public long Bytes { get; }

    /// <summary>librbd takes any offset; a sector keeps it from reading before it writes.</summary>
    public int BlockBytes => 512;

    public static Task<Outcome<IBlocks>> OpenAsync(Connection.Rbd rbd, CancellationToken stop) => Task.Run(() => Open(rbd), stop);

    public Task ReadAsync(long offset, Memory<byte> into, CancellationToken stop) => CallAsync(() => Read(offset, into), "read", stop);

    public Task WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken stop) => CallAsync(() => Write(offset, data), "write", stop);

    public Task FlushAsync(CancellationToken stop) => CallAsync(() => CephLibraries.Flush(_image), "flush", stop);

    /// <summary>Waits for calls under way: the library must not be closed under them.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isClosing) return;
            _isClosing = true;
            if (_calls == 0) _idle.SetResult();
        }
        await _idle.Task.ConfigureAwait(false);
        await Task.Run(Close).ConfigureAwait(false);
    }

    private static Outcome<IBlocks> Open(Connection.Rbd rbd)
    {
        if (CephLibraries.Missing() is { } library) return MoverFaults.LibraryMissing(library);
        var what = $"RBD image {rbd.Pool}/{rbd.Image}";
        if (CephLibraries.Create(out var cluster, "ceph", $"client.{rbd.User}", 0) is < 0 and var none) return Failed(what, "make a client", none);
        nint pool = 0;
        var fault = Connect(cluster, rbd, what);
        if (fault is null && CephLibraries.OpenPool(cluster, rbd.Pool, out pool) is < 0 and var absent) fault = Failed(what, "open its pool", absent);
        if (fault is null)
        {
            CephLibraries.SetNamespace(pool, rbd.Namespace ?? "");
            var opened = CephLibraries.OpenImage(pool, rbd.Image, out var image, null);
            if (opened >= 0 && CephLibraries.Size(image, out var bytes) >= 0) return new RbdBlocks(cluster, pool, image, (long)bytes);
            if (opened >= 0) _ = CephLibraries.CloseImage(image);
            fault = Failed(what, "open it", opened);
        }
        if (pool != 0) CephLibraries.ClosePool(pool);
        CephLibraries.Shutdown(cluster);
        return fault;
    }

    private static Fault? Connect(nint cluster, Connection.Rbd rbd, string what)
    {
        var seconds = ((int)DataMover.Patience.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        (string, string)[] options =
        [
            ("mon_host", string.Join(',', rbd.Monitors)), ("key", rbd.Key), ("keyring", "/dev/null"),
            ("client_mount_timeout", seconds), ("rados_mon_op_timeout", seconds), ("rados_osd_op_timeout", seconds),
            // It shares a process with the server: no files, no sockets, nothing on standard error.
            ("log_file", ""), ("log_to_stderr", "false"), ("err_to_stderr", "false"), ("log_to_syslog", "false"), ("admin_socket", ""),
            ("rbd_cache", "false"), // what is read back shall come from the cluster
        ];
        foreach (var (name, value) in options)
            if (CephLibraries.SetConfig(cluster, name, value) is < 0 and var wrong) return Failed(what, $"set {name}", wrong); // without the value: it may be the key
        return CephLibraries.Connect(cluster) is < 0 and var refused ? Failed(what, "connect", refused) : null;
    }

    private static Fault Failed(string what, string doing, int error) => MoverFaults.Unreachable(what, $"could not {doing} (errno {-error})");

    private async Task CallAsync(Func<nint> call, string doing, CancellationToken stop)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosing, this);
            _calls++;
        }
        // Not cancelled once it runs: the library has the buffer until it returns, in rados_osd_op_timeout at the latest.
        var result = await Task.Run(() =>
        {
            try
            {
                return call();
            }
            finally
            {
                lock (_gate)
                    if (--_calls == 0 && _isClosing) _idle.TrySetResult();
            }
        }, CancellationToken.None).WaitAsync(stop).ConfigureAwait(false);
        if (result < 0) throw new IOException($"librbd could not {doing} (errno {-result}).");
    }

    private unsafe nint Read(long offset, Memory<byte> into)
    {
        using var pinned = into.Pin();
        var read = CephLibraries.Read(_image, (ulong)offset, (nuint)into.Length, (byte*)pinned.Pointer);
        return read < 0 || read == into.Length ? read : -Truncated;
    }

    private unsafe nint Write(long offset, ReadOnlyMemory<byte> data)
    {
        using var pinned = data.Pin();
        return CephLibraries.Write(_image, (ulong)offset, (nuint)data.Length, (byte*)pinned.Pointer);
    }

    private void Close()
    {
        _ = CephLibraries.CloseImage(_image);
        CephLibraries.ClosePool(_pool);
        CephLibraries.Shutdown(_cluster);
    }
}
