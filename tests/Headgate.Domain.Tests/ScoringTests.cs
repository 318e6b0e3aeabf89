using CsCheck;
using Headgate.Domain;
using Headgate.Placement;
using Headgate.Primitives;

namespace Headgate.Domain.Tests;

/// <summary>Which candidate is taken: properties of the score, the two policies, reach and what pools are kept for.</summary>
public class ScoringTests
{
    private static PlacementRequest Request(long min, long gib, string tags = "", PlacementPolicy policy = PlacementPolicy.Spread, ByteSize? bandwidth = null) => new(
        new VolumeWish(
            ByteSize.GiB(gib), QosSpec.Create(min, Math.Max(1, min) * 2, null, bandwidth), [], EnforcementWish.Any, TagExpression.Parse(tags).ValueOrThrow()),
        Pools.Zone)
    {
        Policy = policy,
    };

    private static PlacementAnswer Place(PlacementRequest request, params IEnumerable<StoragePool> pools) =>
        Placer.Place(request, pools.Select(p => new PoolOffer(p, Pools.Everything)));

    private static readonly Gen<StoragePool> AnyPool = Gen.Select(Gen.Int[1, 500], Gen.Int[0, 20_000].Nullable(), Gen.Int[0, 500], Gen.Int[0, 20_000], Gen.Int[0, 999])
        .Select((gib, iops, usedGib, usedIops, name) => Pools.Pool($"p{name}", gib, iops) with
        {
            ReservedBytes = ByteSize.GiB(Math.Min(usedGib, gib)), ReservedIops = Math.Min(usedIops, iops ?? 0),
        });

    /// <summary>A thousand requests in a row, each reserved as the use case does: no pool ever has less than nothing, and none that fits is passed over.</summary>
    [Fact]
    public void A_thousand_volumes_in_a_row_never_oversell_and_are_refused_only_when_no_pool_fits() =>
        Gen.Select(AnyPool.Array[1, 6], Gen.Select(Gen.Int[50, 900], Gen.Int[1, 20], Gen.Bool).Array[1000]).Sample(
            (pools, requests) =>
            {
                pools = [.. pools.Select((pool, i) => pool with { Name = $"p{i}", AllowedBandwidth = ByteSize.MiB(4000), IopsOvercommit = 1.5 })];
                foreach (var (min, gib, packs) in requests)
                {
                    var request = Request(min, gib, policy: packs ? PlacementPolicy.Pack : PlacementPolicy.Spread, bandwidth: ByteSize.MiB(min));
                    var chosen = Place(request, pools).Chosen;
                    if (chosen is null)
                    {
                        Assert.All(pools, p => Assert.True(p.FreeBytes < ByteSize.GiB(gib) || p.FreeIops < min || p.FreeBandwidth < ByteSize.MiB(min)));
                        continue;
                    }
                    var at = Array.FindIndex(pools, p => p.Id == chosen.Pool.Id);
                    pools[at] = Ledger.Replace(pools[at], Reservation.None, chosen.Reservation);
                }
                Assert.All(pools, p => Assert.True(
                    p.ReservedBytes <= p.CapacityBytes && !(p.ReservedIops > p.CapacityIops) && p.ReservedBandwidth <= p.CapacityBandwidth));
            },
            iter: 20);

    [Fact]
    public void Spread_leaves_the_most_and_pack_the_least_of_what_is_scarcest() =>
        Gen.Select(AnyPool.Array[2, 8], Gen.Int[50, 500], Gen.Int[1, 10]).Sample((pools, min, gib) =>
        {
            pools = [.. pools.Select((pool, i) => pool with { Name = $"p{i}", FoundIops = pool.FoundIops ?? 100 })];
            var (spread, pack) = (Place(Request(min, gib), pools), Place(Request(min, gib, policy: PlacementPolicy.Pack), pools));
            var scores = spread.Verdicts.Where(v => v.Fits).Select(v => v.Score!.Value).ToList();
            Assert.All(scores, score => Assert.InRange(score, 0, 1));
            Assert.Equal(scores.OrderDescending(), scores);
            Assert.Equal(scores.Order(), pack.Verdicts.Where(v => v.Fits).Select(v => v.Score!.Value));
            Assert.Equal(spread.Verdicts.Count(v => v.Fits), pack.Verdicts.Count(v => v.Fits));
        });

