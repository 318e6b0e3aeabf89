using System.Runtime.CompilerServices;

namespace Headgate.Plugins;

/// <summary>A plug-in in memory: its code, the copy that the code was loaded from, and its providers.</summary>
internal sealed class LoadedPlugin(PluginContext context, string copy, Version sdk, IReadOnlyList<GuardedProvider> providers)
{
    private PluginContext? _context = context;

    /// <summary>The SDK that it was built against.</summary>
    public Version Sdk => sdk;

    public IReadOnlyList<GuardedProvider> Providers => providers;

    /// <summary>Takes its providers out of service and lets go of its code, which leaves memory when its last call has ended.</summary>
    /// <returns>Dead when the code has left memory.</returns>
    public async Task<WeakReference> UnloadAsync(TimeSpan patience, TimeProvider time)
    {
        await Task.WhenAll(providers.Select(provider => provider.WithdrawAsync(patience, time))).ConfigureAwait(false);
        return Release();
    }

    /// <summary>Lets go of one that was never in service.</summary>
    public void Abandon() => Release();

    [MethodImpl(MethodImplOptions.NoInlining)] // so that no frame keeps the context
    private WeakReference Release()
    {
        var context = Interlocked.Exchange(ref _context, null);
        var gone = new WeakReference(context);
        try
        {
            context?.Unload();
        }
#pragma warning disable CA1031 // handlers of Unloading are the plug-in's code
        catch (Exception)
#pragma warning restore CA1031
        {
            // It had its chance to tidy up; its code leaves memory all the same.
        }
        PluginCopies.Discard(copy);
        return gone;
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
