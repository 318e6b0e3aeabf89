using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Plugins;

/// <summary>
/// A plug-in loaded for its own sake, apart from any server: for examining it before it is put into service. Its providers come as
/// they are, without the guard that a server puts around them, so that what they do wrong is seen.
/// </summary>
public sealed class PluginBench : IAsyncDisposable
{
    /// <summary>Long enough for any constructor, short enough for who waits at a terminal.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly LoadedPlugin _plugin;
    private readonly string _copies;

    private PluginBench(LoadedPlugin plugin, string copies) =>
        (_plugin, _copies, Providers) = (plugin, copies, [.. plugin.Providers.Select(provider => provider.Inner)]);

    /// <summary>What it holds.</summary>
    public IReadOnlyList<IPrimaryDataStoreProvider> Providers { get; }

    /// <summary>Loads the plug-in in <paramref name="folder"/> by the rules that a server loads it by.</summary>
    public static async Task<Outcome<PluginBench>> LoadAsync(string folder, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (!Directory.Exists(path)) return PluginFaults.Unreadable(folder, "there is no such folder. Give the folder that the plug-in was published to.");
        var copies = Directory.CreateTempSubdirectory("headgate-plugin-").FullName;
        var loader = new PluginLoader(new PluginCopies(copies), SdkVersions.Host, Patience, time, NullLogger.Instance);
        var loaded = await loader.LoadAsync(new PluginFolder(path)).ConfigureAwait(false);
        if (loaded is Outcome<LoadedPlugin>.Done { Value: var plugin }) return new PluginBench(plugin, copies);
        PluginCopies.Discard(copies);
        return loaded.Problem!;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _plugin.UnloadAsync(Patience, TimeProvider.System).ConfigureAwait(false);
        PluginCopies.Discard(_copies);
    }
}
