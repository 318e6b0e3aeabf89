using CsCheck;
using Headgate.Domain;
using Headgate.Primitives;

namespace Headgate.Domain.Tests;

/// <summary>Formulas with floor and ceiling, ranges to choose from, prices.</summary>
public class OfferingFormulaTests
{
    private static DiskOffering Offering(OfferingQos qos) => new() { Id = default, Name = "gold", Qos = qos, CreatedAt = default };

    [Fact]
    public void A_formula_is_kept_between_its_floor_and_its_ceiling() => Gen.Long[1, 1L << 50].Sample(bytes =>
    {
        var offering = Offering(new()
        {
            MinIopsPerGib = 3, MinIopsBounds = new(100, 5000), MaxIopsPerGib = 30, MaxIopsBounds = new(null, 50_000), BurstIopsPerGib = 60, BurstIopsBounds = new(1000, null),
        });
        var qos = OfferingResolution.Resolve(offering, new(new ByteSize(bytes))).ValueOrThrow().Qos;
        var gibs = (long)Math.Ceiling(bytes / (decimal)(1L << 30));
        return qos.MinIops == Math.Clamp(3 * gibs, 100, 5000) && qos.MaxIops == Math.Min(30 * gibs, 50_000) && qos.BurstIops == Math.Max(60 * gibs, 1000);
    });

    /// <summary>What the rules let pass makes a volume of every size; what they refuse fails for some size.</summary>
    [Fact]
    public void Formulas_that_cross_at_any_size_are_found_when_the_offering_is_published() =>
        Gen.Select(Gen.Long[0, 20], Gen.Long[0, 300], Gen.Long[1, 20], Gen.Long[1, 3000], Gen.Int[1, 400]).Sample((minEach, minFloor, maxEach, maxCeiling, to) =>
        {
            var qos = new OfferingQos { MinIopsPerGib = minEach, MinIopsBounds = new(minFloor, null), MaxIopsPerGib = maxEach, MaxIopsBounds = new(null, maxCeiling) };
            var isGood = Enumerable.Range(1, to).All(gib => OfferingResolution.ResolveQos(Offering(qos), ByteSize.GiB(gib), new()).IsDone);
            Assert.Equal(isGood, !OfferingRules.QosProblems(qos, ByteSize.GiB(1), ByteSize.GiB(to)).Any());
        });

    [Theory]
    [InlineData(50, 5000, null, null)]
    [InlineData(null, 5000, null, null)] // no min is a min of 0
    [InlineData(50, 5000, 9000, null)]
    [InlineData(2000, 5000, null, "iops-out-of-range")]
    [InlineData(50, 20, null, "qos-invalid")]
    [InlineData(50, 99_000, null, "iops-out-of-range")]
    [InlineData(50, null, null, "iops-out-of-range")] // no max is above every ceiling
    [InlineData(50, 5000, 99_000, "iops-out-of-range")]
    public void A_tenant_chooses_within_the_ranges(int? min, int? max, int? burst, string? refusal)
    {
        var offering = Offering(new() { CustomIops = true, CustomMinIops = new(0, 1000), CustomMaxIops = new(100, 10_000), CustomBurstIops = new(null, 20_000) });
        Assert.Equal(refusal, OfferingResolution.Resolve(offering, new(ByteSize.GiB(1), min, max, burst)).Problem?.Code);
    }

    [Fact]
    public void A_tenant_cannot_choose_away_the_bandwidth_limit_nor_a_size_outside_its_range()
    {
        var offering = Offering(new() { CustomIops = true, MaxBandwidth = ByteSize.MiB(100) }) with { SizeFrom = ByteSize.GiB(10), SizeTo = ByteSize.GiB(100) };
        Assert.Equal("bandwidth-out-of-range", OfferingResolution.RangeProblem(offering, QosSpec.None)?.Code);
        Assert.Null(OfferingResolution.RangeProblem(offering, QosSpec.Create(null, null, null, ByteSize.MiB(50))));
        Assert.Contains("of 10 GiB to 100 GiB", OfferingResolution.RangeProblem(offering, ByteSize.GiB(9))?.Message, StringComparison.Ordinal);
        Assert.Equal("size-out-of-range", OfferingResolution.Resolve(offering, new(ByteSize.GiB(101))).Problem?.Code);
        Assert.True(OfferingResolution.Resolve(offering, new(ByteSize.GiB(100))).IsDone);
    }

    [Fact]
    public void An_offering_whose_parts_do_not_go_together_is_refused()
    {
        OfferingQos[] wrong =
        [
            new() { MinIopsBounds = new(1, 2) }, new() { MinIopsPerGib = 1, MinIopsBounds = new(5, 4) }, new() { CustomMaxIops = new(1, 2) },
            new() { CustomIops = true, MaxIopsPerGib = 3 }, new() { CustomIops = true, CustomMaxIops = new(-1, 2) }, new() { BurstIopsPerGib = 3 },
        ];
        Assert.All(wrong, qos => Assert.NotEmpty(OfferingRules.QosProblems(qos)));
        Assert.NotEmpty(OfferingRules.SizeProblems(ByteSize.GiB(1), customSize: false, from: ByteSize.GiB(1)));
        Assert.NotEmpty(OfferingRules.SizeProblems(null, customSize: true, ByteSize.GiB(2), ByteSize.GiB(1)));
        Assert.NotEmpty(OfferingRules.TagProblems(["not"]));
        Assert.NotEmpty(OfferingRules.PriceProblems(new OfferingPrice(-1)));
        Assert.NotEmpty(OfferingRules.PriceProblems(new OfferingPrice(PerMaxIopsMonth: OfferingPrice.Most + 1)));
        Assert.NotEmpty(OfferingRules.PriceProblems(new OfferingPrice(0.0000000001m)));
        Assert.Empty(OfferingRules.PriceProblems(new OfferingPrice(0.08m, 0.000000001m)));
    }

    [Fact]
    public void A_price_is_of_size_and_of_what_was_granted()
    {
        Promise Of(PromiseKind kind, long? granted, Enforcer by) => new(kind, granted, false, granted, by, null);
        var price = new OfferingPrice(0.10m, 0.01m, 0.001m);
        Promise[] promises = [Of(PromiseKind.MinIops, 500, Enforcer.Storage), Of(PromiseKind.MaxIops, 3000, Enforcer.Storage)];
        Assert.Equal(10m + 5m + 3m, price.PerMonth(ByteSize.GiB(100), promises));
        Assert.Equal(0.05m, price.PerMonth(ByteSize.MiB(512), [Of(PromiseKind.MinIops, 500, Enforcer.Nobody)]));
    }

    [Fact]
    public void A_version_that_is_not_current_makes_no_volumes() => Assert.Equal(
        "offering-superseded", OfferingResolution.Resolve(Offering(new()) with { SupersededAt = DateTimeOffset.UnixEpoch }, new(ByteSize.GiB(1))).Problem?.Code);
}
