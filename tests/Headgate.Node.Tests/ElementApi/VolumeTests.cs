using System.Text.Json;
using Headgate.Scsi.Sanitizing;

namespace Headgate.Node.Tests.ElementApi;

public sealed class VolumeTests : IAsyncLifetime
{
    private RunningNode _node = null!;
    private long _account;

    public async ValueTask InitializeAsync()
    {
        _node = await RunningNode.StartAsync();
        _account = await _node.AccountAsync();
    }

    public async ValueTask DisposeAsync() => await _node.DisposeAsync();

    [Theory]
    [InlineData(1_000_000_000, 1_000_341_504)]
    [InlineData(2_000_000_000, 2_000_683_008)]
    [InlineData(5_000_000_000, 5_000_658_944)]
    [InlineData(6_000_000_000, 6_001_000_448)]
    public async Task Sizes_are_rounded_up_to_a_mebibyte_as_on_a_real_cluster(long asked, long made)
    {
        var volume = (await _node.CallAsync("CreateVolume", $$"""{"name":"s","accountID":{{_account}},"totalSize":{{asked}} }""")).GetProperty("volume");
        Assert.Equal(made, volume.GetProperty("totalSize").GetInt64());
    }

    [Theory]
    [InlineData(999_999_999)]
    [InlineData(17_592_186_044_417)]
    [InlineData(-1)]
    public async Task Sizes_out_of_range_are_refused_with_the_range(long asked)
    {
        var (name, message) = await _node.RefusalAsync("CreateVolume", $$"""{"name":"s","accountID":{{_account}},"totalSize":{{asked}} }""");
        Assert.Equal("xInvalidParameter", name);
        Assert.Contains("1000000000 to 17592186044416", message, StringComparison.Ordinal);
        Assert.Empty(_node.Catalog.Current.Volumes);
        Assert.Empty(_node.Node.Parts.Store.List());
    }

