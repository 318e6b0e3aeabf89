using Headgate.Drivers.Tests.Reference;
using Headgate.Primitives;
using Headgate.Storage.Conformance;
using Headgate.Storage.Filters;
using Headgate.Storage.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Drivers.Tests.Filters;

/// <summary>The filters: they hide no facet and invent none, and give the trouble asked for and no other.</summary>
public sealed class FaultInjectingStoreTests
{
    private static readonly VolumeSpec Small = new("v", ByteSize.GiB(1), QosSpec.None) { AccountId = Guid.NewGuid() };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Every facet of the SDK: the interfaces that a driver may implement besides.</summary>
    public static TheoryData<string> Facets => [.. FacetTypes.Select(t => t.Name)];

    private static IEnumerable<Type> FacetTypes =>
        typeof(IQosControl).Assembly.GetExportedTypes().Where(t => t.IsInterface && t != typeof(IPrimaryDataStoreDriver) && t != typeof(IFacetSelection)
            && t.GetMethods().Any(m => m.ReturnType.Name.StartsWith("ValueTask", StringComparison.Ordinal)) && !t.Name.StartsWith("IPrimaryDataStore", StringComparison.Ordinal)
            && t != typeof(IHypervisorHostListener));

    [Theory, MemberData(nameof(Facets))]
    public async Task A_facet_is_there_behind_the_filter_when_and_only_when_it_is_there_without(string name)
    {
        var facet = FacetTypes.Single(t => t.Name == name);
        foreach (var settings in new (string, string)[][] { [], [("snapshots", "none"), ("clones", "none"), ("inventory", "none"), ("resize", "none"), ("minIops", "none"), ("maxIops", "none"), ("burstIops", "none"), ("maxBandwidth", "none")] })
        {
            await using var fixture = new ReferenceFixture(settings);
            await using var filtered = new FaultInjectingStore(fixture.Store, new FaultPlan());
            Assert.Equal(Has(fixture.Store.Driver, facet), Has(filtered.Driver, facet));
        }

        static bool Has(IPrimaryDataStoreDriver driver, Type facet) =>
            facet.IsInstanceOfType(driver) && (driver is not IFacetSelection selection || selection.Offers(facet));
    }

    [Fact]
    public async Task Lost_replies_take_effect_lost_requests_do_not_and_both_look_the_same()
    {
        await using var fixture = new ReferenceFixture();
        var plan = new FaultPlan().Next(StoreCall.Create, new InjectedFault.LoseReply()).Next(StoreCall.Create, new InjectedFault.LoseRequest());
        await using var store = new FaultInjectingStore(fixture.Store, plan);
        var (done, notDone) = (new ObjectKey(Guid.NewGuid()), new ObjectKey(Guid.NewGuid()));

        var lostReply = Assert.IsType<Outcome<VolumeView>.Unknown>(await store.Driver.CreateAsync(done, Small, Stop));
        var lostRequest = Assert.IsType<Outcome<VolumeView>.Unknown>(await store.Driver.CreateAsync(notDone, Small, Stop));

        Assert.Equal((lostReply.Fault.Code, lostReply.Fault.Message), (lostRequest.Fault.Code, lostRequest.Fault.Message));
        Assert.NotNull((await store.Driver.FindAsync(done, Stop)).ValueOrThrow());
        Assert.Null((await store.Driver.FindAsync(notDone, Stop)).ValueOrThrow());
    }

    [Fact]
    public async Task Refused_means_that_the_driver_never_saw_the_call()
    {
        await using var fixture = new ReferenceFixture();
        var seen = new List<StoreCall>();
        var plan = new FaultPlan { Observer = call => seen.Add(call.Call) }.Always(StoreCall.Create, new InjectedFault.Refuse(Faults.Busy("Not now. Repeat it later.")));
        await using var store = new FaultInjectingStore(fixture.Store, plan);

        for (var n = 0; n < 3; n++) Assert.Equal(FaultCodes.Busy, (await store.Driver.CreateAsync(new(Guid.NewGuid()), Small, Stop)).Problem!.Code);
        Assert.Empty(seen);
        plan.Clear();
        Assert.True((await store.Driver.CreateAsync(new(Guid.NewGuid()), Small, Stop)).IsDone);
        Assert.Equal([StoreCall.Create], seen);
    }

    [Fact]
    public async Task A_delay_passes_with_its_clock_and_ends_with_its_caller()
    {
        await using var fixture = new ReferenceFixture();
        var clock = new FakeTimeProvider();
        var plan = new FaultPlan().Always(StoreCall.Find, new InjectedFault.Delay(TimeSpan.FromSeconds(5), clock));
        await using var store = new FaultInjectingStore(fixture.Store, plan);

        var call = store.Driver.FindAsync(new(Guid.NewGuid()), Stop).AsTask();
        clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(call.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True((await call).IsDone);

        using var impatient = new CancellationTokenSource();
        var given = store.Driver.FindAsync(new(Guid.NewGuid()), impatient.Token).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_trouble_and_another_seed_another()
    {
        Assert.Equal(await TroubleAsync(7), await TroubleAsync(7));
        Assert.NotEqual(await TroubleAsync(7), await TroubleAsync(8));

        static async Task<string> TroubleAsync(int seed)
        {
            await using var fixture = new ReferenceFixture();
            var plan = new FaultPlan().ByChance(new FaultRates(seed, LostRequests: 0.2, LostReplies: 0.2, Refusals: 0.2));
            await using var store = new FaultInjectingStore(fixture.Store, plan);
            var outcomes = new List<char>();
            for (var n = 0; n < 200; n++)
            {
                var key = new ObjectKey(Guid.NewGuid());
                var outcome = await store.Driver.CreateAsync(key, Small with { Size = ByteSize.MiB(1) }, Stop);
                var made = (await fixture.Store.Driver.FindAsync(key, Stop)).ValueOrThrow() is not null;
                outcomes.Add(outcome.Match(_ => 'd', _ => 'r', _ => made ? 'a' : 'b'));
            }
            Assert.Equal("abdr", string.Concat(outcomes.Distinct().Order()));
            return string.Concat(outcomes);
        }
    }

    [Theory]
    [InlineData(-0.1, 0, 0), InlineData(0.5, 0.4, 0.2), InlineData(0, double.NaN, 0)]
    public void Rates_that_are_no_shares_of_a_whole_are_refused(double requests, double replies, double refusals) =>
        Assert.Throws<ArgumentException>(() => new FaultPlan().ByChance(new FaultRates(1, requests, replies, refusals)));

    [Fact]
    public async Task A_correct_driver_keeps_every_rule_behind_calls_that_are_slow()
    {
        var plan = new FaultPlan();
        foreach (var call in Enum.GetValues<StoreCall>()) plan.Always(call, new InjectedFault.Delay(TimeSpan.FromMicroseconds(50), TimeProvider.System));
        await using var fixture = new ReferenceFixture(provider => new FaultInjectingProvider(provider, plan));
        var report = await ConformanceKit.RunAsync(fixture.Subject, new ConformanceOptions { Repeats = 2, Concurrency = 3 }, Stop);
        Assert.True(report.Passed, report.ToString());
    }
}
