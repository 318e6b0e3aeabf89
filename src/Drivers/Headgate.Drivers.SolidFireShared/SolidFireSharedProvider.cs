using Headgate.Drivers.SharedPool;
using Headgate.Drivers.SolidFire;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFireShared;

/// <summary>
/// One array volume, with its min, max and burst, that all hosts share, and disks that are files in the file system on it:
/// the SolidFire driver for the volume and the SharedPool driver for the files. See docs/drivers/solidfire-shared.md.
/// </summary>
/// <param name="clock">For pauses and time-outs; the system's by default.</param>
/// <param name="wrapHandler">Put around the HTTP handler of each pool's client: tracing, and tests that lose replies.</param>
public sealed class SolidFireSharedProvider(TimeProvider? clock = null, Func<HttpMessageHandler, HttpMessageHandler>? wrapHandler = null)
    : IPrimaryDataStoreProvider
{
    private readonly SolidFireProvider _array = new(clock, wrapHandler);
    private readonly SharedPoolProvider _files = new(clock);

    /// <inheritdoc/>
    public ProviderInfo Info { get; } = new(
        "SolidFireShared", typeof(SolidFireSharedProvider).Assembly.GetName().Version ?? new Version(0, 0),
        "One SolidFire volume that all hosts share, disks being files on it: min and max hold for all of them together, for none by itself.",
        Managed: false);

    /// <inheritdoc/>
    public SettingsSchema Settings => SolidFireSharedSettings.Schema;

    /// <summary>What files can do: no limit of a disk's own, and no access per host within the volume.</summary>
    public DriverCapabilities Capabilities => _files.Capabilities;

    /// <inheritdoc/>
    public async ValueTask<Outcome<IPrimaryDataStore>> OpenAsync(PoolSettings settings, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (SolidFireSharedSettings.Read(settings) is not Outcome<SolidFireSharedSettings>.Done { Value: var read })
            return SolidFireSharedSettings.Read(settings).Problem!;
        var files = default(IPrimaryDataStore);
        if (read.Files is { } given)
        {
            var opened = await _files.OpenAsync(new PoolSettings(settings.PoolId, _files.Settings, given), stop).ConfigureAwait(false);
            if (opened is not Outcome<IPrimaryDataStore>.Done { Value: var store }) return opened.Problem!;
            files = store;
        }
        var array = await _array.OpenAsync(new PoolSettings(settings.PoolId, _array.Settings, read.Array), stop).ConfigureAwait(false);
        return array.Map<IPrimaryDataStore>(store => new SolidFireSharedStore(read, store, files));
    }
}