    [Fact]
    public void The_order_of_the_pools_in_the_database_does_not_matter() =>
        Gen.Select(AnyPool.Array[2, 8], Gen.Int[0, 1000]).Sample((pools, seed) =>
        {
            pools = [.. pools.Select((pool, i) => pool with { Name = $"p{i}" })];
            var shuffled = pools.OrderBy(p => HashCode.Combine(seed, p.Name)).ToArray();
            foreach (var policy in Enum.GetValues<PlacementPolicy>())
            {
                var request = Request(60, 1, policy: policy);
                Assert.Equal(Place(request, pools).Verdicts.Select(v => v.Pool.Name), Place(request, shuffled).Verdicts.Select(v => v.Pool.Name));
            }
        });

    [Fact]
    public void A_pool_without_iops_left_is_full_however_much_space_it_has()
    {
        var roomy = Pools.Pool("roomy", gib: 10_000, iops: 1000) with { ReservedIops = 900 };
        var even = Pools.Pool("even", gib: 100, iops: 1000) with { ReservedIops = 500, ReservedBytes = ByteSize.GiB(50) };
        Assert.Equal("even", Place(Request(50, 1), roomy, even).Chosen?.Pool.Name);
        Assert.Equal("roomy", Place(Request(50, 1, policy: PlacementPolicy.Pack), roomy, even).Chosen?.Pool.Name);
    }

    [Fact]
    public void Bandwidth_is_counted_where_the_pool_states_any()
    {
        var pool = Pools.Pool("p") with { AllowedBandwidth = ByteSize.MiB(100), BandwidthOvercommit = 1.5, ReservedBandwidth = ByteSize.MiB(60) };
        Assert.True(Place(Request(50, 1, bandwidth: ByteSize.MiB(90)), pool).Verdicts[0].Fits);
        Assert.Equal(
            "91 MiB/s asked, 90 MiB/s free of 150 MiB/s (over-committed 1.5 times).", Assert.Single(Place(Request(50, 1, bandwidth: ByteSize.MiB(91)), pool).Verdicts[0].Reasons));
    }

    [Fact]
    public void A_pool_kept_for_a_tag_takes_only_what_asks_for_it_by_name()
    {
        var kept = Pools.Pool("gpu1", tags: ["ssd", "gpu"]) with { ExclusiveTags = ["gpu"] };
        Assert.Equal("it is kept for what asks for tag gpu by name; this asks for ssd.", Assert.Single(Place(Request(50, 1, "ssd"), kept).Verdicts[0].Reasons));
        Assert.False(Place(Request(50, 1), kept).Verdicts[0].Fits);
        Assert.False(Place(Request(50, 1, "ssd or not gpu"), kept).Verdicts[0].Fits);
        Assert.True(Place(Request(50, 1, "gpu"), kept).Verdicts[0].Fits);
        Assert.True(Place(Request(50, 1, "gpu or archive"), kept).Verdicts[0].Fits);
    }

    [Fact]
    public void Only_pools_that_the_host_or_the_whole_cluster_reaches_are_candidates()
    {
        var (cluster, host) = (Guid.NewGuid(), Guid.NewGuid());
        StoragePool[] pools =
        [
            Pools.Pool("zone"), Pools.Pool("cluster") with { Scope = StorageScope.Cluster, ClusterId = cluster }, Pools.Pool("far") with { Scope = StorageScope.Cluster, ClusterId = Guid.NewGuid() },
            Pools.Pool("local") with { Scope = StorageScope.Host, HostId = host }, Pools.Pool("deaf"),
        ];
        var unheard = new Dictionary<Guid, IReadOnlyList<string>> { [pools[4].Id] = ["h1"] };
        string[] Reached(PlacementReach? reach) => [.. Place(Request(50, 1) with { Reach = reach }, pools).Verdicts.Where(v => v.Fits).Select(v => v.Pool.Name).Order()];
        Assert.Equal(["cluster", "deaf", "far", "local", "zone"], Reached(null));
        Assert.Equal(["cluster", "zone"], Reached(new PlacementReach(cluster, "c1") { Unconnected = unheard }));
        Assert.Equal(["cluster", "local", "zone"], Reached(new PlacementReach(cluster, "c1", host, "h1") { Unconnected = unheard }));
        var reasons = Placer.Reasons(Place(Request(50, 1) with { Reach = new(cluster, "c1") { Unconnected = unheard } }, pools));
        Assert.Contains("pool local: cluster c1 does not reach it; it is for one host only.", reasons);
        Assert.Contains(reasons, r => r.StartsWith("pool deaf: its storage was told of host h1", StringComparison.Ordinal));
    }
}
