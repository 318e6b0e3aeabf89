using CsCheck;
using Headgate.Domain;
using Headgate.Primitives;

namespace Headgate.Domain.Tests;

public class OfferingTests
{
    private static DiskOffering Offering(OfferingQos qos, ByteSize? size = null) =>
        new() { Id = default, Name = "gold", Size = size, Qos = qos, CreatedAt = default };

    private static string? Refusal(DiskOffering offering, TenantChoice choice) => OfferingResolution.Resolve(offering, choice).Problem?.Code;

    [Fact]
    public void A_fixed_offering_gives_its_numbers_and_takes_no_others()
    {
        var offering = Offering(new() { MinIops = 200, MaxIops = 1000, BurstIops = 1000 }, ByteSize.GiB(10));
        var wish = OfferingResolution.Resolve(offering, new()).ValueOrThrow();
        Assert.Equal((ByteSize.GiB(10), QosSpec.Create(200, 1000, 1000)), (wish.Size, wish.Qos));
        Assert.Equal("size-out-of-range", Refusal(offering, new(ByteSize.GiB(20))));
        Assert.Equal("custom-iops-not-allowed", Refusal(offering, new(MinIops: 500)));
    }

    [Fact]
    public void Custom_sizes_and_iops_are_asked_for_and_checked()
    {
        var offering = Offering(new() { CustomIops = true, Require = [PromiseKind.MinIops] });
        Assert.Equal("size-required", Refusal(offering, new(MinIops: 1)));
        Assert.Equal("qos-required", Refusal(offering, new(ByteSize.GiB(1))));
        Assert.Equal("qos-invalid", Refusal(offering, new(ByteSize.GiB(1), MinIops: 500, MaxIops: 100)));
        Assert.Equal("size-out-of-range", Refusal(offering, new(new ByteSize(0), MinIops: 1)));
        Assert.Equal("size-out-of-range", Refusal(offering, new(ByteSize.TiB(2000), MinIops: 1)));
        Assert.Equal("offering-retired", Refusal(offering with { RetiredAt = DateTimeOffset.UnixEpoch }, new(ByteSize.GiB(1), MinIops: 1)));
    }

    [Fact]
    public void Per_gib_iops_grow_with_each_gib_begun() => Gen.Long[1, 1L << 50].Sample(bytes =>
    {
        var offering = Offering(new() { MinIopsPerGib = 3, MaxIopsPerGib = 10 });
        var qos = OfferingResolution.Resolve(offering, new(new ByteSize(bytes))).ValueOrThrow().Qos;
        var gibs = (long)Math.Ceiling(bytes / (decimal)(1L << 30));
        return qos.MinIops == 3 * gibs && qos.MaxIops == 10 * gibs;
    });

    [Fact]
    public void An_offering_that_contradicts_itself_cannot_be_published()
    {
        OfferingQos[] wrong =
        [
            new() { MinIops = 2000, MaxIops = 1000 }, new() { MinIops = 1, MinIopsPerGib = 1 }, new() { MaxIops = 1, MaxIopsPerGib = 1 },
            new() { MinIopsPerGib = 5, MaxIopsPerGib = 4 }, new() { Require = [PromiseKind.MinIops] }, new() { BurstIops = 10 },
            new() { MinIopsPerGib = -1 }, new() { MaxIops = OfferingResolution.MostIops + 1 },
        ];
        Assert.All(wrong, qos => Assert.NotEmpty(OfferingRules.QosProblems(qos)));
        Assert.Empty(OfferingRules.QosProblems(new() { CustomIops = true, Require = [PromiseKind.MinIops] }));
        Assert.NotEmpty(OfferingRules.SizeProblems(ByteSize.TiB(2000), customSize: false));
        Assert.NotEmpty(OfferingRules.SizeProblems(null, customSize: false));
        Assert.Equal("offering-invalid", OfferingRules.Refusal(["it is wrong."])?.Code);
    }
}
