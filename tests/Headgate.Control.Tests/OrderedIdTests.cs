using Headgate.Control.Events;

namespace Headgate.Control.Tests;

public sealed class OrderedIdTests
{
    [Fact]
    public void Ids_are_version_7_and_in_order_within_a_millisecond()
    {
        var start = new DateTimeOffset(2026, 11, 23, 1, 2, 3, TimeSpan.Zero);
        var ids = Enumerable.Range(0, 4000).Select(i => OrderedId.At(start.AddTicks(i * 3))).ToList();
        Assert.Equal(ids.Order(), ids);
        Assert.Equal(ids.Select(i => i.ToString("N")).Order(StringComparer.Ordinal), ids.Select(i => i.ToString("N"))); // as databases compare
        Assert.All(ids, id => Assert.Equal((7, 0b10), (id.Version, id.Variant >> 2)));
    }
}
