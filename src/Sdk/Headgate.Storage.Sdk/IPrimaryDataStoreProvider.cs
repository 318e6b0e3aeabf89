using Headgate.Primitives;

namespace Headgate.Storage.Sdk;

/// <summary>What a provider is called and what it is, as shown in API and CLI.</summary>
/// <param name="Name">Unique among loaded providers, for example <c>SolidFire</c>; what <c>pool add --provider</c> takes.</param>
/// <param name="Version">The plug-in's own version.</param>
/// <param name="Description">One sentence.</param>
/// <param name="Managed">True when every volume is a LUN of its own.</param>
public sealed record ProviderInfo(string Name, Version Version, string Description, bool Managed);

/// <summary>
/// The door of a storage plug-in. One instance per process; it holds no pool state of its own. The host calls
/// <see cref="OpenAsync"/> once per pool and keeps what it returns until the pool is removed or its settings change.
/// </summary>
public interface IPrimaryDataStoreProvider
{
    /// <summary>Name, version, description.</summary>
    ProviderInfo Info { get; }

    /// <summary>The settings that a pool of this provider takes. Names are unique, defaults are lawful, and no secret has one.</summary>
    SettingsSchema Settings { get; }

    /// <summary>The most that this provider can do; what one pool can do is in <see cref="PoolFacts.Capabilities"/>.</summary>
    DriverCapabilities Capabilities { get; }

    /// <summary>
    /// Makes the objects that serve one pool. <paramref name="settings"/> has passed <see cref="SettingsSchema.Check"/>.
    /// Must not talk to the array: a server starts with its arrays away. Reaching it is
    /// <see cref="IPrimaryDataStoreLifeCycle.InitializeAsync"/>'s part.
    /// </summary>
    ValueTask<Outcome<IPrimaryDataStore>> OpenAsync(PoolSettings settings, CancellationToken stop);
}

/// <summary>
/// One pool, opened: the three faces that act on it. Disposed when the pool goes or its settings change; disposing changes
/// nothing on the storage.
/// </summary>
public interface IPrimaryDataStore : IAsyncDisposable
{
    /// <summary>Checks, maintenance, capacity, end. May have the facet <see cref="ICapacityControl"/>.</summary>
    IPrimaryDataStoreLifeCycle LifeCycle { get; }

    /// <summary>Volumes. May also implement the facets of Facets.cs.</summary>
    IPrimaryDataStoreDriver Driver { get; }

    /// <summary>Keeps the array's idea of hosts true.</summary>
    IHypervisorHostListener HostListener { get; }
}
