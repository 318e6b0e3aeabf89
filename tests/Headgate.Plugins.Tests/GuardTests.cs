using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Plugins.Tests;

/// <summary>What a driver does wrong in a call becomes an outcome, and nothing else.</summary>
public sealed class GuardTests
{
    private static readonly VolumeSpec Spec = new("v", ByteSize.MiB(1), QosSpec.None) { AccountId = Guid.NewGuid() };

    [Fact]
    public async Task A_call_that_throws_is_a_doubt_and_its_message_is_not_passed_on()
    {
        using var bed = new PluginBed();
        bed.Put("acme");
        await bed.RescanAsync();
        var store = await ComingAndGoingTests.OpenAsync(bed, "throw");

        var outcome = await store.Driver.CreateAsync(new ObjectKey(Guid.NewGuid()), Spec, PluginBed.Stop);

        var fault = Assert.IsType<Outcome<VolumeView>.Unknown>(outcome).Fault;
        Assert.Equal((ProviderFaults.DriverThrew, Recovery.RetryWithBackoff), (fault.Code, fault.Recovery));
        Assert.Contains("InvalidOperationException in CreateAsync", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_answers_null_is_a_doubt()
    {
        using var bed = new PluginBed();
        bed.Put("acme");
        await bed.RescanAsync();
        var store = await ComingAndGoingTests.OpenAsync(bed, "null");

        var outcome = await store.Driver.CreateAsync(new ObjectKey(Guid.NewGuid()), Spec, PluginBed.Stop);

        Assert.Equal(ProviderFaults.DriverThrew, Assert.IsType<Outcome<VolumeView>.Unknown>(outcome).Fault.Code);
    }

    [Fact]
    public async Task A_call_that_was_cancelled_says_so()
    {
        using var bed = new PluginBed();
        bed.Put("acme");
        await bed.RescanAsync();
        var store = await ComingAndGoingTests.OpenAsync(bed, "wait");
        using var stop = new CancellationTokenSource();
        var call = store.Driver.CreateAsync(new ObjectKey(Guid.NewGuid()), Spec, stop.Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task A_store_that_cannot_be_closed_is_closed_all_the_same()
    {
        using var bed = new PluginBed();
        bed.Put("acme");
        await bed.RescanAsync();
        var store = await ComingAndGoingTests.OpenAsync(bed, "dispose");

        await store.DisposeAsync();

        Assert.True(((GuardedStore)store).IsClosed);
    }

    /// <summary>A facet that the guard does not have would be lost on every driver behind it, in silence.</summary>
    [Fact]
    public void The_guard_has_every_facet_of_the_sdk()
    {
        Type[] stores = [typeof(IPrimaryDataStore), typeof(IPrimaryDataStoreLifeCycle), typeof(IHypervisorHostListener)];
        var facets = typeof(IPrimaryDataStoreDriver).Assembly.GetExportedTypes()
            .Where(type => type.IsInterface && !stores.Contains(type) && type != typeof(IPrimaryDataStoreProvider)).ToList();

        Assert.NotEmpty(facets);
        Assert.Empty(facets.Except(typeof(GuardedDriver).GetInterfaces()).Except(typeof(GuardedStore).GetInterfaces()));
    }

    [Fact]
    public async Task A_facet_that_the_driver_lacks_is_not_offered()
    {
        using var bed = new PluginBed();
        bed.Put("acme");
        await bed.RescanAsync();
        var driver = (await ComingAndGoingTests.OpenAsync(bed)).Driver;

        Assert.NotNull(driver.Facet<IInventory>());
        Assert.Null(driver.Facet<ISnapshots>());
    }

    [Fact]
    public async Task A_facet_of_the_life_cycle_passes_the_guard_as_every_call_does()
    {
        using var bed = new PluginBed();
        bed.Put("acme");
        await bed.RescanAsync();
        var store = await ComingAndGoingTests.OpenAsync(bed);
        var throwing = await ComingAndGoingTests.OpenAsync(bed, "throw");

        var facts = (await store.LifeCycle.Facet<ICapacityControl>()!.ChangeCapacityAsync(new PoolCapacity(ByteSize.GiB(3), 7), PluginBed.Stop)).ValueOrThrow();
        var doubt = await throwing.LifeCycle.Facet<ICapacityControl>()!.ChangeCapacityAsync(new PoolCapacity(null, null), PluginBed.Stop);

        Assert.Equal((ByteSize.GiB(3), 7L), (facts.CapacityBytes, facts.CapacityIops));
        Assert.Equal(ProviderFaults.DriverThrew, Assert.IsType<Outcome<PoolFacts>.Unknown>(doubt).Fault.Code);
        Assert.Null(store.LifeCycle.Facet<IInventory>());
    }
}
