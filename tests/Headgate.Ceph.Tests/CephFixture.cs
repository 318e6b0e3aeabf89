using Headgate.Drivers.Ceph;
using Headgate.Drivers.Ceph.Native;
using Headgate.Primitives;
using Headgate.Storage.Conformance;
using Headgate.Storage.Sdk;

namespace Headgate.Ceph.Tests;

/// <summary>A pool of the driver on the real cluster, with a link that can be broken, hosts with librbd, and an administrator beside us.</summary>
internal sealed class CephFixture : IAsyncDisposable
{
    private readonly RunningCeph _ceph;
    private readonly RbdHost _host = new();

    public CephFixture(RunningCeph ceph, params (string Name, string Value)[] settings)
    {
        ceph.Require();
        _ceph = ceph;
        Settings = ceph.Settings;
        foreach (var (name, value) in settings) Settings[name] = value;
        var provider = new CephProvider(null, Link.Around);
        Subject = new ConformanceSubject(provider, Settings)
        {
            Link = Link, Reach = _host.ReachAsync, Data = _host, MakeForeignVolume = MakeForeignAsync, IsShared = true, // other tests make images meanwhile
        };
        Store = Open(provider);
    }

    public BreakableLink Link { get; } = new();

    public Dictionary<string, string> Settings { get; }

    public ConformanceSubject Subject { get; }

    public IPrimaryDataStore Store { get; }

    public IPrimaryDataStoreDriver Driver => Store.Driver;

    /// <summary>Acts as the cluster's administrator, who has every right and asks nobody.</summary>
    public T AsAdmin<T>(Func<CephCall, T> work)
    {
        var config = new CephConfig(
            Guid.Empty, _ceph.Monitors, null, "headgate", _ceph.Key, "rbd", Settings.GetValueOrDefault("namespace") ?? "", null,
            Patience.Long, Patience.Long, TimeProvider.System);
        using var connections = new CephConnections(config);
        return CephCall.Run(connections, static (_, request) => request(), work).ValueOrThrow();
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    private ValueTask<ForeignVolume> MakeForeignAsync(CancellationToken stop)
    {
        var name = $"by-hand-{Guid.NewGuid():N}";
        var id = AsAdmin(call =>
        {
            Images.TryCreate(call, name, 1 << 20);
            using var image = Image.Find(call, name)!;
            return image.Id;
        });
        return ValueTask.FromResult(new ForeignVolume(new VolumeHandle(id), _ =>
        {
            Assert.True(AsAdmin(call => Images.TryRemove(call, name)));
            return ValueTask.CompletedTask;
        }));
    }

    private IPrimaryDataStore Open(CephProvider provider) =>
        provider.OpenAsync(new PoolSettings(Subject.PoolId, provider.Settings, Settings), CancellationToken.None)
            .AsTask().GetAwaiter().GetResult().ValueOrThrow(); // opening never waits: it does not talk to the cluster
}
