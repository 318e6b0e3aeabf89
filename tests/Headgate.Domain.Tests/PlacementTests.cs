using Headgate.Domain;
using Headgate.Placement;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Domain.Tests;

public class PlacementTests
{
    private static PlacementRequest Request(
        QosSpec qos, long gib = 10, PromiseKind[]? require = null, EnforcementWish enforce = EnforcementWish.Any, params string[] tags) =>
        new(new VolumeWish(ByteSize.GiB(gib), qos, require ?? [], enforce, TagExpression.All(tags)), Pools.Zone);

    private static PoolVerdict Judge(PlacementRequest request, StoragePool pool, DriverCapabilities? can) =>
        Assert.Single(Placer.Place(request, [new PoolOffer(pool, can)]).Verdicts);

    [Fact]
    public void Every_reason_against_a_pool_is_given_with_what_was_asked_and_what_there_is()
    {
        var pool = Pools.Pool("nfs1", gib: 20, iops: 300, "slow") with { ReservedBytes = ByteSize.GiB(15), ReservedIops = 200 };
        var request = Request(QosSpec.Create(500, 1000), gib: 100, [PromiseKind.MinIops], EnforcementWish.Any, "ssd");
        var verdict = Judge(request, pool, Pools.Everything);
        Assert.Equal(
            ["needs tag ssd; has: slow.", "100 GiB asked, 5 GiB free of 20 GiB.", "min 500 IOPS asked, 100 IOPS free of 300."], verdict.Reasons);
        var fault = Placer.NoPool(request, Placer.Place(request, [new PoolOffer(pool, Pools.Everything)]));
        Assert.Equal("no-pool-fits", fault.Code);
        Assert.Equal("pool nfs1: needs tag ssd; has: slow.", fault.Details[0]);
    }

    [Fact]
    public void What_a_pool_would_have_to_take_in_besides_the_volume_counts_and_is_named()
    {
        var request = Request(QosSpec.None, gib: 10);
        PoolVerdict JudgeWith(long gib) => Assert.Single(Placer.Place(request, [
            new PoolOffer(Pools.Pool("san1", gib: 20), Pools.Everything) { AlsoTakes = ByteSize.GiB(gib) }]).Verdicts);
        Assert.True(JudgeWith(10).Fits);
        Assert.Equal("10 GiB asked and 11 GiB needed for the template's first copy there, 20 GiB free of 20 GiB.", Assert.Single(JudgeWith(11).Reasons));
    }

    [Fact]
    public void A_required_limit_that_the_storage_does_not_enforce_rules_the_pool_out_and_a_wished_one_is_granted_to_nobody()
    {
        var plain = Pools.Everything with { MinIops = QosSupport.None };
        var required = Judge(Request(QosSpec.Create(500, 1000), require: [PromiseKind.MinIops]), Pools.Pool("nfs1"), plain);
        Assert.Equal("asked min IOPS 500 required; nfs1 (SolidFire) does not enforce a min IOPS.", Assert.Single(required.Reasons));

        var wished = Judge(Request(QosSpec.Create(500, 1000)), Pools.Pool("nfs1"), plain);
        Assert.True(wished.Fits);
        Assert.Equal((null, Enforcer.Nobody), (wished.Promises[0].Granted, wished.Promises[0].EnforcedBy));
        Assert.Equal(0, wished.Promises.ReservedIops());
        Assert.Equal(Enforcer.Storage, wished.Promises[1].EnforcedBy);
    }

    [Fact]
    public void A_number_that_the_storage_does_not_take_is_refused_when_required_and_else_the_nearest_is_granted()
    {
        var request = Request(QosSpec.Create(10, 1000));
        Assert.Equal(50, Judge(request, Pools.Pool("p"), Pools.Everything).Promises[0].Granted);
        var strict = request with { Wish = request.Wish with { Require = [PromiseKind.MinIops] } };
        Assert.Equal("asked min IOPS 10 required; SolidFire takes 50 to 15000.", Assert.Single(Judge(strict, Pools.Pool("p"), Pools.Everything).Reasons));
    }

    [Fact]
    public void A_required_minimum_needs_a_pool_that_says_how_much_it_can_keep()
    {
        var request = Request(QosSpec.Create(500, null), require: [PromiseKind.MinIops]);
        Assert.Contains("--capacity-iops", Assert.Single(Judge(request, Pools.Pool("p", iops: null), Pools.Everything).Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void A_hypervisor_is_granted_limits_only_where_there_is_one_and_never_a_minimum()
    {
        var request = Request(QosSpec.Create(null, 1000), require: [PromiseKind.MaxIops], enforce: EnforcementWish.Hypervisor);
        Assert.False(Judge(request, Pools.Pool("p"), Pools.Everything).Fits);
        var managed = Judge(request with { HypervisorEnforces = true }, Pools.Pool("p"), Pools.Everything);
        Assert.Equal(Enforcer.Hypervisor, managed.Promises[1].EnforcedBy);
        var min = Request(QosSpec.Create(100, null), require: [PromiseKind.MinIops], enforce: EnforcementWish.Hypervisor);
        Assert.False(Judge(min with { HypervisorEnforces = true }, Pools.Pool("p"), Pools.Everything).Fits);
    }

    [Fact]
    public void Candidates_come_by_free_iops_and_pools_that_are_not_up_never()
    {
        StoragePool[] pools =
        [
            Pools.Pool("small", iops: 1000), Pools.Pool("large", iops: 9000), Pools.Pool("silent", iops: null),
            Pools.Pool("off", iops: 90_000) with { State = PoolState.Disabled }, Pools.Pool("elsewhere") with { ZoneId = Guid.NewGuid() },
        ];
        var answer = Placer.Place(Request(QosSpec.Create(null, 1000)), pools.Select(p => new PoolOffer(p, Pools.Everything)));
        Assert.Equal(["large", "small", "silent", "off"], answer.Verdicts.Select(v => v.Pool.Name));
        Assert.Equal("large", answer.Chosen?.Pool.Name);
    }

    [Fact]
    public void Overcommit_and_what_others_hold_count()
    {
        var pool = Pools.Pool("p", gib: 10, iops: 100) with
        {
            BytesOvercommit = 2, IopsOvercommit = 1.5, ForeignBytes = ByteSize.GiB(5), ForeignIops = 30,
        };
        Assert.Equal((ByteSize.GiB(15), 120L), (pool.FreeBytes, pool.FreeIops));
        Assert.Equal(ByteSize.GiB(1), (pool with { AllowedBytes = ByteSize.GiB(6) }).FreeBytes);
    }
}
