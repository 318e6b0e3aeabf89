using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.SharedPool;

/// <summary>The budget of a pool: in the marker, for every server, and beside those of other pools in the folder.</summary>
public sealed class SharedPoolCapacityTests
{
    private static readonly VolumeSpec Small = new("v", ByteSize.MiB(1), QosSpec.None) { AccountId = Guid.NewGuid() };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_server_keeps_to_the_budget_and_refuses_less_than_is_taken_with_the_figures()
    {
        await using var pool = await FolderFixture.StartAsync();
        var key = new ObjectKey(Guid.NewGuid());
        (await pool.Driver.CreateAsync(key, Small with { Size = ByteSize.MiB(6) }, Stop)).ValueOrThrow();
        Assert.Equal(ByteSize.MiB(8), (await ChangeAsync(pool.Store, ByteSize.MiB(8))).ValueOrThrow().CapacityBytes);

        await using var other = pool.Open();

        Assert.Equal(ByteSize.MiB(8), (await other.LifeCycle.InitializeAsync(Stop)).ValueOrThrow().CapacityBytes);
        var refused = (await other.Driver.CreateAsync(new(Guid.NewGuid()), Small with { Size = ByteSize.MiB(3) }, Stop)).Problem!;
        Assert.Equal(FaultCodes.OutOfCapacity, refused.Code);
        Assert.Contains("3 MiB more were asked for; volumes of this pool take 6 MiB of the 8 MiB", refused.Message, StringComparison.Ordinal);
        (await other.Driver.CreateAsync(new(Guid.NewGuid()), Small with { Size = ByteSize.MiB(2) }, Stop)).ValueOrThrow();
        var less = (await ChangeAsync(other, ByteSize.MiB(7))).Problem!;
        Assert.Equal(FaultCodes.CapacityInUse, less.Code);
        Assert.Contains("A capacity of 7 MiB", less.Message, StringComparison.Ordinal);
        Assert.Contains("volumes take 8 MiB", less.Message, StringComparison.Ordinal);
        Assert.Equal(2, pool.Files("*.raw").Length);
    }

    [Fact]
    public async Task Two_pools_in_one_folder_have_a_budget_each_and_a_pool_that_goes_takes_its_own_along()
    {
        await using var one = await FolderFixture.StartAsync();
        await using var two = await FolderFixture.StartAsync(one.Folder);
        (await ChangeAsync(one.Store, ByteSize.MiB(2))).ValueOrThrow();
        (await ChangeAsync(two.Store, ByteSize.MiB(4))).ValueOrThrow();
        var key = new ObjectKey(Guid.NewGuid());
        var made = (await two.Driver.CreateAsync(key, Small with { Size = ByteSize.MiB(4) }, Stop)).ValueOrThrow();

        (await one.Driver.CreateAsync(new(Guid.NewGuid()), Small with { Size = ByteSize.MiB(2) }, Stop)).ValueOrThrow();
        (await two.Driver.DeleteAsync(key, made.Handle, Stop)).ValueOrThrow();
        (await two.Store.LifeCycle.RemoveAsync(Stop)).ValueOrThrow();
        (await two.Store.LifeCycle.AttachAsync(PoolScope.Zone, Stop)).ValueOrThrow();

        Assert.True((await two.Store.LifeCycle.InitializeAsync(Stop)).ValueOrThrow().CapacityBytes > ByteSize.MiB(4));
        Assert.Equal(ByteSize.MiB(2), (await one.Store.LifeCycle.InitializeAsync(Stop)).ValueOrThrow().CapacityBytes);
    }

    [Fact]
    public async Task A_marker_without_budgets_is_as_it_was_before_there_were_any()
    {
        await using var pool = await FolderFixture.StartAsync();
        var before = await File.ReadAllTextAsync(Path.Combine(pool.Folder, ".headgate-pool.json"), Stop);
        Assert.DoesNotContain("budgets", before, StringComparison.OrdinalIgnoreCase);
        (await ChangeAsync(pool.Store, ByteSize.MiB(2))).ValueOrThrow();
        (await ChangeAsync(pool.Store, null)).ValueOrThrow();
        Assert.Equal(before, await File.ReadAllTextAsync(Path.Combine(pool.Folder, ".headgate-pool.json"), Stop));
    }

    private static async Task<Outcome<PoolFacts>> ChangeAsync(IPrimaryDataStore store, ByteSize? bytes) =>
        await store.LifeCycle.Facet<ICapacityControl>()!.ChangeCapacityAsync(new PoolCapacity(bytes, null), Stop);
}
