using Headgate.Element;
using Headgate.Element.Client;
using Headgate.Element.Contracts;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFire;

/// <summary>One SolidFire pool, opened. The lifecycle and the host listener are short: accounts and groups are made when needed.</summary>
internal sealed class SolidFireStore : IPrimaryDataStore, IPrimaryDataStoreLifeCycle, IHypervisorHostListener
{
    private readonly SolidFireConfig _config;
    private readonly ElementClient _client;
    private readonly ClusterFacts _facts;
    private readonly ArrayAccess _access;

    public SolidFireStore(SolidFireConfig config)
    {
        _config = config;
        _client = new ElementClient(config.Client);
        _facts = new ClusterFacts(config);
        _access = new ArrayAccess(config.PoolId, config.Client.Endpoint);
        Driver = new SolidFireDriver(config, _client, _facts, _access);
    }

    public IPrimaryDataStoreLifeCycle LifeCycle => this;

    public IPrimaryDataStoreDriver Driver { get; }

    public IHypervisorHostListener HostListener => this;

    public ValueTask<Outcome<PoolFacts>> InitializeAsync(CancellationToken stop) => RunAsync(async call =>
    {
        var known = await _facts.ReadAsync(call).ConfigureAwait(false);
        var version = await call.SendAsync(ElementMethods.GetClusterVersionInfo, new Empty()).ConfigureAwait(false);
        var capacity = (await call.SendAsync(ElementMethods.GetClusterCapacity, new Empty()).ConfigureAwait(false)).ClusterCapacity;
        if (known.Portals.Count == 0)
            throw new StopHere(Faults.Unexpected("The cluster has no storage address (svip). Give it one, or set 'svip' of the pool."));
        return new PoolFacts(
            SolidFireProvider.BackendId(known.Info.Uuid),
            $"SolidFire cluster {known.Info.Name}, Element {version.ClusterVersion}",
            new ByteSize(capacity.MaxProvisionedSpace),
            capacity.MaxIOPS,
            known.Capabilities);
    }, stop);

    public ValueTask<Outcome<Nothing>> AttachAsync(PoolScope scope, CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> EnterMaintenanceAsync(CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> LeaveMaintenanceAsync(CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> RemoveAsync(CancellationToken stop) => RunAsync(async call =>
    {
        var left = (await ArrayVolumes.AllAsync(call).ConfigureAwait(false)).Count(v => Marks.IsOfPool(v.Attributes, _config.PoolId));
        if (left > 0) throw new StopHere(Faults.InUse($"{left} volumes of this pool are still on the cluster; delete or migrate them first."));
        await new ArrayAccounts(_config).RemoveEmptyAsync(call).ConfigureAwait(false);
        return default(Nothing);
    }, stop);

    // A host gets its initiator and group with its first grant and loses them with its last.

    public ValueTask<Outcome<Nothing>> HostAddedAsync(StorageHost host, CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> HostConnectedAsync(StorageHost host, CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> HostDisconnectedAsync(StorageHost host, CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> HostAboutToBeRemovedAsync(StorageHost host, CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> HostRemovedAsync(StorageHost host, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(host);
        return RunAsync(async call =>
        {
            await _access.ForgetAsync(call, host.InitiatorName).ConfigureAwait(false);
            return default(Nothing);
        }, stop);
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static ValueTask<Outcome<Nothing>> Nothing() => ValueTask.FromResult<Outcome<Nothing>>(default(Nothing));

    private ValueTask<Outcome<T>> RunAsync<T>(Func<ArrayCall, Task<T>> work, CancellationToken stop) => ArrayCall.RunAsync(_client, work, stop);
}
