using System.Reflection;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Microsoft.Extensions.Logging;

namespace Headgate.Plugins;

/// <summary>Makes a plug-in of a folder. Whatever the plug-in does meanwhile ends in a fault that says so.</summary>
internal sealed class PluginLoader(PluginCopies copies, Version hostSdk, TimeSpan patience, TimeProvider time, ILogger log)
{
    /// <summary>Reads, checks, copies and loads <paramref name="folder"/>.</summary>
    public async Task<Outcome<LoadedPlugin>> LoadAsync(PluginFolder folder)
    {
        var checkedFolder = Check(folder);
        if (checkedFolder is not Outcome<PluginManifest>.Done { Value: var manifest }) return checkedFolder.Problem!;
        var copied = folder.CopyTo(copies.NameFor(folder.Name));
        if (copied is not Outcome<string>.Done { Value: var copy }) return copied.Problem!;
        var loaded = await OnThreadOfItsOwnAsync(folder.Name, copy, manifest).ConfigureAwait(false);
        if (!loaded.IsDone) PluginCopies.Discard(copy);
        return loaded;
    }

    /// <summary>All that can be said of a plug-in without running any of it.</summary>
    private Outcome<PluginManifest> Check(PluginFolder folder)
    {
        if (folder.WritableByOthers() is { } open) return open;
        try
        {
            var read = PluginManifest.Read(folder.Name, folder.Path);
            if (read is not Outcome<PluginManifest>.Done { Value: var manifest }) return read;
            if (SdkVersions.Problem(folder.Name, manifest.Sdk, hostSdk) is { } declared) return declared;
            var assembly = Path.Combine(folder.Path, manifest.Assembly);
            if (!File.Exists(assembly)) return PluginFaults.AssemblyMissing(folder.Name, manifest.Assembly);
            if (SdkVersions.ReferencedBy(assembly) is not { } built) return PluginFaults.NotBuiltOnSdk(folder.Name, manifest.Assembly);
            return SdkVersions.Problem(folder.Name, built, hostSdk) is { } real ? real : manifest with { Sdk = built };
        }
        catch (BadImageFormatException)
        {
            return PluginFaults.AssemblyInvalid(folder.Name, "The assembly that its manifest names");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return PluginFaults.Unreadable(folder.Name, unreadable.Message);
        }
    }

    /// <summary>
    /// Constructors and property getters have no cancellation: on a thread of its own one that never ends holds that thread and
    /// nothing else. It is a background thread, so it does not keep the server from stopping either.
    /// </summary>
    private async Task<Outcome<LoadedPlugin>> OnThreadOfItsOwnAsync(string folder, string copy, PluginManifest manifest)
    {
        var done = new TaskCompletionSource<Outcome<LoadedPlugin>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => done.SetResult(LoadSafely(folder, copy, manifest))) { IsBackground = true, Name = $"plug-in {folder}" };
        thread.Start();
        try
        {
            return await done.Task.WaitAsync(patience, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Should it come to an end after all, nobody takes what it made.
            _ = done.Task.ContinueWith(
                late => (late.Result as Outcome<LoadedPlugin>.Done)?.Value.AbandonAsync(patience, time), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return PluginFaults.Hangs(folder, "being loaded", patience);
        }
    }

    // What escapes a thread ends the process. Whatever it is, the code that caused it is let go of.
    private Outcome<LoadedPlugin> LoadSafely(string folder, string copy, PluginManifest manifest)
    {
        PluginContext? context = null;
        Outcome<LoadedPlugin> loaded;
        try
        {
            context = new PluginContext(folder, Path.Combine(copy, manifest.Assembly));
            loaded = Load(context, folder, copy, manifest);
        }
#pragma warning disable CA1031 // see above
        catch (Exception e)
#pragma warning restore CA1031
        {
            loaded = PluginFaults.FailedBadly(folder, e.GetType());
        }
        if (!loaded.IsDone) Unloading.End(context);
        return loaded;
    }

    private Outcome<LoadedPlugin> Load(PluginContext context, string folder, string copy, PluginManifest manifest)
    {
        var doing = "its assembly was read";
        try
        {
            var assembly = context.LoadFromAssemblyPath(Path.Combine(copy, manifest.Assembly));
            doing = "its types were read";
            var types = ProviderTypes(assembly, manifest).ToList();
            if (types.Count == 0) return PluginFaults.NoProvider(folder, manifest.Assembly);
            var providers = new List<GuardedProvider>();
            foreach (var type in types)
            {
                if (type.GetConstructor(Type.EmptyTypes) is not { } constructor) return PluginFaults.NoConstructor(folder, type);
                doing = $"{type.FullName} was constructed";
                var provider = (IPrimaryDataStoreProvider)constructor.Invoke(null);
                doing = $"Info, Settings and Capabilities of {type.FullName} were read";
                providers.Add(GuardedProvider.Around(provider, log, time));
            }
            return new LoadedPlugin(context, copy, manifest.Sdk, providers);
        }
        catch (ProviderInvalidException invalid)
        {
            return PluginFaults.Invalid(folder, invalid.Message);
        }
        catch (BadImageFormatException)
        {
            return PluginFaults.AssemblyInvalid(folder, manifest.Assembly);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return PluginFaults.Failed(folder, doing, e);
        }
    }

    private static IEnumerable<Type> ProviderTypes(Assembly assembly, PluginManifest manifest) =>
        from type in manifest.Provider is { } named ? [assembly.GetType(named, throwOnError: true)!] : assembly.GetExportedTypes()
        where type is { IsAbstract: false, IsClass: true } && typeof(IPrimaryDataStoreProvider).IsAssignableFrom(type)
        select type;
}
