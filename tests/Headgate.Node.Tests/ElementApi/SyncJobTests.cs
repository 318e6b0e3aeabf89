using Headgate.Blocks;
using Headgate.Node.ElementApi;

namespace Headgate.Node.Tests.ElementApi;

public sealed class SyncJobTests
{
    [Fact]
    public void A_copy_under_way_is_a_job_and_a_whole_image_is_none()
    {
        var row = Assert.Single(SyncJobRows.Of([
            new StoredImageInfo(StoredKind.Volume, 7, 1000, 0, 250), new StoredImageInfo(StoredKind.Volume, 8, 1000, 0, null),
        ]));
        Assert.Equal("clone", row.GetProperty("type").GetString());
        Assert.Equal(7, row.GetProperty("dstVolumeID").GetInt64());
        Assert.Equal((750, 1000, 75.0), (
            row.GetProperty("currentBytes").GetInt64(), row.GetProperty("totalBytes").GetInt64(), row.GetProperty("percentComplete").GetDouble()));
    }
}
