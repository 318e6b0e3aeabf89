using System.Text.Json;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Acme.Storage;

/// <summary>What a volume was made with: written once, never changed.</summary>
/// <param name="Handle">The storage's name for it: the key and a random part, so that none is ever used again.</param>
/// <param name="Pool">The pool that made it.</param>
/// <param name="Account">Whose it is.</param>
/// <param name="Name">For people.</param>
/// <param name="AskedBytes">The size asked for, before rounding and growing.</param>
/// <param name="AskedQos">The limits asked for.</param>
internal sealed record VolumeRecord(string Handle, Guid Pool, Guid Account, string Name, long AskedBytes, string AskedQos)
{
    public string Request => $"{AskedBytes} bytes, {AskedQos}, account {Account:N}";

    public bool IsSameRequestAs(VolumeRecord other) => Request == other.Request;
}

/// <summary>
/// The directory of a pool. A volume is a folder named by its key with <c>data.img</c>, <c>volume.json</c> and a folder of empty files, one
/// for each initiator that was let in. It is put together under a name that begins with a dot and then renamed: it is there whole or
/// not at all, and of two servers that make it at the same time one succeeds. Deleting goes the other way.
/// </summary>
internal sealed class VolumeDirectory(string path, ByteSize capacity)
{
    private const string Leftover = ".gone-";

    public string Path => path;

    public ByteSize Capacity => capacity;

    public bool IsThere => Directory.Exists(path);

    public VolumeFolder? Find(ObjectKey key) => VolumeFolder.Open(System.IO.Path.Combine(path, key.ToString()), key);

    public VolumeFolder? Find(VolumeHandle handle) =>
        Guid.TryParseExact(handle.Value.Split('.')[0], "N", out var key) && Find(new ObjectKey(key)) is { } volume && volume.Made.Handle == handle.Value
            ? volume
            : null;

    public IEnumerable<VolumeFolder> All() =>
        Directory.EnumerateDirectories(path)
            .Select(folder => Guid.TryParseExact(System.IO.Path.GetFileName(folder), "N", out var key) ? VolumeFolder.Open(folder, new ObjectKey(key)) : null)
            .OfType<VolumeFolder>();

    /// <summary>Null when there is one of this key already.</summary>
    public VolumeFolder? Make(ObjectKey key, VolumeRecord record, ByteSize size)
    {
        var draft = System.IO.Path.Combine(path, $".new-{record.Handle}");
        var final = System.IO.Path.Combine(path, key.ToString());
        try
        {
            VolumeFolder.Write(draft, record, size);
            Directory.Move(draft, final); // rename(2): refuses a folder that is there and not empty
            return VolumeFolder.Open(final, key);
        }
        catch (IOException) when (Directory.Exists(final))
        {
            return null;
        }
        finally
        {
            if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
        }
    }

    public void Delete(VolumeFolder volume)
    {
        var gone = System.IO.Path.Combine(path, $"{Leftover}{volume.Made.Handle}");
        try
        {
            Directory.Move(volume.Path, gone);
        }
        catch (DirectoryNotFoundException)
        {
            return; // another server was quicker
        }
        Directory.Delete(gone, recursive: true);
    }

    /// <summary>Takes away what a crash in the middle of a delete left.</summary>
    public void SweepLeftovers()
    {
        foreach (var folder in Directory.EnumerateDirectories(path, Leftover + "*")) Directory.Delete(folder, recursive: true);
    }
}

/// <summary>One volume as it was on the disk when it was looked at; look again after a change.</summary>
internal sealed class VolumeFolder(string path, ObjectKey key, VolumeRecord made, ByteSize size, IReadOnlyList<string> initiators)
{
    private const string RecordFile = "volume.json";
    private const string DataFile = "data.img";
    private const string InitiatorFolder = "initiators";

    public string Path => path;

    public ObjectKey Key => key;

    public VolumeRecord Made => made;

    public string DataPath => System.IO.Path.Combine(path, DataFile);

    public ByteSize Size => size;

    /// <summary>Null when there is no such volume, or its data is gone. Others delete while we look: all is read here, in one place.</summary>
    public static VolumeFolder? Open(string path, ObjectKey key)
    {
        try
        {
            var bytes = new FileInfo(System.IO.Path.Combine(path, DataFile)).Length;
            var record = JsonSerializer.Deserialize<VolumeRecord>(File.ReadAllBytes(System.IO.Path.Combine(path, RecordFile)));
            var initiators = Directory.EnumerateFiles(System.IO.Path.Combine(path, InitiatorFolder)).Select(file => Uri.UnescapeDataString(System.IO.Path.GetFileName(file)));
            return record is null ? null : new VolumeFolder(path, key, record, new ByteSize(bytes), [.. initiators.Order(StringComparer.Ordinal)]);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // deleted while it was looked at
        }
    }

    public static void Write(string path, VolumeRecord record, ByteSize size)
    {
        Directory.CreateDirectory(System.IO.Path.Combine(path, InitiatorFolder));
        File.WriteAllBytes(System.IO.Path.Combine(path, RecordFile), JsonSerializer.SerializeToUtf8Bytes(record));
        using var data = File.Create(System.IO.Path.Combine(path, DataFile));
        data.SetLength(size.Bytes); // sparse: takes room as it is written
        data.Flush(flushToDisk: true);
    }

    /// <summary>As the SDK shows it. To another pool that uses the same directory it is a stranger's, so it has no key.</summary>
    public VolumeView View(Guid pool) =>
        new(new VolumeHandle(made.Handle), made.Pool == pool ? key : null, made.Name, size, QosSpec.None, initiators);

    public void Grant(string initiator) => File.Create(FileOf(initiator)).Dispose();

    public void Revoke(string initiator) => File.Delete(FileOf(initiator));

    public void GrowTo(ByteSize larger)
    {
        using var data = new FileStream(DataPath, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        if (data.Length < larger.Bytes) data.SetLength(larger.Bytes);
    }

    private string FileOf(string initiator) => System.IO.Path.Combine(path, InitiatorFolder, Uri.EscapeDataString(initiator));
}
