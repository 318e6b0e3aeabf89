using Headgate.Node.Tests.ElementApi;

namespace Headgate.Node.Tests.Catalog;

public sealed class CapacityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hg-node-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_node_measures_its_medium_once_and_again_when_it_is_asked_to()
    {
        long first;
        await using (var node = await RunningNode.StartAsync(_folder, options => options with { CapacityIops = null }))
        {
            first = node.Node.GetStatus().CapacityIops;
            Assert.True(first >= 100);
            var measured = Assert.Single(node.Events.All, one => one.Code == "capacity-measured");
            Assert.Contains("8 at a time", measured.Message, StringComparison.Ordinal);

            var found = await node.Node.MeasureCapacityAsync();
            Assert.Equal(found.Iops, node.Node.GetStatus().CapacityIops);
            Assert.Equal(2, node.Events.All.Count(one => one.Code == "capacity-measured"));
            first = found.Iops;
        }
        await using var again = await RunningNode.StartAsync(_folder, options => options with { CapacityIops = null });
        Assert.Equal(first, again.Node.GetStatus().CapacityIops);
        Assert.DoesNotContain(again.Events.All, one => one.Code == "capacity-measured");
    }

    [Fact]
    public async Task A_restart_gives_no_burst_for_nothing()
    {
        const string qos = ",\"qos\":{\"minIOPS\":100,\"maxIOPS\":1000,\"burstIOPS\":3000}";
        await using (var node = await RunningNode.StartAsync(_folder))
        {
            var account = await node.AccountAsync();
            var volume = await node.VolumeIdAsync(account, "new", qos);
            Assert.Equal(120_000, node.Node.Parts.Runtimes.Find(volume)!.Queue.ReadStatistics().BurstIopsCredit);
        }
        await using var again = await RunningNode.StartAsync(_folder);
        Assert.True(again.Node.Parts.Runtimes.Find(1)!.Queue.ReadStatistics().BurstIopsCredit < 60_000); // less than the half minute that this took
    }
}
