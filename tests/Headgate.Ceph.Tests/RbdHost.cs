using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Headgate.Drivers.Ceph;
using Headgate.Drivers.Ceph.Native;
using Headgate.Primitives;
using Headgate.Storage.Conformance;
using Headgate.Storage.Sdk;

namespace Headgate.Ceph.Tests;

/// <summary>A host with librbd: it knows the connection that it was given, and nothing else.</summary>
internal sealed unsafe partial class RbdHost : IDataProbe
{
    private readonly ConcurrentDictionary<string, Connection.Rbd> _credentials = new();

    public bool CanUse(Connection connection) => connection is Connection.Rbd;

    /// <summary>With the user that the initiator was given first: another volume's, when the kit plays an intruder.</summary>
    public ValueTask<bool> ReachAsync(Connection connection, string initiatorName, ChapCredential? chap, CancellationToken stop)
    {
        var wanted = (Connection.Rbd)connection;
        var own = _credentials.GetOrAdd(initiatorName, wanted);
        return ValueTask.FromResult(Open(wanted with { User = own.User, Key = own.Key }, image => 0) == 0);
    }

    public ValueTask WriteAsync(Connection connection, string initiatorName, ReadOnlyMemory<byte> block, CancellationToken stop)
    {
        Assert.Equal(0, Write((Connection.Rbd)connection, block.Span.ToArray()));
        return ValueTask.CompletedTask;
    }

    public ValueTask<byte[]> ReadAsync(Connection connection, string initiatorName, CancellationToken stop)
    {
        var block = new byte[IDataProbe.BlockBytes];
        Assert.Equal(block.Length, Open((Connection.Rbd)connection, image =>
        {
            fixed (byte* b = block) return (int)Read(image, 0, (nuint)block.Length, b);
        }));
        return ValueTask.FromResult(block);
    }

    /// <summary>0, or a negative errno.</summary>
    public static int Write(Connection.Rbd connection, byte[] block) => Open(connection, image => WriteTo(image, block));

    /// <summary>The first <paramref name="bytes"/>.</summary>
    public static byte[] ReadAll(Connection.Rbd connection, int bytes)
    {
        var all = new byte[bytes];
        Assert.Equal(bytes, Open(connection, image =>
        {
            fixed (byte* b = all) return (int)Read(image, 0, (nuint)bytes, b);
        }));
        return all;
    }

    public static int WriteTo(nint image, byte[] block)
    {
        fixed (byte* b = block)
        {
            var written = (int)Write(image, 0, (nuint)block.Length, b);
            return written < 0 ? written : Flush(image);
        }
    }

    /// <summary>What <paramref name="work"/> returns, or the negative errno with which the host was turned away.</summary>
    public static int Open(Connection.Rbd connection, Func<nint, int> work)
    {
        var config = ConfigOf(connection);
        if (CephConnection.Open(config) is not Outcome<CephConnection>.Done { Value: var cluster }) return Errno.AccessDenied;
        try
        {
            if (Librbd.Open(cluster.Pool, connection.Image, out var image, null) is < 0 and var refused) return refused;
            try
            {
                return work(image);
            }
            finally
            {
                _ = Librbd.Close(image);
            }
        }
        finally
        {
            cluster.Release();
        }
    }

    private static CephConfig ConfigOf(Connection.Rbd connection) => new(
        Guid.Empty, string.Join(",", connection.Monitors), null, connection.User, connection.Key, connection.Pool, connection.Namespace ?? "", null,
        Patience.Long, Patience.Long, TimeProvider.System);

    [LibraryImport(Librbd.Name, EntryPoint = "rbd_read")]
    private static partial nint Read(nint image, ulong offset, nuint length, byte* buffer);

    [LibraryImport(Librbd.Name, EntryPoint = "rbd_write")]
    private static partial nint Write(nint image, ulong offset, nuint length, byte* buffer);

    [LibraryImport(Librbd.Name, EntryPoint = "rbd_flush")]
    private static partial int Flush(nint image);
}
