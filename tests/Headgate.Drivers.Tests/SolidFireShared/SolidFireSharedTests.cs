using Headgate.Drivers.SolidFireShared;
using Headgate.Drivers.Tests.SolidFire;
using Headgate.Initiator;
using Headgate.Node;
using Headgate.Primitives;
using Headgate.Storage.Conformance;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.SolidFireShared;

/// <summary>
/// A pool on one volume of a real node over TLS. The folder stands for the cluster file system that hosts make on the
/// volume: which file system that is, is not the driver's business.
/// </summary>
internal sealed class SharedVolumeFixture : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hg-drivers-shared-").FullName;
    private readonly SolidFireSharedProvider _provider = new();

    public SharedVolumeFixture(StorageNode node, params (string Name, string? Value)[] settings)
    {
        var given = new Dictionary<string, string>
        {
            ["endpoint"] = node.Credentials.ElementEndpoint, ["username"] = node.Credentials.Username, ["password"] = node.Credentials.Password,
            ["certificateSha256"] = node.Credentials.CertificateSha256, ["volumeSize"] = "2GiB", ["minIops"] = "500", ["maxIops"] = "2000", ["burstIops"] = "4000",
            ["path"] = _folder, ["mountPoint"] = "false", ["deleteOnRemove"] = "true",
        };
        foreach (var (name, value) in settings)
        {
            if (value is null) given.Remove(name);
            else given[name] = value;
        }
        Subject = new ConformanceSubject(_provider, given);
        Store = _provider.OpenAsync(new PoolSettings(Subject.PoolId, _provider.Settings, given), CancellationToken.None).AsTask().GetAwaiter().GetResult().ValueOrThrow();
    }

    public ConformanceSubject Subject { get; }

    public IPrimaryDataStore Store { get; }

    public string Folder => _folder;

    /// <summary>False when the test leaves nothing to remove, or nothing that could be reached.</summary>
    public bool IsRemoved { get; set; } = true;

    public async ValueTask DisposeAsync()
    {
        if (IsRemoved) (await Store.LifeCycle.RemoveAsync(CancellationToken.None)).ValueOrThrow();
        await Store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>The kit against a pool on one shared volume.</summary>
public sealed class SolidFireSharedConformanceTests(RunningNode node) : IClassFixture<RunningNode>
{
    public static TheoryData<string> Rules => Kit.Rules;

    [Theory, MemberData(nameof(Rules))]
    public async Task Obeys(string rule)
    {
        await using var fixture = new SharedVolumeFixture(node.Node);
        await Kit.ObeysAsync(rule, fixture.Subject);
    }
}

/// <summary>The volume on the array, who gets in, and what cannot be done.</summary>
public sealed class SolidFireSharedTests(RunningNode node) : IClassFixture<RunningNode>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Attaching_makes_one_volume_with_the_pools_limits_and_removing_takes_it_away()
    {
        await using var pool = new SharedVolumeFixture(node.Node);
        for (var n = 0; n < 3; n++) (await pool.Store.LifeCycle.AttachAsync(PoolScope.Cluster, Stop)).ValueOrThrow();
        var volume = Assert.Single(await VolumesAsync(pool));
        Assert.Equal((ByteSize.GiB(2), QosSpec.Create(500, 2000, 4000)), (volume.Size, volume.Qos));
        var facts = (await pool.Store.LifeCycle.InitializeAsync(Stop)).ValueOrThrow();
        Assert.Equal((ByteSize.GiB(2), null), (facts.CapacityBytes, facts.CapacityIops));
        Assert.Equal(Support.None, facts.Capabilities.MinIops.Support);

        (await pool.Store.LifeCycle.RemoveAsync(Stop)).ValueOrThrow();
        Assert.Empty(await VolumesAsync(pool));
    }

    [Fact]
    public async Task A_volume_that_is_to_be_kept_is_kept_and_lets_nobody_in_any_more()
    {
        var initiator = Initiator();
        var pool = new SharedVolumeFixture(node.Node, ("initiators", initiator), ("deleteOnRemove", null));
        await using (pool)
        {
            (await pool.Store.LifeCycle.AttachAsync(PoolScope.Cluster, Stop)).ValueOrThrow();
            Assert.Equal([initiator], Assert.Single(await VolumesAsync(pool)).Initiators);
            (await pool.Store.LifeCycle.RemoveAsync(Stop)).ValueOrThrow();
            Assert.Empty(Assert.Single(await VolumesAsync(pool)).Initiators);
        }
    }

    [Fact]
    public async Task Hosts_get_in_as_they_join_and_out_as_they_go()
    {
        var first = Initiator();
        await using var pool = new SharedVolumeFixture(node.Node, ("initiators", first));
        var host = new StorageHost(Guid.NewGuid(), "h2", Initiator());
        Assert.Equal(Recovery.RetryWithBackoff, (await pool.Store.HostListener.HostAddedAsync(host, Stop)).Problem!.Recovery);
        (await pool.Store.LifeCycle.AttachAsync(PoolScope.Cluster, Stop)).ValueOrThrow();
        (await pool.Store.HostListener.HostAddedAsync(host, Stop)).ValueOrThrow();
        Assert.Equal(new[] { first, host.InitiatorName }.Order(), Assert.Single(await VolumesAsync(pool)).Initiators.Order());

        (await pool.Store.HostListener.HostRemovedAsync(host, Stop)).ValueOrThrow();
        Assert.Equal([first], Assert.Single(await VolumesAsync(pool)).Initiators);
    }

    [Fact]
    public async Task Without_a_path_the_volume_is_served_and_disks_are_refused_with_what_to_do()
    {
        await using var pool = new SharedVolumeFixture(node.Node, ("path", null));
        (await pool.Store.LifeCycle.AttachAsync(PoolScope.Cluster, Stop)).ValueOrThrow();
        Assert.Single(await VolumesAsync(pool));
        var facts = (await pool.Store.LifeCycle.InitializeAsync(Stop)).ValueOrThrow();
        Assert.Equal((Support.None, Support.None, Support.None), (facts.Capabilities.Clones, facts.Capabilities.Inventory, facts.Capabilities.LiveResize));
        Assert.Null(pool.Store.Driver.Facet<IInventory>());

        var refused = await pool.Store.Driver.CreateAsync(new(Guid.NewGuid()), new VolumeSpec("v", ByteSize.MiB(1), QosSpec.None) { AccountId = Guid.NewGuid() }, Stop);

        Assert.Equal(("solidfireshared-needs-path", Recovery.AskOperator), (refused.Problem!.Code, refused.Problem.Recovery));
    }

    [Fact]
    public async Task Until_the_file_system_is_mounted_hosts_can_log_in_and_the_pool_counts_as_away()
    {
        await using var pool = new SharedVolumeFixture(node.Node, ("mountPoint", "true"), ("initiators", Initiator()));
        var attached = await pool.Store.LifeCycle.AttachAsync(PoolScope.Cluster, Stop);
        Assert.Equal(FaultCodes.Unreachable, Assert.IsType<Outcome<Nothing>.Unknown>(attached).Fault.Code);
        Assert.Single(Assert.Single(await VolumesAsync(pool)).Initiators);
        Assert.Empty(Directory.EnumerateFileSystemEntries(pool.Folder));
        Assert.Equal(FaultCodes.Unreachable, (await pool.Store.Driver.Facet<IInventory>()!.ListAsync(Stop)).Problem!.Code);
        await RemoveByHandAsync(pool);
        pool.IsRemoved = false;
    }

    [Fact]
    public async Task More_capacity_makes_the_volume_grow_and_less_is_kept_to_by_the_files()
    {
        await using var pool = new SharedVolumeFixture(node.Node);
        Assert.Equal(FaultCodes.Unreachable, (await ChangeAsync(pool, ByteSize.GiB(3))).Problem!.Code); // there is no volume yet
        (await pool.Store.LifeCycle.AttachAsync(PoolScope.Cluster, Stop)).ValueOrThrow();

        for (var n = 0; n < 2; n++) Assert.Equal(ByteSize.GiB(3), (await ChangeAsync(pool, ByteSize.GiB(3))).ValueOrThrow().CapacityBytes);
        (await pool.Store.LifeCycle.AttachAsync(PoolScope.Cluster, Stop)).ValueOrThrow(); // a restart attaches again
        var volume = Assert.Single(await VolumesAsync(pool));
        Assert.Equal((ByteSize.GiB(3), QosSpec.Create(500, 2000, 4000)), (volume.Size, volume.Qos));

        Assert.Equal(ByteSize.MiB(4), (await ChangeAsync(pool, ByteSize.MiB(4))).ValueOrThrow().CapacityBytes);
        Assert.Equal(ByteSize.GiB(3), Assert.Single(await VolumesAsync(pool)).Size);
        var disk = new VolumeSpec("v", ByteSize.MiB(5), QosSpec.None) { AccountId = Guid.NewGuid() };
        Assert.Equal(FaultCodes.OutOfCapacity, (await pool.Store.Driver.CreateAsync(new(Guid.NewGuid()), disk, Stop)).Problem!.Code);
        Assert.Equal(ByteSize.GiB(3), (await ChangeAsync(pool, null)).ValueOrThrow().CapacityBytes);
        Assert.Equal(FaultCodes.InvalidArgument, (await pool.Store.LifeCycle.Facet<ICapacityControl>()!.ChangeCapacityAsync(new PoolCapacity(null, 900), Stop)).Problem!.Code);
    }

    [Fact]
    public async Task Without_a_path_the_volume_can_grow_and_nobody_keeps_to_less()
    {
        await using var pool = new SharedVolumeFixture(node.Node, ("path", null));
        (await pool.Store.LifeCycle.AttachAsync(PoolScope.Cluster, Stop)).ValueOrThrow();
        Assert.Equal(ByteSize.GiB(3), (await ChangeAsync(pool, ByteSize.GiB(3))).ValueOrThrow().CapacityBytes);
        Assert.Equal(FaultCodes.SizeOutOfRange, (await ChangeAsync(pool, ByteSize.GiB(2))).Problem!.Code);
        Assert.Equal(ByteSize.GiB(3), (await pool.Store.LifeCycle.InitializeAsync(Stop)).ValueOrThrow().CapacityBytes);
    }

    private static async Task<Outcome<PoolFacts>> ChangeAsync(SharedVolumeFixture pool, ByteSize? bytes) =>
        await pool.Store.LifeCycle.Facet<ICapacityControl>()!.ChangeCapacityAsync(new PoolCapacity(bytes, null), Stop);

    [Theory]
    [InlineData("minIops", "3000")]
    [InlineData("initiators", "not an initiator")]
    [InlineData("snapshots", "copies")]
    [InlineData("certificateSha256", "abc")]
    public async Task Settings_of_any_of_the_three_parts_that_cannot_work_are_refused(string name, string value)
    {
        var provider = new SolidFireSharedProvider();
        var given = new Dictionary<string, string>
        {
            ["endpoint"] = "https://10.0.0.5", ["username"] = "admin", ["password"] = "secret", ["volumeSize"] = "1GiB", ["maxIops"] = "2000", ["path"] = "/mnt/shared", [name] = value,
        };
        var outcome = await provider.OpenAsync(new PoolSettings(Guid.NewGuid(), provider.Settings, given), Stop);
        Assert.Equal(FaultCodes.InvalidArgument, Assert.IsType<Outcome<IPrimaryDataStore>.Refused>(outcome).Fault.Code);
    }

    private static string Initiator() => $"iqn.2026-11.org.headgate.test:{Guid.NewGuid():N}";

    /// <summary>The pool's volumes on the array, as a SolidFire pool of the same id sees them.</summary>
    private async Task<IReadOnlyList<VolumeView>> VolumesAsync(SharedVolumeFixture pool)
    {
        await using var array = Array(pool);
        return [.. (await array.Driver.Facet<IInventory>()!.ListAsync(Stop)).ValueOrThrow().Where(v => v.Key is not null)];
    }

    /// <summary>The mount is missing, so the pool itself cannot tell whether it is empty.</summary>
    private async Task RemoveByHandAsync(SharedVolumeFixture pool)
    {
        await using var array = Array(pool);
        foreach (var volume in await VolumesAsync(pool)) (await array.Driver.DeleteAsync(volume.Key!.Value, volume.Handle, Stop)).ValueOrThrow();
    }

    private static IPrimaryDataStore Array(SharedVolumeFixture pool)
    {
        var provider = new Headgate.Drivers.SolidFire.SolidFireProvider();
        var given = pool.Subject.Settings.Where(s => provider.Settings.Settings.Any(known => known.Name == s.Key)).ToDictionary();
        return provider.OpenAsync(new PoolSettings(pool.Subject.PoolId, provider.Settings, given), CancellationToken.None).AsTask().GetAwaiter().GetResult().ValueOrThrow();
    }
}
