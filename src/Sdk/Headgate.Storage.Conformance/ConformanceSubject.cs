using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>
/// What is examined, and what about it can be seen or broken from outside. Provider and settings are all it takes; every
/// probe that the author adds lets more rules be asked.
/// </summary>
public sealed class ConformanceSubject
{
    /// <summary>A pool of <paramref name="provider"/> with these settings.</summary>
    /// <exception cref="ArgumentException">The settings do not pass the provider's own schema; the message says why.</exception>
    public ConformanceSubject(IPrimaryDataStoreProvider provider, IReadOnlyDictionary<string, string> settings)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(settings);
        var problems = provider.Settings.Check(settings);
        if (problems.Count > 0) throw new ArgumentException(string.Join(" ", problems), nameof(settings));
        Provider = provider;
        Settings = settings;
    }

    /// <summary>The provider under examination.</summary>
    public IPrimaryDataStoreProvider Provider { get; }

    /// <summary>The pool's settings, secrets included; never printed.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>The pool's id; a new one, so that nothing of another pool is touched.</summary>
    public Guid PoolId { get; init; } = Guid.NewGuid();

    /// <summary>
    /// True when others make and delete volumes on the storage meanwhile: then the kit cannot lay a volume without a key that
    /// appears at the driver's door, nor count bytes. On storage of its own it does both.
    /// </summary>
    public bool IsShared { get; init; }

    /// <summary>What the pool is attached to.</summary>
    public PoolScope Scope { get; init; } = PoolScope.Zone;

    /// <summary>The link between driver and storage, when it can be broken request by request.</summary>
    public IArrayLink? Link { get; init; }

    /// <summary>Plays a host that connects.</summary>
    public Reach? Reach { get; init; }

    /// <summary>
    /// Reads and writes a volume as a host. By default files and block devices on this machine
    /// (<see cref="Connection.Local"/>) are read and written directly.
    /// </summary>
    public IDataProbe Data { get; init; } = new LocalDataProbe();

    /// <summary>Makes a volume that is not ours, as an administrator of the storage would; null when that cannot be done here.</summary>
    public Func<CancellationToken, ValueTask<ForeignVolume>>? MakeForeignVolume { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Provider.Info.Name} {Provider.Info.Version}";

    /// <summary>Opens the pool, as a server that starts does.</summary>
    internal async ValueTask<IPrimaryDataStore> OpenAsync(CancellationToken stop, IReadOnlyDictionary<string, string>? settings = null) =>
        Expect.Done(await Provider.OpenAsync(new PoolSettings(PoolId, Provider.Settings, settings ?? Settings), stop), "open");
}

/// <summary>True when the initiator gets in with this connection and credential (null: without CHAP).</summary>
/// <param name="connection">As granted, perhaps to somebody else.</param>
/// <param name="initiatorName">Who tries.</param>
/// <param name="chap">What it logs in with.</param>
/// <param name="stop">Ends the attempt.</param>
public delegate ValueTask<bool> Reach(Connection connection, string initiatorName, ChapCredential? chap, CancellationToken stop);

/// <summary>
/// The link between driver and array, for a subject whose link can be broken. Requests are counted from 1 since the last
/// <see cref="Reset"/>.
/// </summary>
public interface IArrayLink
{
    /// <summary>How many requests went out.</summary>
    int Requests { get; }

    /// <summary>Counts from the beginning again, and breaks nothing any more.</summary>
    void Reset();

    /// <summary>Request number <paramref name="number"/> reaches the array, but its reply is lost.</summary>
    void LoseReplyTo(int number);

    /// <summary>Request number <paramref name="number"/> and all after it fail before they are sent, as when the driver's process dies there.</summary>
    void CutBefore(int number);
}

/// <summary>Reads and writes the first block of a volume, as a host with this connection.</summary>
public interface IDataProbe
{
    /// <summary>Length of a block, in bytes: what every storage writes at once.</summary>
    const int BlockBytes = 4096;

    /// <summary>False when connections of this kind are beyond the probe.</summary>
    bool CanUse(Connection connection);

    /// <summary>Writes the first <see cref="BlockBytes"/> bytes and makes them durable; connected no longer than that takes.</summary>
    ValueTask WriteAsync(Connection connection, string initiatorName, ReadOnlyMemory<byte> block, CancellationToken stop);

    /// <summary>Reads the first <see cref="BlockBytes"/> bytes; connected no longer than that takes.</summary>
    ValueTask<byte[]> ReadAsync(Connection connection, string initiatorName, CancellationToken stop);
}

/// <summary>A volume that is not ours.</summary>
/// <param name="Handle">As the driver would call it.</param>
/// <param name="RemoveAsync">Takes it away again.</param>
public sealed record ForeignVolume(VolumeHandle Handle, Func<CancellationToken, ValueTask> RemoveAsync);

/// <summary>Volumes that are files or block devices of this machine.</summary>
internal sealed class LocalDataProbe : IDataProbe
{
    public bool CanUse(Connection connection) => connection is Connection.Local { Path: var path } && File.Exists(path);

    public async ValueTask WriteAsync(Connection connection, string initiatorName, ReadOnlyMemory<byte> block, CancellationToken stop)
    {
        using var file = File.OpenHandle(((Connection.Local)connection).Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        await RandomAccess.WriteAsync(file, block, 0, stop);
        RandomAccess.FlushToDisk(file);
    }

    public async ValueTask<byte[]> ReadAsync(Connection connection, string initiatorName, CancellationToken stop)
    {
        using var file = File.OpenHandle(((Connection.Local)connection).Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var block = new byte[IDataProbe.BlockBytes];
        var read = await RandomAccess.ReadAsync(file, block, 0, stop);
        return block[..read];
    }
}
