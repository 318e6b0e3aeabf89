using Headgate.Api.Auth;
using Headgate.Api.Contract;
using Headgate.Api.Paging;
using Headgate.Api.Problems;
using Headgate.Control;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using static Microsoft.AspNetCore.Http.StatusCodes;
using Asked = Headgate.Api.Contract;

namespace Headgate.Api.Routes;

/// <summary>Snapshots; a tenant sees its own account's.</summary>
internal static class SnapshotRoutes
{
    public static void Map(RouteGroupBuilder everybody)
    {
        var snapshots = everybody.MapGroup("/snapshots").WithTags("Snapshots");
        snapshots.MapGet("", (
                [AsParameters] PageQuery page, [FromQuery] string? volume, HttpContext http, ListSnapshots list, CancellationToken stop) =>
                page.AnswerAsync(request => list.ExecuteAsync(http.Caller(), volume, request, stop), Show))
            .Named("listSnapshots", "List snapshots, all or those of one volume")
            .AnswersPage<SnapshotView>("volume").Problems(Status404NotFound);
        snapshots.MapGet("/{ref}", async (string @ref, HttpContext http, GetSnapshot get, CancellationToken stop) =>
                (await get.ExecuteAsync(http.Caller(), @ref, stop)).Ok(Show))
            .Named("getSnapshot", "Show a snapshot").Answers<SnapshotView>().Problems(Status404NotFound);
        snapshots.MapPost("", async (
                Asked.CreateSnapshot body, HttpContext http, Control.CreateSnapshot create, CancellationToken stop) =>
                (await create.ExecuteAsync(http.Caller(), body.Volume, body.Name, stop)).Accepted())
            .Named("createSnapshot", "Take a snapshot of a volume").AnswersOperation().ProblemsOfBody().Problems(Status404NotFound);
        snapshots.MapDelete("/{ref}", async (string @ref, HttpContext http, DeleteSnapshot delete, CancellationToken stop) =>
                (await delete.ExecuteAsync(http.Caller(), @ref, stop)).Accepted())
            .Named("deleteSnapshot", "Delete a snapshot").AnswersOperation().Problems(Status404NotFound);
        snapshots.MapPost("/{ref}/revert", async (string @ref, HttpContext http, RevertSnapshot revert, CancellationToken stop) =>
                (await revert.ExecuteAsync(http.Caller(), @ref, stop)).Accepted())
            .Named("revertSnapshot", "Put a volume's data back to a snapshot's; it must not be connected")
            .AnswersOperation().Problems(Status404NotFound);
    }

    internal static SnapshotView Show(SnapshotDetails found) => new(
        found.Snapshot.Id, found.Snapshot.Name, found.Volume, found.Snapshot.VolumeId, Words.Of(found.Snapshot.State),
        found.Snapshot.Cause?.ToString(), found.Snapshot.Size.Bytes, found.Snapshot.CreatedAt);
}
