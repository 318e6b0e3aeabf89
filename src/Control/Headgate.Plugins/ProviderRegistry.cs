using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.Extensions.Logging;

namespace Headgate.Plugins;

/// <summary>Where plug-ins come from.</summary>
public sealed record PluginOptions
{
    /// <summary>The folder with a folder for each plug-in; null for a server without plug-ins.</summary>
    public string? Folder { get; init; }

    /// <summary>Where copies are made to load from; its contents are thrown away at the start.</summary>
    public string? Copies { get; init; }

    /// <summary>How often to look for changes. A look reads names, sizes and times of some dozens of files.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>For a plug-in to be loaded, and to end its calls when it is taken out of service: half of what people wait for.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>What one look at the plug-in folder changed, a sentence each.</summary>
/// <param name="Code"><c>provider.loaded</c>, <c>provider.failed</c>, <c>provider.outdated</c> or <c>provider.removed</c>.</param>
/// <param name="Name">The provider's name; the plug-in folder's when it could not be loaded.</param>
/// <param name="Message">For people.</param>
public sealed record ProviderChange(string Code, string Name, string Message);

/// <summary>
/// The providers of this server: those that are built in, and those of the plug-in folder as the last look found it. What the
/// rest of the server reads is a list that is swapped whole.
/// </summary>
public sealed partial class ProviderRegistry : IProviderCatalog, IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly Dictionary<string, PluginEntry> _plugins = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _withdrawn = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ProviderListing> _builtIn;
    private readonly PluginOptions _options;
    private readonly PluginLoader? _loader;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private volatile Snapshot _now;

    /// <summary>With the built-in providers only; <see cref="RescanAsync"/> finds the others.</summary>
    public ProviderRegistry(
        IEnumerable<IPrimaryDataStoreProvider> builtIn, PluginOptions options, TimeProvider time, ILogger<ProviderRegistry> log)
    {
        ArgumentNullException.ThrowIfNull(builtIn);
        ArgumentNullException.ThrowIfNull(options);
        (_options, _time, _log) = (options, time, log);
        _builtIn = [.. builtIn.Select(provider => GuardedProvider.Around(provider, log, time)).Select(guarded =>
            new ProviderListing(guarded.Info.Name, null, ProviderStatus.Loaded, null, SdkVersions.Host, guarded))];
        if (options is { Folder: not null, Copies: { } copiesFolder })
        {
            var copies = new PluginCopies(copiesFolder);
            copies.Clear();
            _loader = new PluginLoader(copies, SdkVersions.Host, options.Patience, time, log);
        }
        _now = Listed();
    }

    /// <inheritdoc/>
    public IReadOnlyList<IPrimaryDataStoreProvider> All => _now.Serving;

    /// <inheritdoc/>
    public IReadOnlyList<ProviderListing> Listings =>
        [.. _now.Listings.Select(listing => listing.Problem is null && listing.Provider is GuardedProvider { Hangs: { } hangs } ? listing with { Problem = hangs } : listing)];

