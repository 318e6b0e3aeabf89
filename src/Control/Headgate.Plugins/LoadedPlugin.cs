namespace Headgate.Plugins;

/// <summary>A plug-in in memory: its code, the copy that the code was loaded from, and its providers.</summary>
internal sealed class LoadedPlugin(PluginContext context, string copy, Version sdk, IReadOnlyList<GuardedProvider> providers)
{
    private PluginContext? _context = context;

    /// <summary>The SDK that it was built against.</summary>
    public Version Sdk => sdk;

    public IReadOnlyList<GuardedProvider> Providers => providers;

    /// <summary>Takes its providers out of service and lets go of its code, which leaves memory when its last call has ended.</summary>
    /// <returns>False when its code was not done with its end in time: a handler of Unloading that blocks.</returns>
    public async Task<bool> UnloadAsync(TimeSpan patience, TimeProvider time)
    {
        await Task.WhenAll(providers.Select(provider => provider.WithdrawAsync(patience, time))).ConfigureAwait(false);
        return await ReleaseAsync(patience, time).ConfigureAwait(false);
    }

    /// <summary>Lets go of one that was never in service.</summary>
    public Task AbandonAsync(TimeSpan patience, TimeProvider time) => ReleaseAsync(patience, time);

    private async Task<bool> ReleaseAsync(TimeSpan patience, TimeProvider time)
    {
        var unloading = Interlocked.Exchange(ref _context, null) is { } context ? Unloading.Begin(context) : Task.CompletedTask;
        await unloading.WaitAsync(patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        PluginCopies.Discard(copy);
        return unloading.IsCompleted;
    }
}

/// <summary>The end of a plug-in's code.</summary>
internal static class Unloading
{
    /// <summary>
    /// Handlers of Unloading are the plug-in's code and run where Unload is called: on a thread of its own, so that one that blocks holds
    /// that thread and nothing else. The task never fails.
    /// </summary>
    public static Task Begin(PluginContext context) => Task.Factory.StartNew(
        static state => End((PluginContext)state!), context, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>On this thread.</summary>
    public static void End(PluginContext? context)
    {
        try
        {
            context?.Unload();
        }
#pragma warning disable CA1031 // see above
        catch (Exception)
#pragma warning restore CA1031
        {
            // It had its chance to tidy up; its code leaves memory all the same.
        }
    }
}

/// <summary>Where plug-ins are loaded from: a copy for each load, so that admins may change their folders at any time.</summary>
internal sealed class PluginCopies(string root)
{
    private int _last;

    /// <summary>Throws away what an earlier process left.</summary>
    public void Clear() => Discard(root);

    public string NameFor(string folder) => Path.Combine(root, $"{folder}.{Interlocked.Increment(ref _last)}");

    public static void Discard(string path)
    {
        try
        {
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        }
        catch (Exception left) when (left is IOException or UnauthorizedAccessException)
        {
            // A copy that is left costs its bytes and is thrown away by the next start.
        }
    }
}
