using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SharedPool;

/// <summary>The classic model: a folder that every host mounts, and volumes that are files in it; see docs/drivers/shared-pool.md.</summary>
/// <param name="clock">For time-outs and time stamps; the system's by default.</param>
public sealed class SharedPoolProvider(TimeProvider? clock = null) : IPrimaryDataStoreProvider
{
    /// <inheritdoc/>
    public ProviderInfo Info { get; } = new(
        "SharedPool", typeof(SharedPoolProvider).Assembly.GetName().Version ?? new Version(0, 0),
        "Files in a folder, NFS mount or mounted disk. Promises no IOPS, neither min nor max, and no access per host.", Managed: false);

    /// <inheritdoc/>
    public SettingsSchema Settings => SharedPoolSettings.Schema;

    /// <inheritdoc/>
    public DriverCapabilities Capabilities { get; } = SharedPoolSettings.MostWith(snapshots: true);

    /// <inheritdoc/>
    public ValueTask<Outcome<IPrimaryDataStore>> OpenAsync(PoolSettings settings, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return ValueTask.FromResult(SharedPoolSettings.Read(settings).Map<IPrimaryDataStore>(read => new SharedPoolStore(read, clock ?? TimeProvider.System)));
    }
}
