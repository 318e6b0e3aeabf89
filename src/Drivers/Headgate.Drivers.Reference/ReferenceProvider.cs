using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Reference;

/// <summary>
/// The provider to read first, and the one that the project's own tests run on: a complete, correct driver whose array
/// is in memory (<see cref="ReferenceArray"/>) and whose every capability is a setting.
/// </summary>
public sealed class ReferenceProvider(TimeProvider? clock = null) : IPrimaryDataStoreProvider
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;

    /// <inheritdoc/>
    public ProviderInfo Info { get; } = new(
        "Reference", typeof(ReferenceProvider).Assembly.GetName().Version ?? new Version(0, 0),
        "In-memory storage with every capability switchable; for tests and for driver authors.", Managed: true);

    /// <inheritdoc/>
    public SettingsSchema Settings => ReferenceSettings.Schema;

    /// <inheritdoc/>
    public DriverCapabilities Capabilities { get; } = ReferenceSettings
        .Read(new PoolSettings(Guid.Empty, ReferenceSettings.Schema, new Dictionary<string, string>())).ValueOrThrow().Capabilities;

    /// <inheritdoc/>
    public ValueTask<Outcome<IPrimaryDataStore>> OpenAsync(PoolSettings settings, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return ValueTask.FromResult(ReferenceSettings.Read(settings)
            .Map<IPrimaryDataStore>(read => new ReferenceStore(settings.PoolId, read, _clock)));
    }
}
