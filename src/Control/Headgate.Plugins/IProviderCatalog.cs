using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Plugins;

/// <summary>How a provider stands.</summary>
public enum ProviderStatus
{
    /// <summary>It serves.</summary>
    Loaded,

    /// <summary>It serves as it was loaded; its folder holds something else by now, and that cannot be loaded.</summary>
    Outdated,

    /// <summary>It could not be loaded and serves nothing.</summary>
    Failed,
}

/// <summary>A provider as lists show it, one that could not be loaded included.</summary>
/// <param name="Name">The provider's; the plug-in folder's when it failed before it could say its own.</param>
/// <param name="Plugin">The plug-in folder's name; null when it is built in.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Problem">Why it failed or is outdated; null when all is well.</param>
/// <param name="SdkVersion">The SDK that it was built against; null when that could not be read.</param>
/// <param name="Provider">What it is; null when it failed.</param>
public sealed record ProviderListing(
    string Name, string? Plugin, ProviderStatus Status, Fault? Problem, Version? SdkVersion, IPrimaryDataStoreProvider? Provider);

/// <summary>The providers of this server, as they are now: plug-ins come and go while it runs.</summary>
public interface IProviderCatalog
{
    /// <summary>Those that serve, by name.</summary>
    IReadOnlyList<IPrimaryDataStoreProvider> All { get; }

    /// <summary>Those that serve and those that could not be loaded, by name.</summary>
    IReadOnlyList<ProviderListing> Listings { get; }

    /// <summary>The provider of this name, in any case, that serves; null when there is none.</summary>
    IPrimaryDataStoreProvider? Find(string name);

    /// <summary>Null when the provider of this name serves; else why it does not and what to do.</summary>
    Fault? WhyNotThere(string name);
}