    [Fact]
    public async Task A_volume_has_the_names_and_identifiers_of_a_real_cluster()
    {
        var unique = (await _node.CallAsync("GetClusterInfo")).GetProperty("clusterInfo").GetProperty("uniqueID").GetString()!;
        var hex = Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(unique));
        var volume = await _node.VolumeAsync(_account, "My_Disk-1");
        Assert.Equal($"iqn.2010-01.com.solidfire:{unique}.my-disk-1.1", volume.GetProperty("iqn").GetString());
        Assert.Equal($"6f47acc100000000{hex}00000001", volume.GetProperty("scsiNAADeviceID").GetString());
        Assert.Equal($"{hex}00000001f47acc0100000000", volume.GetProperty("scsiEUIDeviceID").GetString());
        Assert.Equal(4096, volume.GetProperty("blockSize").GetInt32());
        Assert.Equal("active", volume.GetProperty("status").GetString());
        Assert.Equal("", volume.GetProperty("deleteTime").GetString());
        Assert.Equal(JsonValueKind.Null, volume.GetProperty("lastAccessTime").ValueKind);
        Assert.Equal(15000, volume.GetProperty("qos").GetProperty("curve").GetProperty("1048576").GetInt32());
    }

    [Theory]
    [InlineData("", 50, 15000, 15000)]
    [InlineData(",\"qos\":null", 50, 15000, 15000)]
    [InlineData(",\"qos\":{}", 50, 15000, 15000)]
    [InlineData(",\"qos\":{\"minIOPS\":0,\"maxIOPS\":0,\"burstIOPS\":0}", 50, 15000, 15000)]
    [InlineData(",\"qos\":{\"minIOPS\":\"200\",\"maxIOPS\":1000,\"burstIOPS\":2000}", 200, 1000, 2000)]
    [InlineData(",\"qos\":{\"maxIOPS\":20000}", 50, 20000, 20000)]
    [InlineData(",\"qos\":{\"burstIOPS\":1000}", 50, 1000, 1000)]
    public async Task Qos_that_is_not_given_comes_from_the_default(string more, long min, long max, long burst)
    {
        var qos = (await _node.VolumeAsync(_account, "q", more)).GetProperty("qos");
        Assert.Equal((min, max, burst), Values(qos));
    }

    [Theory]
    [InlineData("{\"minIOPS\":49}", "50 to 15000")]
    [InlineData("{\"minIOPS\":15001,\"maxIOPS\":20000,\"burstIOPS\":20000}", "50 to 15000")]
    [InlineData("{\"maxIOPS\":99}", "100 to 200000")]
    [InlineData("{\"burstIOPS\":200001}", "100 to 200000")]
    [InlineData("{\"minIOPS\":2000,\"maxIOPS\":1000,\"burstIOPS\":3000}", "minIOPS <= maxIOPS <= burstIOPS")]
    [InlineData("{\"minIOPS\":200,\"maxIOPS\":1000,\"burstIOPS\":900}", "minIOPS <= maxIOPS <= burstIOPS")]
    public async Task Qos_out_of_range_or_order_is_refused(string qos, string why)
    {
        var (name, message) = await _node.RefusalAsync(
            "CreateVolume", $$"""{"name":"q","accountID":{{_account}},"totalSize":1000000000,"qos":{{qos}} }""");
        Assert.Equal("xInvalidParameter", name);
        Assert.Contains(why, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_qos_is_in_force_at_the_gate_when_the_call_returns()
    {
        var id = await _node.VolumeIdAsync(_account, "q", ",\"qos\":{\"minIOPS\":200,\"maxIOPS\":1000,\"burstIOPS\":1000}");
        var queue = _node.Node.Parts.Runtimes.Find(id)!.Queue;
        Assert.Equal(1000, queue.Limits.MaxIops);
        var changed = await _node.CallAsync("ModifyVolume", $$"""{"volumeID":"{{id}}","qos":{"maxIOPS":3000,"burstIOPS":3000} }""");
        Assert.Equal((200, 3000, 3000), Values(changed.GetProperty("volume").GetProperty("qos")));
        Assert.Equal((200, 3000, 3000), (queue.Limits.MinIops, queue.Limits.MaxIops, queue.Limits.BurstIops));
    }

    [Fact]
    public async Task Minimums_that_add_up_to_more_than_the_node_has_are_refused_and_change_nothing()
    {
        await using var small = await RunningNode.StartAsync(change: options => options with { CapacityIops = 1000, OverCommit = 1.5 });
        var account = await small.AccountAsync();
        var first = await small.VolumeIdAsync(account, "a", ",\"qos\":{\"minIOPS\":1000,\"maxIOPS\":2000,\"burstIOPS\":2000}");
        var second = await small.VolumeIdAsync(account, "b", ",\"qos\":{\"minIOPS\":500,\"maxIOPS\":2000,\"burstIOPS\":2000}");
        var (name, message) = await small.RefusalAsync(
            "CreateVolume", $$"""{"name":"c","accountID":{{account}},"totalSize":1000000000,"qos":{"minIOPS":50,"maxIOPS":100,"burstIOPS":100} }""");
        Assert.Equal("xMinIOPSCapacityExceeded", name);
        Assert.Contains("1550", message, StringComparison.Ordinal);
        Assert.Contains("1500", message, StringComparison.Ordinal);
        Assert.Equal(2, small.Node.Parts.Store.List().Count);
        Assert.Equal("xMinIOPSCapacityExceeded", (await small.RefusalAsync("ModifyVolume", $$"""{"volumeID":{{second}},"qos":{"minIOPS":501} }""")).Name);
        Assert.Equal(500, small.Node.Parts.Runtimes.Find(second)!.Queue.Limits.MinIops);

        // A deleted volume promises nothing, and cannot come back once its promise is given away.
        await small.CallAsync("DeleteVolume", $$"""{"volumeID":{{first}} }""");
        await small.CallAsync("ModifyVolume", $$"""{"volumeID":{{second}},"qos":{"minIOPS":501} }""");
        Assert.Equal("xMinIOPSCapacityExceeded", (await small.RefusalAsync("RestoreDeletedVolume", $$"""{"volumeID":{{first}} }""")).Name);
    }

    [Fact]
    public async Task A_volume_grows_and_never_shrinks()
    {
        var id = await _node.VolumeIdAsync(_account);
        await _node.CallAsync("ModifyVolume", $$"""{"volumeID":{{id}},"totalSize":3000000000}""");
        var size = _node.Catalog.Current.Volumes[id].TotalSize;
        Assert.Equal((ulong)size / 512, _node.Node.Parts.Runtimes.Find(id)!.Unit.Blocks);
        Assert.Equal(size, _node.Node.Parts.Store.Open(id).LengthBytes);
        await _node.CallAsync("ModifyVolume", $$"""{"volumeID":{{id}},"totalSize":{{size}} }""");
        var (name, message) = await _node.RefusalAsync("ModifyVolume", $$"""{"volumeID":{{id}},"totalSize":2000000000}""");
        Assert.Equal(("xVolumeShrinkProhibited", "Lowering a volume size is not allowed."), (name, message));
    }

    [Fact]
    public async Task Cinder_and_trident_loose_values_are_understood()
    {
        var id = await _node.VolumeIdAsync(_account);
        await _node.VolumeIdAsync(_account, "w");
        var rows = (await _node.CallAsync("ListVolumes", $$"""{"startVolumeID":"{{id}}","limit":1,"accounts":null}""")).GetProperty("volumes");
        Assert.Equal(id, Assert.Single(rows.EnumerateArray()).GetProperty("volumeID").GetInt64());
        await _node.CallAsync("ModifyVolume", $$"""{"volumeID":{{id}},"accountID":0,"totalSize":0,"attributes":null,"qos":{},"qosPolicyID":0,"access":""}""");
        var clone = await _node.CallAsync(
            "CloneVolume", $$"""{"volumeID":{{id}},"name":"c","newAccountID":0,"newSize":0,"access":"","snapshotID":0,"attributes":null}""");
        Assert.Equal("active", clone.GetProperty("volume").GetProperty("status").GetString());
        var snapshot = await _node.CallAsync(
            "CreateSnapshot", $$"""{"volumeID":{{id}},"snapshotID":0,"name":"s","enableRemoteReplication":false,"retention":"","attributes":null}""");
        await _node.CallAsync(
            "RollbackToSnapshot",
            $$"""{"volumeID":{{id}},"snapshotID":{{snapshot.GetProperty("snapshotID").GetInt64()}},"saveCurrentState":"false","accountID":{{_account}} }""");
        Assert.Equal(1, (await _node.CallAsync("ListSnapshots", """{"volumeID":0,"snapshotID":0}""")).GetProperty("snapshots").GetArrayLength());
    }

    [Fact]
    public async Task Deleted_volumes_can_be_restored_and_purged_ones_cannot()
    {
        var id = await _node.VolumeIdAsync(_account);
        var deleted = (await _node.CallAsync("DeleteVolume", $$"""{"volumeID":{{id}} }""")).GetProperty("volume");
        Assert.Equal("deleted", deleted.GetProperty("status").GetString());
        var purge = deleted.GetProperty("purgeTime").GetDateTimeOffset() - deleted.GetProperty("deleteTime").GetDateTimeOffset();
        Assert.Equal(TimeSpan.FromHours(8), purge);
        Assert.Null(_node.Node.Parts.Runtimes.Find(id));
        Assert.Equal(1, (await _node.CallAsync("ListDeletedVolumes")).GetProperty("volumes").GetArrayLength());
        Assert.Equal(0, (await _node.CallAsync("ListActiveVolumes")).GetProperty("volumes").GetArrayLength());
        Assert.Equal("xVolumeIDDoesNotExist", (await _node.RefusalAsync("ModifyVolume", $$"""{"volumeID":{{id}} }""")).Name);
        Assert.Equal("xAccountHasVolumes", (await _node.RefusalAsync("RemoveAccount", $$"""{"accountID":{{_account}} }""")).Name);

        await _node.CallAsync("RestoreDeletedVolume", $$"""{"volumeID":{{id}} }""");
        Assert.NotNull(_node.Node.Parts.Runtimes.Find(id));
        Assert.Equal("xVolumeNotDeleted", (await _node.RefusalAsync("PurgeDeletedVolume", $$"""{"volumeID":{{id}} }""")).Name);

        await _node.CallAsync("DeleteVolume", $$"""{"volumeID":{{id}} }""");
        await _node.CallAsync("PurgeDeletedVolume", $$"""{"volumeID":{{id}} }""");
        Assert.Empty(_node.Node.Parts.Store.List());
        var (name, message) = await _node.RefusalAsync("DeleteVolume", $$"""{"volumeID":{{id}} }""");
        Assert.Equal(("xVolumeIDDoesNotExist", $"Volume {id} does not exist."), (name, message));
        await _node.CallAsync("RemoveAccount", $$"""{"accountID":{{_account}} }""");
    }

    [Fact]
    public async Task A_policy_reaches_its_volumes_at_once_and_own_qos_ends_it()
    {
        var policy = (await _node.CallAsync("CreateQoSPolicy", """{"name":"gold","qos":{"minIOPS":100,"maxIOPS":500,"burstIOPS":600}}"""))
            .GetProperty("qosPolicy").GetProperty("qosPolicyID").GetInt64();
        var id = await _node.VolumeIdAsync(_account, "p", $",\"qosPolicyID\":{policy}");
        await _node.CallAsync("ModifyQoSPolicy", $$"""{"qosPolicyID":{{policy}},"qos":{"burstIOPS":900} }""");
        Assert.Equal(900, _node.Node.Parts.Runtimes.Find(id)!.Queue.Limits.BurstIops);
        var own = (await _node.CallAsync("ModifyVolume", $$"""{"volumeID":{{id}},"qos":{"minIOPS":150} }""")).GetProperty("volume");
        Assert.Equal(JsonValueKind.Null, own.GetProperty("qosPolicyID").ValueKind);
        Assert.Equal((150, 500, 900), Values(own.GetProperty("qos")));
        Assert.Equal(0, (await _node.CallAsync("GetQoSPolicy", $$"""{"qosPolicyID":{{policy}} }""")).GetProperty("qosPolicy").GetProperty("volumeIDs").GetArrayLength());
    }

    [Fact]
    public async Task A_clone_is_complete_when_its_call_returns_and_its_handle_is_read_once()
    {
        var id = await _node.VolumeIdAsync(_account);
        Assert.Equal(Blocks.IoFault.None, _node.Node.Parts.Store.Open(id).Write(4096, Pattern(), durable: true));
        var clone = await _node.CallAsync("CloneVolume", $$"""{"volumeID":{{id}},"name":"c","newSize":2000000000}""");
        var read = new byte[4096];
        _node.Node.Parts.Store.Open(clone.GetProperty("volumeID").GetInt64()).Read(4096, read);
        Assert.Equal(Pattern(), read);
        var handle = clone.GetProperty("asyncHandle").GetInt64();
        var kept = await _node.CallAsync("GetAsyncResult", $$"""{"asyncHandle":{{handle}},"keepResult":true}""");
        Assert.Equal("complete", kept.GetProperty("status").GetString());
        Assert.False(kept.TryGetProperty("error", out _));
        await _node.CallAsync("GetAsyncResult", $$"""{"asyncHandle":{{handle}} }""");
        Assert.Equal("xAsyncHandleDoesNotExist", (await _node.RefusalAsync("GetAsyncResult", $$"""{"asyncHandle":{{handle}} }""")).Name);
    }

    [Fact]
    public async Task A_rollback_brings_the_bytes_back_and_can_keep_the_present_ones()
    {
        var id = await _node.VolumeIdAsync(_account);
        var device = _node.Node.Parts.Store.Open(id);
        device.Write(0, Pattern(), durable: true);
        var snapshot = (await _node.CallAsync("CreateSnapshot", $$"""{"volumeID":{{id}} }""")).GetProperty("snapshotID").GetInt64();
        device.Write(0, new byte[4096], durable: true);
        var saved = await _node.CallAsync("RollbackToSnapshot", $$"""{"volumeID":{{id}},"snapshotID":{{snapshot}},"saveCurrentState":true,"name":"undo"}""");
        var read = new byte[4096];
        device.Read(0, read);
        Assert.Equal(Pattern(), read);
        Assert.Equal("undo", saved.GetProperty("snapshot").GetProperty("name").GetString());
        await _node.CallAsync("RollbackToSnapshot", $$"""{"volumeID":{{id}},"snapshotID":{{saved.GetProperty("snapshotID").GetInt64()}} }""");
        device.Read(0, read);
        Assert.Equal(new byte[4096], read);
    }

    [Fact]
    public async Task A_volume_that_is_being_sanitized_is_not_rolled_back()
    {
        var id = await _node.VolumeIdAsync(_account);
        var snapshot = (await _node.CallAsync("CreateSnapshot", $$"""{"volumeID":{{id}} }""")).GetProperty("snapshotID").GetInt64();
        var catalog = _node.Node.Parts.Catalog;
        catalog.Change(edit => edit.Put(edit.State.Volumes[id] with
        {
            Sanitize = new KeptSanitize(SanitizeMethod.BlockErase, [], 1, Inverts: false, AllowsExit: false, Pass: 0, NextLba: 8, HasFailed: false),
        }));
        var refusal = await _node.RefusalAsync("RollbackToSnapshot", $$"""{"volumeID":{{id}},"snapshotID":{{snapshot}} }""");
        Assert.Contains("being sanitized", refusal.Message, StringComparison.Ordinal);
        catalog.Change(edit => edit.Put(edit.State.Volumes[id] with { Sanitize = null }));
        await _node.CallAsync("RollbackToSnapshot", $$"""{"volumeID":{{id}},"snapshotID":{{snapshot}} }""");
    }

    [Fact]
    public async Task A_volume_has_at_most_32_snapshots_and_purging_it_removes_them()
    {
        var id = await _node.VolumeIdAsync(_account);
        for (var count = 0; count < 32; count++) await _node.CallAsync("CreateSnapshot", $$"""{"volumeID":{{id}} }""");
        Assert.Equal("xMaxSnapshotsPerVolumeExceeded", (await _node.RefusalAsync("CreateSnapshot", $$"""{"volumeID":{{id}} }""")).Name);
        await _node.CallAsync("DeleteVolume", $$"""{"volumeID":{{id}} }""");
        Assert.Equal(33, _node.Node.Parts.Store.List().Count);
        await _node.CallAsync("PurgeDeletedVolumes", $$"""{"accountIDs":[{{_account}}]}""");
        Assert.Empty(_node.Node.Parts.Store.List());
        Assert.Empty(_node.Catalog.Current.Snapshots);
    }

    private static byte[] Pattern() => [.. Enumerable.Range(0, 4096).Select(index => (byte)(index * 7))];

    private static (long Min, long Max, long Burst) Values(JsonElement qos) =>
        (qos.GetProperty("minIOPS").GetInt64(), qos.GetProperty("maxIOPS").GetInt64(), qos.GetProperty("burstIOPS").GetInt64());
}
