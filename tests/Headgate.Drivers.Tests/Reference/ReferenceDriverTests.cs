using Headgate.Drivers.Reference;
using Headgate.Primitives;
using Headgate.Storage.Filters;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.Reference;

/// <summary>What the kit cannot see: data, capacity, settings, and the fault filter around a driver.</summary>
public sealed class ReferenceDriverTests
{
    private static readonly VolumeSpec Small = new("v", ByteSize.GiB(1), QosSpec.Create(100, 1000, 2000)) { AccountId = Guid.NewGuid() };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reverting_brings_back_what_the_snapshot_saw_and_a_clone_starts_with_it()
    {
        await using var fixture = new ReferenceFixture();
        var driver = fixture.Store.Driver;
        var (key, snapshotKey, cloneKey) = (new ObjectKey(Guid.NewGuid()), new ObjectKey(Guid.NewGuid()), new ObjectKey(Guid.NewGuid()));
        var volume = (await driver.CreateAsync(key, Small, Stop)).ValueOrThrow();
        var snapshots = driver.Facet<ISnapshots>()!;
        fixture.Array.WriteMark(volume.Handle, "before");
        var snapshot = (await snapshots.CreateSnapshotAsync(snapshotKey, key, volume.Handle, "s", Stop)).ValueOrThrow();
        fixture.Array.WriteMark(volume.Handle, "after");

        var clone = (await driver.Facet<IClones>()!.CloneAsync(cloneKey, Small, volume.Handle, snapshot.Handle, Stop)).ValueOrThrow();
        (await snapshots.RevertAsync(key, volume.Handle, snapshotKey, snapshot.Handle, Stop)).ValueOrThrow();

        Assert.Equal("before", fixture.Array.ReadMark(volume.Handle));
        Assert.Equal("before", fixture.Array.ReadMark(clone.Handle));
    }

    [Fact]
    public async Task Reverting_under_a_session_is_refused()
    {
        await using var fixture = new ReferenceFixture();
        var driver = fixture.Store.Driver;
        var (key, snapshotKey) = (new ObjectKey(Guid.NewGuid()), new ObjectKey(Guid.NewGuid()));
        var volume = (await driver.CreateAsync(key, Small, Stop)).ValueOrThrow();
        var snapshot = (await driver.Facet<ISnapshots>()!.CreateSnapshotAsync(snapshotKey, key, volume.Handle, "s", Stop)).ValueOrThrow();
        var connection = (Connection.Iscsi)(await driver.GrantAccessAsync(key, volume.Handle, new("iqn.2026-11.org.example:a", false), Stop)).ValueOrThrow();
        Assert.True(fixture.Array.LogIn(connection.TargetName, "iqn.2026-11.org.example:a", null));

        var outcome = await driver.Facet<ISnapshots>()!.RevertAsync(key, volume.Handle, snapshotKey, snapshot.Handle, Stop);

        Assert.Equal(FaultCodes.InUse, outcome.Problem!.Code);
    }

    [Theory]
    [InlineData("capacityBytes", "2GiB", FaultCodes.OutOfCapacity)]
    [InlineData("capacityIops", "250", FaultCodes.OutOfIops)]
    public async Task A_third_volume_does_not_fit_where_two_do(string setting, string value, string code)
    {
        await using var fixture = new ReferenceFixture((setting, value));
        for (var n = 0; n < 2; n++) Assert.True((await fixture.Store.Driver.CreateAsync(new(Guid.NewGuid()), Small, Stop)).IsDone);

        var third = await fixture.Store.Driver.CreateAsync(new(Guid.NewGuid()), Small, Stop);

        Assert.Equal(code, Assert.IsType<Outcome<VolumeView>.Refused>(third).Fault.Code);
    }

    [Fact]
    public async Task A_wrong_token_is_unauthorised_and_a_switched_off_array_unreachable()
    {
        await using var fixture = new ReferenceFixture(("token", "wrong"));
        fixture.Array.RequiredToken = "right";
        Assert.Equal(FaultCodes.Unauthorized, (await fixture.Store.LifeCycle.InitializeAsync(Stop)).Problem!.Code);
        fixture.Array.Online = false;
        Assert.Equal(FaultCodes.Unreachable, (await fixture.Store.LifeCycle.InitializeAsync(Stop)).Problem!.Code);
    }

    [Theory]
    [InlineData("minIops", "10")]
    [InlineData("maxIops", "200-100")]
    [InlineData("snapshots", "perhaps")]
    [InlineData("resize", "native")]
    public async Task A_capability_setting_that_cannot_be_read_is_refused_by_name(string setting, string value)
    {
        var provider = new ReferenceProvider();
        var settings = new PoolSettings(Guid.NewGuid(), provider.Settings, new Dictionary<string, string> { [setting] = value });

        var fault = Assert.IsType<Outcome<IPrimaryDataStore>.Refused>(await provider.OpenAsync(settings, Stop)).Fault;

        Assert.Contains(fault.Details, d => d.Contains($"'{setting}'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_filter_loses_replies_and_crashes_after_the_work_is_done()
    {
        await using var fixture = new ReferenceFixture();
        var plan = new FaultPlan().Next(StoreCall.Create, new InjectedFault.LoseReply()).Next(StoreCall.Delete, new InjectedFault.CrashAfter());
        await using var store = new FaultInjectingStore(fixture.Store, plan);
        var key = new ObjectKey(Guid.NewGuid());

        Assert.IsType<Outcome<VolumeView>.Unknown>(await store.Driver.CreateAsync(key, Small, Stop));
        var found = (await store.Driver.FindAsync(key, Stop)).ValueOrThrow();
        Assert.NotNull(found);
        await Assert.ThrowsAsync<StoreCrashException>(async () => await store.Driver.DeleteAsync(key, found.Handle, Stop));
        Assert.Null((await store.Driver.FindAsync(key, Stop)).ValueOrThrow());
        Assert.Equal([StoreCall.Create, StoreCall.Find, StoreCall.Delete, StoreCall.Find], plan.Calls);
    }

    [Fact]
    public async Task The_filter_offers_the_facets_of_the_driver_inside()
    {
        await using var fixture = new ReferenceFixture(("snapshots", "none"));
        await using var store = new FaultInjectingStore(fixture.Store, new FaultPlan());
        Assert.Null(store.Driver.Facet<ISnapshots>());
        Assert.NotNull(store.Driver.Facet<IClones>());
    }
}