    /// <inheritdoc/>
    public IPrimaryDataStoreProvider? Find(string name) =>
        _now.Serving.FirstOrDefault(provider => string.Equals(provider.Info.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public Fault? WhyNotThere(string name)
    {
        var now = _now;
        if (now.Serving.Any(provider => string.Equals(provider.Info.Name, name, StringComparison.OrdinalIgnoreCase))) return null;
        var why = now.Withdrawn.TryGetValue(name, out var folder)
            ? now.Listings.FirstOrDefault(listing => listing.Plugin == folder)?.Problem is { } problem
                ? $"its plug-in folder '{folder}' is there, but: {problem.Message}"
                : $"its plug-in folder '{folder}' was removed. Put it back into {_options.Folder}"
            : $"this server has {string.Join(", ", now.Serving.Select(provider => provider.Info.Name))}. "
              + WhatToDo(name, now);
        return new Fault(ProviderFaults.NotLoaded, $"Provider {name} is not loaded: {why.TrimEnd('.')}.", Recovery.RetryWithBackoff);
    }

    // A plug-in that failed did not come to say which provider it brings; the folder often has its name.
    private string WhatToDo(string name, Snapshot now)
    {
        if (_options.Folder is not { } plugins) return "Start it with the plug-in folder";
        var failed = now.Listings.Where(listing => listing.Provider is null).ToList();
        return failed.Find(listing => string.Equals(listing.Name, name, StringComparison.OrdinalIgnoreCase)) is { Problem: { } its }
            ? $"Its plug-in is in {plugins}, but could not be loaded: {its.Message}"
            : failed.Count == 0
                ? $"Put its plug-in into {plugins}"
                : $"It may be one of those in {plugins} that could not be loaded; else put its plug-in there. "
                  + string.Join(" ", failed.Select(listing => $"{listing.Name}: {listing.Problem!.Message}"));
    }

    /// <summary>
    /// Looks at the plug-in folder: loads what is new or changed, takes out of service what is gone. Made by an admin who says
    /// that the folder is ready, it acts at once and tries again what failed; made by the clock (<paramref name="onlySettled"/>) it acts on
    /// what two looks in a row found the same, so that nothing is loaded that is still being copied.
    /// </summary>
    public async Task<IReadOnlyList<ProviderChange>> RescanAsync(bool onlySettled, CancellationToken stop)
    {
        if (_loader is null) return [];
        await _one.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var folders = Folders();
            var changes = new List<ProviderChange>();
            foreach (var gone in _plugins.Keys.Except(folders.Select(folder => folder.Name)).ToList())
                changes.AddRange(await EachAsync(gone, () => RemoveAsync(gone)).ConfigureAwait(false));
            foreach (var folder in folders)
                changes.AddRange(await EachAsync(folder.Name, () => LookAsync(folder, onlySettled)).ConfigureAwait(false));
            foreach (var change in changes) LogChange(change.Code, change.Message);
            return changes;
        }
        finally
        {
            _now = Listed();
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    // One folder that nobody thought of stops neither the server's start nor the look at the others.
    private async Task<IReadOnlyList<ProviderChange>> EachAsync(string name, Func<Task<IReadOnlyList<ProviderChange>>> look)
    {
        try
        {
            return await look().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // see above
        catch (Exception e)
#pragma warning restore CA1031
        {
            var problem = PluginFaults.FailedBadly(name, e.GetType());
            var entry = _plugins.TryGetValue(name, out var known) ? known : _plugins[name] = new PluginEntry();
            return Failed(name, entry, problem, entry.Seen); // the same again would end the same way
        }
    }

    private List<PluginFolder> Folders()
    {
        try
        {
            // Names that begin with a dot are left alone: copy under one, then rename, and the folder is there whole or not at all.
            return [.. Directory.EnumerateDirectories(_options.Folder!).Select(path => new PluginFolder(path))
                .Where(folder => !folder.Name.StartsWith('.')).OrderBy(folder => folder.Name, StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(_options.Folder!, unreadable.Message);
            return [.. _plugins.Keys.Select(name => new PluginFolder(Path.Combine(_options.Folder!, name)))]; // as it was
        }
    }

    private async Task<IReadOnlyList<ProviderChange>> LookAsync(PluginFolder folder, bool onlySettled)
    {
        var entry = _plugins.TryGetValue(folder.Name, out var known) ? known : _plugins[folder.Name] = new PluginEntry();
        var looked = folder.Fingerprint();
        if (looked is not Outcome<string>.Done { Value: var fingerprint})
        {
            if (!Directory.Exists(folder.Path)) return []; // went while it was looked at: the next look says so
            return entry.Problem?.Code == looked.Problem!.Code ? [] : Failed(folder.Name, entry, looked.Problem, tried: null);
        }
        var isTried = entry.Tried == fingerprint && (onlySettled || entry.Problem is null);
        var isMoving = onlySettled && entry.Seen != fingerprint;
        entry.Seen = fingerprint;
        if (isTried || isMoving) return [];

        if (folder.OthersBeside() is { } open) return Failed(folder.Name, entry, open, fingerprint);
        var loaded = await _loader!.LoadAsync(folder).ConfigureAwait(false);
        if (folder.Fingerprint() != looked) // changed under the copy
        {
            if (loaded is Outcome<LoadedPlugin>.Done { Value: var half }) await half.UnloadAsync(_options.Patience, _time).ConfigureAwait(false);
            return [];
        }
        if (loaded is not Outcome<LoadedPlugin>.Done { Value: var plugin }) return Failed(folder.Name, entry, loaded.Problem!, fingerprint);
        if (Taken(folder.Name, plugin) is { } taken)
        {
            await plugin.UnloadAsync(_options.Patience, _time).ConfigureAwait(false);
            return Failed(folder.Name, entry, taken, fingerprint);
        }
        return await ServeAsync(folder.Name, entry, plugin, fingerprint).ConfigureAwait(false);
    }

    private Fault? Taken(string folder, LoadedPlugin plugin)
    {
        foreach (var name in plugin.Providers.Select(provider => provider.Info.Name))
        {
            if (plugin.Providers.Count(provider => string.Equals(provider.Info.Name, name, StringComparison.OrdinalIgnoreCase)) > 1)
                return PluginFaults.NameTaken(folder, name, "another of its own");
            if (_builtIn.Any(listing => string.Equals(listing.Name, name, StringComparison.OrdinalIgnoreCase)))
                return PluginFaults.NameTaken(folder, name, "the server itself");
            var owner = _plugins.FirstOrDefault(other => other.Key != folder && other.Value.Serving is { } serving
                && serving.Providers.Any(provider => string.Equals(provider.Info.Name, name, StringComparison.OrdinalIgnoreCase))).Key;
            if (owner is not null) return PluginFaults.NameTaken(folder, name, $"plug-in '{owner}'");
        }
        return null;
    }

    private static IReadOnlyList<ProviderChange> Failed(string folder, PluginEntry entry, Fault problem, string? tried)
    {
        var isNews = entry.Problem != problem;
        (entry.Problem, entry.Tried) = (problem, tried);
        if (!isNews) return [];
        return entry.Serving is null
            ? [new ProviderChange("provider.failed", folder, problem.ToString())]
            : [new ProviderChange("provider.outdated", folder, $"Plug-in '{folder}' serves on as it was loaded before; {problem}")];
    }

    private async Task<IReadOnlyList<ProviderChange>> ServeAsync(string folder, PluginEntry entry, LoadedPlugin plugin, string fingerprint)
    {
        var before = entry.Serving;
        (entry.Serving, entry.Problem, entry.Tried) = (plugin, null, fingerprint);
        foreach (var provider in plugin.Providers) _withdrawn.Remove(provider.Info.Name);
        if (before is not null)
        {
            foreach (var provider in before.Providers.Where(p => plugin.Providers.All(now => now.Info.Name != p.Info.Name)))
                _withdrawn[provider.Info.Name] = folder;
        }
        _now = Listed(); // new calls go to the new code before the old is asked to end
        var isGone = before is null || await before.UnloadAsync(_options.Patience, _time).ConfigureAwait(false);
        entry.Remains = isGone ? null : PluginFaults.StaysInMemory(folder, _options.Patience);
        return [.. plugin.Providers.Select(provider => new ProviderChange(
            "provider.loaded", provider.Info.Name, $"Provider {provider.Info.Name} {provider.Info.Version} was loaded from plug-in folder '{folder}'.{Remains(entry.Remains)}"))];
    }

    private async Task<IReadOnlyList<ProviderChange>> RemoveAsync(string folder)
    {
        _plugins.Remove(folder, out var entry);
        if (entry?.Serving is not { } plugin) return [];
        foreach (var provider in plugin.Providers) _withdrawn[provider.Info.Name] = folder;
        _now = Listed();
        var remains = await plugin.UnloadAsync(_options.Patience, _time).ConfigureAwait(false) ? null : PluginFaults.StaysInMemory(folder, _options.Patience);
        return [.. plugin.Providers.Select(provider => new ProviderChange(
            "provider.removed", provider.Info.Name, $"Provider {provider.Info.Name} is out of service: plug-in folder '{folder}' was removed.{Remains(remains)}"))];
    }

    private static string Remains(Fault? remains) => remains is null ? "" : $" {remains}";

    private Snapshot Listed()
    {
        var listings = _builtIn.Concat(_plugins.SelectMany(plugin => plugin.Value.Listings(plugin.Key)))
            .OrderBy(listing => listing.Name, StringComparer.OrdinalIgnoreCase).ToList();
        return new Snapshot(
            listings, [.. listings.Select(listing => listing.Provider).OfType<IPrimaryDataStoreProvider>()],
            new Dictionary<string, string>(_withdrawn, StringComparer.OrdinalIgnoreCase));
    }

    private sealed record Snapshot(
        IReadOnlyList<ProviderListing> Listings, IReadOnlyList<IPrimaryDataStoreProvider> Serving, IReadOnlyDictionary<string, string> Withdrawn);

    /// <summary>A folder that was seen.</summary>
    private sealed class PluginEntry
    {
        /// <summary>What the last look saw.</summary>
        public string? Seen { get; set; }

        /// <summary>What was loaded, or tried to be.</summary>
        public string? Tried { get; set; }

        public LoadedPlugin? Serving { get; set; }

        public Fault? Problem { get; set; }

        /// <summary>Why the code that served before is still in memory; null when it is not.</summary>
        public Fault? Remains { get; set; }

        public IEnumerable<ProviderListing> Listings(string folder)
        {
            if (Serving is null)
                return Problem is null ? [] : [new ProviderListing(folder, folder, ProviderStatus.Failed, Problem, null, null)];
            var status = Problem is null ? ProviderStatus.Loaded : ProviderStatus.Outdated;
            return Serving.Providers.Select(provider => new ProviderListing(provider.Info.Name, folder, status, Problem ?? Remains, Serving.Sdk, provider));
        }
    }
}
