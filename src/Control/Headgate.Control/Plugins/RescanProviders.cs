using Headgate.Plugins;
using Headgate.Primitives;

namespace Headgate.Control;

/// <summary>POST /providers/rescan: the admin says that the plug-in folder is as it should be.</summary>
public sealed class RescanProviders(PluginWatch watch, IProviderCatalog providers, PluginOptions options)
{
    /// <summary>Every provider after the look.</summary>
    public async Task<Outcome<IReadOnlyList<ProviderListing>>> ExecuteAsync(Caller caller, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("rescanProviders") is { } refusal) return refusal;
        if (options.Folder is null)
            return new Fault("plugins-off", "This server has no plug-in folder; start it with --plugins DIR.", Recovery.FixRequest);
        await watch.LookAsync(onlySettled: false, caller.Actor, stop).ConfigureAwait(false);
        return new Outcome<IReadOnlyList<ProviderListing>>.Done(providers.Listings);
    }
}
