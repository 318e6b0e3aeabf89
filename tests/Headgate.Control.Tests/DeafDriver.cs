using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Control.Tests;

/// <summary>A driver whose create, and when it shall its opening, goes on for as long as it likes, whatever it is told. The four other calls are the inner one's; it has no facets.</summary>
internal sealed class DeafProvider(IPrimaryDataStoreProvider inner) : IPrimaryDataStoreProvider, IDisposable
{
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _creates;

    /// <summary>A create, or an opening that is held, has begun.</summary>
    public Task Begun => _begun.Task;

    /// <summary>A store was closed.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Whether the next opening is held.</summary>
    public bool HoldsOpening { get; set; }

    /// <summary>Creates that were asked for.</summary>
    public int Creates => Volatile.Read(ref _creates);

    public ProviderInfo Info => inner.Info;

    public SettingsSchema Settings => inner.Settings;

    public DriverCapabilities Capabilities => inner.Capabilities;

    public void Go() => _go.TrySetResult();

    /// <summary>Nothing stays held when a test fails.</summary>
    public void Dispose() => Go();

    public async ValueTask<Outcome<IPrimaryDataStore>> OpenAsync(PoolSettings settings, CancellationToken stop)
    {
        if (HoldsOpening)
        {
            _begun.TrySetResult();
            await _go.Task;
        }
        return (await inner.OpenAsync(settings, CancellationToken.None)).Map<IPrimaryDataStore>(store => new Store(this, store));
    }

    private sealed class Store(DeafProvider provider, IPrimaryDataStore inner) : IPrimaryDataStore, IPrimaryDataStoreDriver
    {
        public IPrimaryDataStoreLifeCycle LifeCycle => inner.LifeCycle;

        public IPrimaryDataStoreDriver Driver => this;

        public IHypervisorHostListener HostListener => inner.HostListener;

        public async ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop)
        {
            Interlocked.Increment(ref provider._creates);
            provider._begun.TrySetResult();
            await provider._go.Task;
            return await inner.Driver.CreateAsync(key, spec, CancellationToken.None);
        }

        public ValueTask<Outcome<VolumeView?>> FindAsync(ObjectKey key, CancellationToken stop) => inner.Driver.FindAsync(key, stop);

        public ValueTask<Outcome<Nothing>> DeleteAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) => inner.Driver.DeleteAsync(key, handle, stop);

        public ValueTask<Outcome<Connection>> GrantAccessAsync(ObjectKey key, VolumeHandle handle, AccessRequest access, CancellationToken stop) =>
            inner.Driver.GrantAccessAsync(key, handle, access, stop);

        public ValueTask<Outcome<Nothing>> RevokeAccessAsync(ObjectKey key, VolumeHandle handle, string initiatorName, CancellationToken stop) =>
            inner.Driver.RevokeAccessAsync(key, handle, initiatorName, stop);

        public async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            if (provider.HoldsOpening) provider._closed.TrySetResult();
        }
    }
}
