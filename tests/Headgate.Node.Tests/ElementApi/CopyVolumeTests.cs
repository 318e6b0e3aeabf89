using Headgate.Blocks;

namespace Headgate.Node.Tests.ElementApi;

/// <summary>CopyVolume: what comes over, what stays, what is turned down, and what a restart finds.</summary>
public sealed class CopyVolumeTests : IAsyncLifetime
{
    private const int Block = 4096;

    private RunningNode _node = null!;
    private long _account;

    public async ValueTask InitializeAsync()
    {
        _node = await RunningNode.StartAsync();
        _account = await _node.AccountAsync();
    }

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    [Fact]
    public async Task The_contents_come_over_whole_and_everything_else_stays()
    {
        var source = await _node.VolumeIdAsync(_account, "source");
        var target = await _node.VolumeIdAsync(_account, "target", """, "qos":{"minIOPS":70,"maxIOPS":700,"burstIOPS":900},"attributes":{"mine":"yes"}""");
        Write(source, 0, 1);
        Write(target, 0, 2);
        Write(target, 8 * Block, 3); // the source has zeros there, and so must the target
        var before = await RowAsync(target);
        var device = _node.Node.Parts.Store.Open(target);

        var copied = await _node.CallAsync("CopyVolume", $$"""{"volumeID":{{source}},"dstVolumeID":{{target}} }""");

        Assert.Equal((1, 0), (Read(target, 0), Read(target, 8 * Block)));
        Assert.Same(device, _node.Node.Parts.Store.Open(target)); // sessions on it go on
        Assert.Equal(before, await RowAsync(target));
        Write(source, 0, 4);
        Assert.Equal(1, Read(target, 0));
        Assert.True(copied.GetProperty("cloneID").GetInt64() > 0);
        var result = await _node.CallAsync("GetAsyncResult", $$"""{"asyncHandle":{{copied.GetProperty("asyncHandle").GetInt64()}} }""");
        Assert.Equal("complete", result.GetProperty("status").GetString());
        Assert.Equal(target, result.GetProperty("result").GetProperty("volumeID").GetInt64());
        Assert.Equal([source, target], _node.Node.Parts.Store.List().Where(i => i.Kind == StoredKind.Volume).Select(i => i.Id));
        Assert.DoesNotContain(_node.Node.Parts.Store.List(), image => image.Kind == StoredKind.Snapshot);
    }

    [Fact]
    public async Task A_snapshot_can_be_the_source_and_stays()
    {
        var source = await _node.VolumeIdAsync(_account, "source");
        var target = await _node.VolumeIdAsync(_account, "target");
        Write(source, 0, 1);
        var snapshot = (await _node.CallAsync("CreateSnapshot", $$"""{"volumeID":{{source}} }""")).GetProperty("snapshotID").GetInt64();
        Write(source, 0, 2);

        await _node.CallAsync("CopyVolume", $$"""{"volumeID":{{source}},"dstVolumeID":{{target}},"snapshotID":{{snapshot}} }""");

        Assert.Equal((1, 2), (Read(target, 0), Read(source, 0)));
        Assert.Equal(1, (await _node.CallAsync("ListSnapshots")).GetProperty("snapshots").GetArrayLength());
        Assert.Equal("xInvalidParameter", (await _node.RefusalAsync(
            "CopyVolume", $$"""{"volumeID":{{target}},"dstVolumeID":{{source}},"snapshotID":{{snapshot}} }""")).Name); // of another volume
    }

    [Fact]
    public async Task What_cannot_be_copied_is_refused_and_changes_nothing()
    {
        var source = await _node.VolumeIdAsync(_account, "source");
        var smaller = (await _node.CallAsync("CreateVolume", $$"""{"name":"small","accountID":{{_account}},"totalSize":1000000000,"enable512e":true}""")).GetProperty("volumeID").GetInt64();
        await _node.CallAsync("ModifyVolume", $$"""{"volumeID":{{source}},"totalSize":3000000000}""");
        var larger = (await _node.CallAsync("CreateVolume", $$"""{"name":"large","accountID":{{_account}},"totalSize":4000000000,"enable512e":true}""")).GetProperty("volumeID").GetInt64();
        Write(source, 0, 1);
        Write(smaller, 0, 2);
        Write(larger, 0, 3);
        foreach (var target in new[] { smaller, larger })
        {
            var (name, message) = await _node.RefusalAsync("CopyVolume", $$"""{"volumeID":{{source}},"dstVolumeID":{{target}} }""");
            Assert.Equal("xInvalidParameter", name);
            Assert.Contains("same size", message, StringComparison.Ordinal);
        }
        Assert.Equal((2, 3), (Read(smaller, 0), Read(larger, 0)));
        Assert.Equal("xInvalidParameter", (await _node.RefusalAsync("CopyVolume", $$"""{"volumeID":{{source}},"dstVolumeID":{{source}} }""")).Name);
        Assert.Equal("xVolumeIDDoesNotExist", (await _node.RefusalAsync("CopyVolume", $$"""{"volumeID":{{source}},"dstVolumeID":999}""")).Name);
        Assert.Equal("xVolumeIDDoesNotExist", (await _node.RefusalAsync("CopyVolume", $$"""{"volumeID":999,"dstVolumeID":{{source}} }""")).Name);
        Assert.Equal("xSnapshotIDDoesNotExist", (await _node.RefusalAsync("CopyVolume", $$"""{"volumeID":{{source}},"dstVolumeID":{{smaller}},"snapshotID":77}""")).Name);
        Assert.Equal("xMissingParameter", (await _node.RefusalAsync("CopyVolume", $$"""{"volumeID":{{source}} }""")).Name);
        await _node.CallAsync("DeleteVolume", $$"""{"volumeID":{{smaller}} }""");
        Assert.Equal("xVolumeIDDoesNotExist", (await _node.RefusalAsync("CopyVolume", $$"""{"volumeID":{{source}},"dstVolumeID":{{smaller}} }""")).Name);
    }

    private void Write(long volume, long at, byte value) =>
        Assert.Equal(IoFault.None, _node.Node.Parts.Store.Open(volume).Write(at, Enumerable.Repeat(value, Block).ToArray(), durable: true));

    private int Read(long volume, long at)
    {
        var block = new byte[Block];
        Assert.Equal(IoFault.None, _node.Node.Parts.Store.Open(volume).Read(at, block));
        return Assert.Single(block.Distinct());
    }

    private async Task<string> RowAsync(long volume) =>
        (await _node.CallAsync("ListVolumes", $$"""{"volumeIDs":[{{volume}}]}""")).GetProperty("volumes")[0].GetRawText();
}
