using System.Text;
using Headgate.Drivers.Ceph.Native;

namespace Headgate.Drivers.Ceph;

/// <summary>
/// Which image a snapshot's key belongs to: an object <c>headgate_snapshot.KEY</c> of some bytes in the pool, made exclusively.
/// Without it, noticing a key that is used again for another volume would take opening every image.
/// </summary>
internal static unsafe class Claims
{
    private const int MostImageId = 64;

    /// <summary>Claims the key for the image; returns the image that has it, which is another one when it was claimed before.</summary>
    public static string Take(CephCall call, string key, string imageId)
    {
        var name = NameOf(key);
        var taken = call.Change($"claim snapshot {key}", () =>
        {
            var write = Librados.NewWrite();
            try
            {
                var bytes = Encoding.ASCII.GetBytes(imageId);
                fixed (byte* b = bytes)
                {
                    Librados.WriteCreates(write, Librados.CreateExclusive, null);
                    Librados.WriteSets(write, b, (nuint)bytes.Length);
                    return Librados.Operate(write, call.Connection.Pool, name, null, 0);
                }
            }
            finally
            {
                Librados.FreeWrite(write);
            }
        }, Errno.Exists);
        return taken == Errno.Exists ? Find(call, key) ?? imageId : imageId;
    }

    /// <summary>Null when nobody has it.</summary>
    public static string? Find(CephCall call, string key)
    {
        var buffer = new byte[MostImageId];
        var length = call.Read($"read the claim of snapshot {key}", () =>
        {
            fixed (byte* b = buffer) return Librados.Read(call.Connection.Pool, NameOf(key), b, MostImageId, 0);
        }, Errno.NotFound);
        return length < 0 ? null : Encoding.ASCII.GetString(buffer, 0, length);
    }

    public static void Release(CephCall call, string key) =>
        call.Change($"release snapshot {key}", () => Librados.Remove(call.Connection.Pool, NameOf(key)), Errno.NotFound);

    private static string NameOf(string key) => $"headgate_snapshot.{key}";
}
