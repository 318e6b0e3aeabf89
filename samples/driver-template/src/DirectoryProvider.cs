using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Acme.Storage;

/// <summary>
/// The door of the plug-in: says what it is called, what settings its pools take and what it can do, and opens pools. The server
/// makes one with the constructor without arguments; everything else of a pool is in what <see cref="OpenAsync"/> returns.
/// </summary>
public sealed class DirectoryProvider : IPrimaryDataStoreProvider
{
    private const string DirectorySetting = "directory";
    private const string CapacitySetting = "capacity";

    /// <inheritdoc/>
    public ProviderInfo Info { get; } = new(
        "AcmeStorage", typeof(DirectoryProvider).Assembly.GetName().Version ?? new Version(0, 0),
        "Volumes are sparse files in a directory.", Managed: true);

    /// <inheritdoc/>
    public SettingsSchema Settings { get; } = new(
        new Setting(DirectorySetting, SettingKind.Text, "Full path of the directory that holds the volumes. It must be there.") { Required = true },
        new Setting(CapacitySetting, SettingKind.Size, "Bytes that volumes may add up to; sparse files take room as they are written.") { Default = "1TiB" });

    /// <summary>No limit on I/O is enforced by a plain file, so none is declared: the server then never promises one here.</summary>
    public DriverCapabilities Capabilities { get; } = new()
    {
        VolumeSize = new ValueRange(ByteSize.MiB(1).Bytes, ByteSize.TiB(16).Bytes, 4096),
        LiveResize = Support.Native,
        Inventory = Support.Native,
    };

    /// <summary>Opens a pool. Does not look at the directory: a server starts with its storage away.</summary>
    public ValueTask<Outcome<IPrimaryDataStore>> OpenAsync(PoolSettings settings, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var directory = settings.Require(DirectorySetting);
        if (!Path.IsPathFullyQualified(directory))
            return new(Faults.InvalidArgument($"Setting '{DirectorySetting}' is '{directory}'; it must be a full path, like /srv/volumes."));
        ByteSize.TryParse(settings[CapacitySetting], out var capacity);
        return new(new DirectoryStore(settings.PoolId, new VolumeDirectory(directory, capacity), Capabilities));
    }
}
