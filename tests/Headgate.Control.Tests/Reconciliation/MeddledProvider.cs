using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Control.Tests.Reconciliation;

/// <summary>The provider inside, but for one thing: after its storage has been listed and before anybody is told, something is done.</summary>
internal sealed class MeddledProvider(IPrimaryDataStoreProvider inner) : IPrimaryDataStoreProvider
{
    /// <summary>What is done then.</summary>
    public Func<Task>? AfterListing { get; set; }

    public ProviderInfo Info => inner.Info;

    public SettingsSchema Settings => inner.Settings;

    public DriverCapabilities Capabilities => inner.Capabilities;

    public async ValueTask<Outcome<IPrimaryDataStore>> OpenAsync(PoolSettings settings, CancellationToken stop) =>
        (await inner.OpenAsync(settings, stop)).Map<IPrimaryDataStore>(store => new Store(this, store));

    private sealed class Store : IPrimaryDataStore
    {
        private readonly IPrimaryDataStore _inner;

        public Store(MeddledProvider provider, IPrimaryDataStore inner)
        {
            _inner = inner;
            Driver = DispatchProxy.Create<IEverything, Meddler>();
            ((Meddler)Driver).Is(provider, inner.Driver);
        }

        public IPrimaryDataStoreLifeCycle LifeCycle => _inner.LifeCycle;

        public IPrimaryDataStoreDriver Driver { get; }

        public IHypervisorHostListener HostListener => _inner.HostListener;

        public ValueTask DisposeAsync() => _inner.DisposeAsync();
    }

    /// <summary>What the reference driver is.</summary>
    public interface IEverything :
        IPrimaryDataStoreDriver, IFacetSelection, IQosControl, IResize, ISnapshots, IGroupSnapshots, IClones, ICopies, IInventory, IAdoption, IStatistics;

    /// <summary>Hands every call on.</summary>
    public class Meddler : DispatchProxy
    {
        private MeddledProvider _provider = null!;
        private IPrimaryDataStoreDriver _driver = null!;

        internal void Is(MeddledProvider provider, IPrimaryDataStoreDriver driver) => (_provider, _driver) = (provider, driver);

        [SuppressMessage("Reliability", "CA2012:Use ValueTasks correctly", Justification = "The proxy unboxes it and hands it to its one caller.")]
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
        {
            nameof(IFacetSelection.Offers) => _driver is not IFacetSelection selection || selection.Offers((Type)args![0]!),
            nameof(IInventory.ListAsync) => ListAsync((CancellationToken)args![0]!),
            _ => targetMethod.Invoke(_driver, args),
        };

        private async ValueTask<Outcome<IReadOnlyList<VolumeView>>> ListAsync(CancellationToken stop)
        {
            var listed = await ((IInventory)_driver).ListAsync(stop);
            if (_provider.AfterListing is { } meddle) await meddle();
            return listed;
        }
    }
}
