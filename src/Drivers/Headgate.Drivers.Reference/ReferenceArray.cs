using System.Collections.Concurrent;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Reference;

/// <summary>
/// The storage behind the reference driver: an array that lives in this process and outlives every driver instance, so
/// that a test can throw a server away in the middle of a call, start another, and find on the array what the first had
/// done. Looked up by name; all members are thread-safe.
/// </summary>
public sealed class ReferenceArray
{
    private static readonly ConcurrentDictionary<string, ReferenceArray> Arrays = new(StringComparer.Ordinal);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, ReferenceVolume> _volumes = [];
    private readonly SortedDictionary<long, ReferenceSnapshot> _snapshots = [];
    private readonly Dictionary<Guid, PoolCapacity> _capacities = [];
    private long _lastId;

    private ReferenceArray(string name) => Name = name;

    /// <summary>No pool gets more than 1 EiB: so much memory no host has, and sums stay within 64 bits.</summary>
    internal const long MostBytes = 1L << 60;

    /// <summary>No pool promises more.</summary>
    internal const long MostIops = 1_000_000_000;

    /// <summary>What pools call it by (setting <c>array</c>).</summary>
    public string Name { get; }

    /// <summary>False: every call answers <see cref="FaultCodes.Unreachable"/>, as if the cable were out.</summary>
    public bool Online { get; set; } = true;

    /// <summary>When set, pools must give it as setting <c>token</c> or are refused as unauthorised.</summary>
    public string? RequiredToken { get; set; }

    /// <summary>Names of initiators with a session, by volume handle: what reverting refuses to pull away from under.</summary>
    public IReadOnlyList<string> Sessions(VolumeHandle handle) =>
        Locked(() => Lookup(handle) is { } volume ? volume.Sessions.ToArray() : []);

    /// <summary>The array of that name; made empty when it is new.</summary>
    public static ReferenceArray Named(string name) => Arrays.GetOrAdd(name, static n => new ReferenceArray(n));

    /// <summary>Throws the array of that name away with everything on it.</summary>
    public static void Scrap(string name) => Arrays.TryRemove(name, out _);

    /// <summary>What a host does with a connection: true when the array lets this initiator in (right secret, granted volume).</summary>
    public bool LogIn(string targetName, string initiatorName, string? chapSecret) => Locked(() =>
    {
        var volume = _volumes.Values.FirstOrDefault(v => TargetName(v.Id) == targetName);
        if (volume is null || !volume.Grants.TryGetValue(initiatorName, out var chap)) return false;
        if (chap is not null && chap.Secret != chapSecret) return false;
        volume.Sessions.Add(initiatorName);
        return true;
    });

    /// <summary>The end of <see cref="LogIn"/>.</summary>
    public void LogOut(string targetName, string initiatorName) => Locked(() =>
        _volumes.Values.FirstOrDefault(v => TargetName(v.Id) == targetName)?.Sessions.Remove(initiatorName));

    /// <summary>Stands for writing to the volume: whatever was marked last is what a snapshot keeps and a revert brings back.</summary>
    public void WriteMark(VolumeHandle handle, string mark) => Locked(() =>
    {
        if (Lookup(handle) is { } volume) volume.Mark = mark;
    });

    /// <summary>The mark written last; null when never, or when the volume is absent.</summary>
    public string? ReadMark(VolumeHandle handle) => Locked(() => Lookup(handle)?.Mark);

    /// <summary>Somebody else's volume, made behind the control plane's back.</summary>
    public VolumeHandle AddForeignVolume(string name, ByteSize size) => Locked(() =>
    {
        var volume = new ReferenceVolume { Id = ++_lastId, Name = name, Size = size };
        _volumes.Add(volume.Id, volume);
        return volume.Handle;
    });

    /// <summary>Runs <paramref name="change"/> on a volume behind the control plane's back; false when it is absent.</summary>
    public bool Tamper(VolumeHandle handle, Action<ReferenceVolume> change) => Locked(() =>
    {
        if (Lookup(handle) is not { } volume) return false;
        change(volume);
        return true;
    });

    /// <summary>Deletes a volume behind the control plane's back.</summary>
    public bool DeleteBehindTheBack(VolumeHandle handle) => Locked(() => Lookup(handle) is { } v && _volumes.Remove(v.Id));

