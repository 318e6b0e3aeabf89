using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFire;

/// <summary>
/// SolidFire over the Element API: a real cluster or Headgate's own storage node. One volume is one LUN with its own
/// min, max and burst; see docs/drivers/solidfire.md.
/// </summary>
/// <param name="clock">For pauses and time-outs; the system's by default.</param>
/// <param name="wrapHandler">Put around the HTTP handler of each pool's client: tracing, and tests that lose replies.</param>
public sealed class SolidFireProvider(TimeProvider? clock = null, Func<HttpMessageHandler, HttpMessageHandler>? wrapHandler = null)
    : IPrimaryDataStoreProvider
{
    /// <inheritdoc/>
    public ProviderInfo Info { get; } = new(
        "SolidFire", typeof(SolidFireProvider).Assembly.GetName().Version ?? new Version(0, 0),
        "SolidFire clusters and Headgate storage nodes: a LUN per volume with guaranteed and limited IOPS.", Managed: true);

    /// <summary>The identity under which a cluster is known: <see cref="PoolFacts.BackendId"/> of every pool on it.</summary>
    public static string BackendId(Guid clusterUuid) => $"solidfire:{clusterUuid:N}";

    /// <inheritdoc/>
    public SettingsSchema Settings => SolidFireSettings.Schema;

    /// <inheritdoc/>
    public DriverCapabilities Capabilities { get; } = QosMapping.Capabilities(new Element.Contracts.GetLimitsResult());

    /// <inheritdoc/>
    public ValueTask<Outcome<IPrimaryDataStore>> OpenAsync(PoolSettings settings, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return ValueTask.FromResult(SolidFireSettings.Read(settings, clock ?? TimeProvider.System, wrapHandler)
            .Map<IPrimaryDataStore>(config => new SolidFireStore(config)));
    }
}
