using Headgate.Node.Tests.ElementApi;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Node.Tests.Catalog;

/// <summary>What the node does by itself when time goes by.</summary>
public sealed class PurgeTests
{
    [Fact]
    public async Task A_deleted_volume_is_purged_when_its_time_has_come_and_not_before()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var node = await RunningNode.StartAsync(change: options => options with { Time = time });
        var id = await node.VolumeIdAsync(await node.AccountAsync());
        await node.CallAsync("DeleteVolume", $$"""{"volumeID":{{id}} }""");
        time.Advance(TimeSpan.FromHours(8) - TimeSpan.FromSeconds(1));
        await node.Node.RunMaintenanceAsync();
        Assert.Single(node.Catalog.Current.Volumes);
        time.Advance(TimeSpan.FromSeconds(1));
        await node.Node.RunMaintenanceAsync();
        Assert.Empty(node.Catalog.Current.Volumes);
        Assert.Empty(node.Node.Parts.Store.List());
    }

    [Fact]
    public async Task A_snapshot_with_a_retention_expires()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var node = await RunningNode.StartAsync(change: options => options with { Time = time });
        var id = await node.VolumeIdAsync(await node.AccountAsync());
        await node.CallAsync("CreateSnapshot", $$"""{"volumeID":{{id}},"retention":"30:00:00"}""");
        await node.CallAsync("CreateSnapshot", $$"""{"volumeID":{{id}},"expirationTime":"fifo"}""");
        time.Advance(TimeSpan.FromHours(30));
        await node.Node.RunMaintenanceAsync();
        Assert.Equal(2, Assert.Single(node.Catalog.Current.Snapshots).Key);
    }
}