    internal static string TargetName(long id) => $"iqn.2026-11.org.headgate.reference:volume.{id}";

    internal T Locked<T>(Func<T> work)
    {
        lock (_gate) return work();
    }

    internal void Locked(Action work)
    {
        lock (_gate) work();
    }

    // The rest is called under the gate.

    internal IEnumerable<ReferenceVolume> Volumes => _volumes.Values;

    internal IEnumerable<ReferenceSnapshot> Snapshots => _snapshots.Values;

    /// <summary>What the pool was given last; null for what its settings say.</summary>
    internal PoolCapacity? CapacityOf(Guid pool) => _capacities.GetValueOrDefault(pool);

    internal void SetCapacity(Guid pool, PoolCapacity? capacity)
    {
        if (capacity is null) _capacities.Remove(pool);
        else _capacities[pool] = capacity;
    }

    internal ReferenceVolume? Lookup(VolumeHandle handle) => _volumes.Values.FirstOrDefault(v => v.Handle == handle);

    internal ReferenceVolume? Lookup(ObjectKey key) => _volumes.Values.FirstOrDefault(v => v.Key == key);

    internal ReferenceSnapshot? Lookup(SnapshotHandle handle) => _snapshots.Values.FirstOrDefault(s => s.Handle == handle);

    internal void Add(ReferenceVolume volume)
    {
        volume.Id = ++_lastId;
        _volumes.Add(volume.Id, volume);
    }

    internal void Add(ReferenceSnapshot snapshot)
    {
        snapshot.Id = ++_lastId;
        _snapshots.Add(snapshot.Id, snapshot);
    }

    internal void Remove(ReferenceVolume volume)
    {
        _volumes.Remove(volume.Id);
        foreach (var snapshot in _snapshots.Values.Where(s => s.Volume == volume.Handle).ToList()) _snapshots.Remove(snapshot.Id);
    }

    internal void Remove(ReferenceSnapshot snapshot) => _snapshots.Remove(snapshot.Id);
}

/// <summary>A volume on the array; change one only through <see cref="ReferenceArray.Tamper"/>.</summary>
public sealed class ReferenceVolume
{
    /// <summary>Handed out upwards, never twice.</summary>
    public long Id { get; internal set; }

    /// <summary>The id as the driver's handle.</summary>
    public VolumeHandle Handle => new($"ref-{Id}");

    /// <summary>The control plane's key; null on a foreign volume.</summary>
    public ObjectKey? Key { get; set; }

    /// <summary>The pool that made it.</summary>
    public Guid? PoolId { get; internal set; }

    /// <summary>For people.</summary>
    public string Name { get; set; } = "";

    /// <summary>As made, after rounding and growing.</summary>
    public ByteSize Size { get; set; }

    /// <summary>The limits in force.</summary>
    public QosSpec Qos { get; set; } = QosSpec.None;

    /// <summary>Initiators that may log in, with the credential each was given (null: without CHAP).</summary>
    public IDictionary<string, ChapCredential?> Grants { get; } = new SortedDictionary<string, ChapCredential?>(StringComparer.Ordinal);

    /// <summary>Initiators that are logged in.</summary>
    public ISet<string> Sessions { get; } = new SortedSet<string>(StringComparer.Ordinal);

    /// <summary>What stands for its data.</summary>
    public string? Mark { get; set; }

    /// <summary>The copy that was done onto it last: its key and where its data came from.</summary>
    internal (ObjectKey Key, string Source)? Copied { get; set; }

    /// <summary>What it was asked to be at first, so that a key used again with other arguments is noticed after a resize too.</summary>
    internal string AskedFor { get; set; } = "";

    internal VolumeView View(Guid poolId) => new(Handle, PoolId == poolId ? Key : null, Name, Size, Qos, [.. Grants.Keys]);
}

/// <summary>A snapshot on the array.</summary>
internal sealed class ReferenceSnapshot
{
    public long Id { get; set; }

    public SnapshotHandle Handle => new($"refsnap-{Id}");

    public required ObjectKey Key { get; init; }

    public required VolumeHandle Volume { get; init; }

    public required ByteSize Size { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string? Mark { get; init; }

    public SnapshotView View() => new(Handle, Key, Volume, Size, CreatedAt);
}
