using Headgate.Node.Io;
using Headgate.Node.Tests.ElementApi;
using Headgate.Qos;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Node.Tests.Io;

public sealed class OverloadEventsTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void Overload_is_told_once_with_figures_and_so_is_its_end()
    {
        var raised = new RecordedEvents();
        using var fixture = new PathFixture();
        using var events = new OverloadEvents(fixture.Path, raised, new FakeTimeProvider());
        long overloadNs = 0;
        for (var second = 0; second < 40; second++)
        {
            if (second is > 5 and <= 15) overloadNs += Second * 2 / 5;
            events.Look(new OverloadReading(overloadNs, 12_500), second * Second);
        }
        Assert.Equal(["qos-overload", "qos-overload-ended"], raised.All.Select(one => one.Code));
        Assert.Contains("12500 IOPS", raised.All[0].Message, StringComparison.Ordinal);
        Assert.Contains("60 % of its minimum", raised.All[0].Message, StringComparison.Ordinal);
        Assert.Contains("For 10 s volumes got 60 % of them", raised.All[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_waits_counts_with_its_min_and_what_rests_does_not()
    {
        using var fixture = new PathFixture(new IoPathOptions { CapacityIops = 1 });
        var busy = fixture.AddVolume(new VolumeLimits { MinIops = 700 });
        fixture.AddVolume(new VolumeLimits { MinIops = 5000 });
        await fixture.Submit(busy, bytes: 16 << 20).Done; // at 1 IOPS the next one has to wait for half an hour
        for (var i = 0; i < 3; i++) fixture.Submit(busy);
        Assert.Equal(700, fixture.Path.ReadOverload().MinIopsInDemand);
    }
}
