using System.Text.Json;
using System.Text.Json.Nodes;
using Headgate.Blocks;

namespace Headgate.Node.ElementApi;

/// <summary>Background copies under way as rows of <c>ListSyncJobs</c> (element-api 2.3): what is copied of how much.</summary>
internal static class SyncJobRows
{
    /// <summary>A row for each image that is being filled; a clone is of type <c>clone</c>, a snapshot of type <c>snapshot</c>.</summary>
    public static IReadOnlyList<JsonElement> Of(IEnumerable<StoredImageInfo> images) => [.. images.Where(image => image.CopyPending).Select(RowOf)];

    private static JsonElement RowOf(StoredImageInfo image)
    {
        var copied = image.LengthBytes - image.CopyPendingBytes!.Value;
        var row = new JsonObject
        {
            ["type"] = image.Kind == StoredKind.Volume ? "clone" : "snapshot",
            [image.Kind == StoredKind.Volume ? "dstVolumeID" : "snapshotID"] = image.Id,
            ["stage"] = "data",
            ["currentBytes"] = copied,
            ["totalBytes"] = image.LengthBytes,
            ["percentComplete"] = image.LengthBytes == 0 ? 100 : Math.Round(copied * 100.0 / image.LengthBytes, 2),
        };
        return JsonElement.Parse(row.ToJsonString());
    }
}
