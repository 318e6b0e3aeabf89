using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

/// <summary>
/// Ceph RBD over librbd: an image per volume, with a limit on IOPS and bandwidth that the client's librbd keeps, and no
/// minimum; see docs/drivers/ceph.md.
/// </summary>
/// <param name="clock">For time-outs; the system's by default.</param>
/// <param name="around">Put around each request to a cluster (what it is for, how to make it; the result is a negative errno or not): tracing, and tests that lose replies.</param>
public sealed class CephProvider(TimeProvider? clock = null, Func<string, Func<int>, int>? around = null) : IPrimaryDataStoreProvider
{
    /// <inheritdoc/>
    public ProviderInfo Info { get; } = new(
        "Ceph", typeof(CephProvider).Assembly.GetName().Version ?? new Version(0, 0),
        "Ceph RBD: an image per volume, max IOPS and bandwidth kept by the client, a cephx user per grant.", Managed: true);

    /// <inheritdoc/>
    public SettingsSchema Settings => CephSettings.Schema;

    /// <inheritdoc/>
    public DriverCapabilities Capabilities => QosMapping.Capabilities;

    /// <inheritdoc/>
    public ValueTask<Outcome<IPrimaryDataStore>> OpenAsync(PoolSettings settings, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return ValueTask.FromResult(CephSettings.Read(settings, clock ?? TimeProvider.System)
            .Map<IPrimaryDataStore>(config => new CephStore(config, around ?? (static (_, request) => request()))));
    }
}
