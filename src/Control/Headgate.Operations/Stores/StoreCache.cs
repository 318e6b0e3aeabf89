using System.Collections.Concurrent;
using System.Security.Cryptography;
using Headgate.Domain;
using Headgate.Plugins;
using Headgate.Primitives;
using Headgate.Secrets;
using Headgate.Storage.Sdk;

namespace Headgate.Operations;

/// <summary>
/// The pools' opened stores, one per pool, kept until the pool or its provider goes. A pool that cannot be opened answers with
/// a fault and never keeps another from working.
/// </summary>
public sealed class StoreCache(IProviderCatalog providers, SecretBox secrets) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, Lazy<Task<Outcome<IPrimaryDataStore>>>> _stores = new();

    /// <summary>For whom a pool's secret setting is sealed.</summary>
    public static string SecretOwner(Guid poolId, string setting) => $"pool/{poolId}/{setting}";

    /// <summary>The store of <paramref name="pool"/>, opened now or before. Does not talk to the array.</summary>
    public async Task<Outcome<IPrimaryDataStore>> OpenAsync(StoragePool pool, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(pool);
        var entry = _stores.GetOrAdd(pool.Id, _ => new(() => OpenStoreAsync(pool)));
        var outcome = await entry.Value.WaitAsync(stop).ConfigureAwait(false);
        // A failure is not kept: the provider may be there, or the key file restored, next time.
        if (!outcome.IsDone) _stores.TryRemove(new(pool.Id, entry));
        if (outcome is not Outcome<IPrimaryDataStore>.Done { Value: GuardedStore { IsClosed: true } }) return outcome;
        _stores.TryRemove(new(pool.Id, entry)); // its plug-in went, and may have come back
        return await OpenAsync(pool, stop).ConfigureAwait(false);
    }

    /// <summary>Closes a pool's store, when the pool is gone or its settings changed. One that is still being opened is closed once it is, and not waited for.</summary>
    public async ValueTask EvictAsync(Guid poolId)
    {
        if (!_stores.TryRemove(poolId, out var entry) || !entry.IsValueCreated) return;
        var closing = CloseAsync(entry.Value);
        if (entry.Value.IsCompleted) await closing.ConfigureAwait(false);
    }

    /// <summary>All at once: each gives up what does not end.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_stores.Keys.Select(pool => EvictAsync(pool).AsTask())).ConfigureAwait(false);

    private static async Task CloseAsync(Task<Outcome<IPrimaryDataStore>> opening)
    {
        if (await opening.ConfigureAwait(false) is Outcome<IPrimaryDataStore>.Done { Value: var store }) await store.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<Outcome<IPrimaryDataStore>> OpenStoreAsync(StoragePool pool)
    {
        if (providers.WhyNotThere(pool.Provider) is { } missing) return missing;
        if (providers.Find(pool.Provider) is not { } provider) return ProviderFaults.Withdrawn(pool.Provider); // between the two looks
        try
        {
            var given = new Dictionary<string, string>(pool.Settings);
            foreach (var (name, value) in pool.SealedSecrets) given[name] = secrets.Open(value, SecretOwner(pool.Id, name));
            return await provider.OpenAsync(new PoolSettings(pool.Id, provider.Settings, given), CancellationToken.None).ConfigureAwait(false);
        }
        catch (CryptographicException)
        {
            return new Fault("secret-unreadable",
                $"The stored secrets of pool {pool.Name} cannot be opened with this server's key file; restore the key " +
                "file that belongs to this database.", Recovery.AskOperator);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new Fault("provider-failed",
                $"Provider {pool.Provider} failed to open pool {pool.Name} ({e.GetType().Name}).", Recovery.AskOperator);
        }
    }
}
