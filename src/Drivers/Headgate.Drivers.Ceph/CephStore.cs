using System.Text.Json.Nodes;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

/// <summary>One Ceph pool, opened: the lifecycle and the host listener, and the connection and threads that all share.</summary>
internal sealed class CephStore : IPrimaryDataStore, IPrimaryDataStoreLifeCycle, IHypervisorHostListener
{
    private readonly CephConfig _config;
    private readonly CephConnections _connections;
    private readonly CephThreads _threads;
    private readonly CephDriver _driver;
    private readonly Func<string, Func<int>, int> _around;

    public CephStore(CephConfig config, Func<string, Func<int>, int> around)
    {
        (_config, _around) = (config, around);
        _connections = new CephConnections(config);
        _threads = new CephThreads(config.CallTimeout, config.Clock);
        _driver = new CephDriver(config, this);
    }

    public IPrimaryDataStoreLifeCycle LifeCycle => this;

    public IPrimaryDataStoreDriver Driver => _driver;

    public IHypervisorHostListener HostListener => this;

    /// <summary>Runs a call on a thread of its own; calls that share a turn run one after the other.</summary>
    public ValueTask<Outcome<T>> RunAsync<T>(IReadOnlyList<string> turns, Func<CephCall, T> work, CancellationToken stop) =>
        _threads.RunAsync(turns, start => CephCall.Run(_connections, _around, work, start.TryBegin), stop);

    public ValueTask<Outcome<PoolFacts>> InitializeAsync(CancellationToken stop) => RunAsync(Turn.None, call =>
    {
        var fsid = call.Connection.Fsid();
        var version = (Monitors.Read(call, "version")?["version"]?.GetValue<string>() ?? "Ceph").Split(" (")[0];
        if (_config.Namespace.Length > 0 && !Images.HasNamespace(call, _config.Namespace))
        {
            throw new StopHere(Faults.InvalidArgument(
                $"Pool '{_config.Pool}' has no namespace '{_config.Namespace}'. Make it (rbd namespace create {_config.Pool}/{_config.Namespace}) or correct the setting 'namespace'."));
        }
        _ = Images.List(call); // may it read the pool's directory of images?
        MustBeAllowed(call);
        return new PoolFacts(
            $"ceph:{fsid}", $"{version}, cluster {fsid}, pool {_config.Pool}{(_config.Namespace.Length > 0 ? "/" + _config.Namespace : "")}",
            Capacity(call), null, QosMapping.Capabilities);
    }, stop);

    public ValueTask<Outcome<Nothing>> AttachAsync(PoolScope scope, CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> EnterMaintenanceAsync(CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> LeaveMaintenanceAsync(CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> RemoveAsync(CancellationToken stop) => RunAsync(Turn.None, call =>
    {
        var left = _driver.ListOwn(call).Count;
        return left == 0
            ? default(Nothing)
            : throw new StopHere(Faults.InUse($"{left} volumes of this pool are still on the cluster; delete or migrate them first."));
    }, stop);

    // A host gets a user with each grant and loses it with each revocation.

    public ValueTask<Outcome<Nothing>> HostAddedAsync(StorageHost host, CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> HostConnectedAsync(StorageHost host, CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> HostDisconnectedAsync(StorageHost host, CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> HostAboutToBeRemovedAsync(StorageHost host, CancellationToken stop) => Nothing();

    public ValueTask<Outcome<Nothing>> HostRemovedAsync(StorageHost host, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(host);
        return RunAsync(Turn.None, call =>
        {
            var users = Users.All(call);
            // By its users and not by what is recorded: a grant that was interrupted may have left one of the two.
            foreach (var key in _driver.ListOwn(call).Where(key => users.ContainsKey(Marks.UserName(Marks.ImageName(key), host.InitiatorName))))
                CephDriver.Revoke(call, key, host.InitiatorName);
            return default(Nothing);
        }, stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _threads.DisposeAsync().ConfigureAwait(false);
        _connections.Dispose(); // a call that still goes on has the connection in use, and closes it at its end
    }

    private static ValueTask<Outcome<Nothing>> Nothing() => ValueTask.FromResult<Outcome<Nothing>>(default(Nothing));

    /// <summary>Users are made with every grant, so a pool whose user may not is refused before anybody relies on it.</summary>
    private void MustBeAllowed(CephCall call)
    {
        var user = Monitors.First(Monitors.Read(call, "auth get", ("entity", $"client.{_config.User}")));
        var capabilities = user?["caps"]?["mon"]?.GetValue<string>() ?? "";
        if (!capabilities.Contains("allow *", StringComparison.Ordinal))
        {
            throw new StopHere(Faults.Unauthorized(
                $"User client.{_config.User} has mon capabilities '{capabilities}', with which it cannot make a user for each grant and cut clients off. "
                + $"Give it these: ceph auth caps client.{_config.User} mon 'allow *' osd 'profile rbd pool={_config.Pool}'."));
        }
    }

    /// <summary>
    /// What the pool holds and may still take, after replication; null when the cluster does not say (it has no manager) or
    /// bounds it by nothing.
    /// </summary>
    private ByteSize? Capacity(CephCall call)
    {
        var pool = (Monitors.Read(call, "df")?["pools"] as JsonArray ?? []).FirstOrDefault(p => p?["name"]?.GetValue<string>() == _config.Pool)?["stats"];
        var bytes = (pool?["stored"]?.GetValue<long>() ?? 0) + (pool?["max_avail"]?.GetValue<long>() ?? 0);
        return bytes > 0 ? new ByteSize(bytes) : null;
    }
}
