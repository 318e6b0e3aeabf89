using CsCheck;

namespace Headgate.Qos.Tests;

public sealed class CostCurveTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(512, 100)]
    [InlineData(4096, 100)]
    [InlineData(8192, 160)]
    [InlineData(16384, 270)]
    [InlineData(32768, 500)]
    [InlineData(65536, 1000)]
    [InlineData(131072, 1950)]
    [InlineData(262144, 3900)]
    [InlineData(524288, 7600)]
    [InlineData(1048576, 15000)]
    [InlineData(6144, 130)] // half-way from 4 to 8 KiB
    [InlineData(2097152, 29800)] // the last slope, 7400 per 512 KiB, goes on
    public void Costs_are_those_of_the_table(long bytes, int hundredths) => Assert.Equal(hundredths, CostCurve.Of(bytes));

    [Fact]
    public void A_larger_io_never_costs_less() => Gen.Select(Gen.Long[1, 128 << 20], Gen.Long[1, 128 << 20])
        .Sample((a, b) => CostCurve.Of(Math.Min(a, b)) <= CostCurve.Of(Math.Max(a, b)), seed: "0000KXw2ukZ2");

    [Fact]
    public void A_command_that_touches_terabytes_costs_as_much_as_64_MiB() =>
        Assert.Equal(CostCurve.Of(64 << 20), CostCurve.Of(1L << 40));
}
