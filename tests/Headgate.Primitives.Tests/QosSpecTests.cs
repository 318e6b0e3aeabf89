using CsCheck;
using Headgate.Primitives;

namespace Headgate.Primitives.Tests;

public sealed class QosSpecTests
{
    [Fact]
    public void Every_spec_that_can_be_made_is_in_order()
    {
        var number = Gen.Long[-2, 6].Select(n => n == -2 ? (long?)null : n);
        Gen.Select(number, number, number).Sample((min, max, burst) =>
        {
            var made = QosSpec.TryCreate(min, max, burst, null, out var spec, out var problem);
            Assert.Equal(made, problem is null);
            if (!made)
            {
                Assert.Equal(QosSpec.None, spec);
                return;
            }
            Assert.True(spec.MinIops is null or >= 0);
            Assert.True(spec.MaxIops is null or > 0);
            Assert.True(spec.MinIops is null || spec.MaxIops is null || spec.MinIops <= spec.MaxIops);
            Assert.True(spec.BurstIops is null || spec.MaxIops <= spec.BurstIops);
        });
    }

    [Theory]
    [InlineData(200L, 100L, null, "200", "100")]
    [InlineData(null, 100L, 50L, "100", "50")]
    [InlineData(null, null, 50L, "50", "max")]
    [InlineData(null, 0L, null, "0", "leave it out")]
    public void A_refusal_names_the_numbers(long? min, long? max, long? burst, string one, string other)
    {
        Assert.False(QosSpec.TryCreate(min, max, burst, null, out _, out var problem));
        Assert.Contains(one, problem, StringComparison.Ordinal);
        Assert.Contains(other, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Zero_bandwidth_is_refused_and_none_is_equal_to_none()
    {
        Assert.False(QosSpec.TryCreate(null, null, null, new ByteSize(0), out _, out _));
        Assert.True(QosSpec.Create(null, null).IsNone);
        Assert.Equal("min 200, max 1000, 100 MiB/s", QosSpec.Create(200, 1000, null, ByteSize.MiB(100)).ToString());
        Assert.Throws<ArgumentException>(() => QosSpec.Create(2, 1));
    }
}
