using System.Text;
using System.Text.Json;
using Headgate.Drivers.Ceph.Native;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

/// <summary>What an image was made for.</summary>
/// <param name="Image">The id of the image; empty while a copy has none yet.</param>
/// <param name="Pool">The pool in the control plane.</param>
/// <param name="Account">Whose it is.</param>
/// <param name="Name">The tenant's name for it, for people.</param>
/// <param name="Asked">What it was asked to be at first; a later change does not make a repeat a reuse.</param>
/// <param name="Passing">The id of the image on which a passing snapshot may be for it; empty when there is none.</param>
/// <param name="IsWhole">False while a copy is being made.</param>
internal sealed record VolumeRecord(string Image, string Pool, string Account, string Name, string Asked, string Passing, bool IsWhole);

/// <summary>A volume's record with the initiators that were granted it.</summary>
internal sealed record RecordEntry(VolumeRecord Volume, IReadOnlyList<string> Initiators);

/// <summary>
/// A small object <c>headgate_volume.KEY</c> beside each image: which image a key belongs to, what was asked for, and, as attributes, who
/// was granted it. Not in the image's own metadata: whoever may write to an image may write that too, and could disown it.
/// </summary>
internal static unsafe class Records
{
    private const int MostBytes = 16 << 10; // a record has below 1 KiB
    private const string Grant = "grant.";

    private delegate void Filling(nint write);

    /// <summary>Null when there is none, and for one that somebody has spoilt.</summary>
    public static RecordEntry? Find(CephCall call, ObjectKey key)
    {
        var buffer = new byte[MostBytes];
        var (taken, initiators) = ((nuint)0, new List<string>());
        var code = call.Read($"read the record of volume {key}", () =>
        {
            initiators.Clear();
            var read = Librados.NewRead();
            nint attributes = 0;
            int readCode, attributesCode;
            nuint length = 0;
            try
            {
                fixed (byte* b = buffer)
                {
                    Librados.ReadTakes(read, 0, MostBytes, b, &length, &readCode);
                    Librados.ReadTakesAttributes(read, &attributes, &attributesCode);
                    if (Librados.Operate(read, call.Connection.Pool, NameOf(key), 0) is < 0 and var failed) return failed;
                }
                taken = length;
                return ReadGrants(attributes, initiators);
            }
            finally
            {
                if (attributes != 0) Librados.EndAttributes(attributes);
                Librados.FreeRead(read);
            }
        }, Errno.NotFound);
        return code >= 0 && Parse(buffer.AsSpan(0, (int)taken)) is { } volume ? new RecordEntry(volume, initiators) : null;
    }

    /// <summary>False when there is one already.</summary>
    public static bool TryBegin(CephCall call, ObjectKey key, VolumeRecord record) =>
        Write(call, $"begin the record of volume {key}", key, JsonSerializer.SerializeToUtf8Bytes(record), isNew: true) != Errno.Exists;

    /// <summary>In place of what is there; grants stay.</summary>
    public static void Write(CephCall call, ObjectKey key, VolumeRecord record) =>
        Write(call, $"write the record of volume {key}", key, JsonSerializer.SerializeToUtf8Bytes(record), isNew: false);

    /// <summary>Absent is fine.</summary>
    public static void Remove(CephCall call, ObjectKey key) =>
        call.Change($"remove the record of volume {key}", () => Librados.Remove(call.Connection.Pool, NameOf(key)), Errno.NotFound);

    /// <summary>False when there is no record.</summary>
    public static bool TryAddGrant(CephCall call, ObjectKey key, string initiatorName)
    {
        var value = Encoding.UTF8.GetBytes(initiatorName);
        return Operate(call, $"record a grant of volume {key}", key, write =>
        {
            fixed (byte* v = value) Librados.WriteSetsAttribute(write, GrantKey(initiatorName), v, (nuint)value.Length);
        }) != Errno.NotFound;
    }

    /// <summary>Absent is fine.</summary>
    public static void RemoveGrant(CephCall call, ObjectKey key, string initiatorName) =>
        Operate(call, $"remove a grant of volume {key}", key, write => Librados.WriteRemovesAttribute(write, GrantKey(initiatorName)));

    private static string NameOf(ObjectKey key) => $"headgate_volume.{key}";

    private static string GrantKey(string initiatorName) => Grant + Marks.HashOf(initiatorName);

    private static int ReadGrants(nint attributes, List<string> initiators)
    {
        while (true)
        {
            if (Librados.NextAttribute(attributes, out var name, out var value, out var length) is < 0 and var failed) return failed;
            if (name is null) return 0;
            if (CephConnection.Text(name).StartsWith(Grant, StringComparison.Ordinal))
                initiators.Add(Encoding.UTF8.GetString(new ReadOnlySpan<byte>(value, (int)length)));
        }
    }

    private static VolumeRecord? Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<VolumeRecord>(json) is { Image: not null, Pool: not null, Asked: not null, Passing: not null } record ? record : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int Write(CephCall call, string what, ObjectKey key, byte[] bytes, bool isNew) => call.Change(what, () =>
    {
        var write = Librados.NewWrite();
        try
        {
            fixed (byte* b = bytes)
            {
                if (isNew) Librados.WriteCreates(write, Librados.CreateExclusive, null);
                Librados.WriteSets(write, b, (nuint)bytes.Length);
                return Librados.Operate(write, call.Connection.Pool, NameOf(key), null, 0);
            }
        }
        finally
        {
            Librados.FreeWrite(write);
        }
    }, Errno.Exists);

    private static int Operate(CephCall call, string what, ObjectKey key, Filling fill) => call.Change(what, () =>
    {
        var write = Librados.NewWrite();
        try
        {
            Librados.WriteNeedsObject(write);
            fill(write);
            return Librados.Operate(write, call.Connection.Pool, NameOf(key), null, 0);
        }
        finally
        {
            Librados.FreeWrite(write);
        }
    }, Errno.NotFound, Errno.NoData);
}
