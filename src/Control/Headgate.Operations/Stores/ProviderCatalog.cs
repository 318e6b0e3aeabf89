using Headgate.Storage.Sdk;

namespace Headgate.Operations;

/// <summary>The providers that this server has loaded.</summary>
public interface IProviderCatalog
{
    /// <summary>By name.</summary>
    IReadOnlyList<IPrimaryDataStoreProvider> All { get; }

    /// <summary>The provider of this name, in any case; null when there is none.</summary>
    IPrimaryDataStoreProvider? Find(string name);
}

/// <summary>A fixed set of providers, filled by the composition root.</summary>
public sealed class ProviderCatalog(IEnumerable<IPrimaryDataStoreProvider> providers) : IProviderCatalog
{
    /// <inheritdoc/>
    public IReadOnlyList<IPrimaryDataStoreProvider> All { get; } =
        [.. providers.OrderBy(p => p.Info.Name, StringComparer.OrdinalIgnoreCase)];

    /// <inheritdoc/>
    public IPrimaryDataStoreProvider? Find(string name) =>
        All.FirstOrDefault(p => string.Equals(p.Info.Name, name, StringComparison.OrdinalIgnoreCase));
}
