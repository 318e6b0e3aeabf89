using Headgate.Api.Auth;
using Headgate.Api.Contract;
using Headgate.Api.Paging;
using Headgate.Api.Problems;
using Headgate.Control;
using Headgate.Domain;
using Headgate.Primitives;
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
    private static readonly string[] Filters = ["volume", "state", "account", "name"];

    public static void Map(RouteGroupBuilder everybody)
    {
        var snapshots = everybody.MapGroup("/snapshots").WithTags("Snapshots");
        snapshots.MapGet("", ListAsync)
            .Named("listSnapshots", "List snapshots, all or those of one volume; deleted ones only with that state")
            .AnswersPage<SnapshotView>(Filters).Problems(Status404NotFound, Status422UnprocessableEntity);
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

    private static Task<IResult> ListAsync(
        [AsParameters] PageQuery page, [FromQuery] string? volume, [FromQuery] string? state, [FromQuery] string? account, [FromQuery] string? name,
        HttpContext http, ListSnapshots list, CancellationToken stop)
    {
        SnapshotState? wanted = null;
        if (state is not null)
        {
            var read = Words.Read<SnapshotState>(state, "state");
            if (read is not Outcome<SnapshotState>.Done known) return Task.FromResult<IResult>(ProblemResult.Refused(read.Problem!));
            wanted = known.Value;
        }
        var filter = new SnapshotFilter(volume, wanted, account, name);
        return page.AnswerAsync(request => list.ExecuteAsync(http.Caller(), filter, request, stop), Show);
    }

    internal static SnapshotView Show(SnapshotDetails found) => new(
        found.Snapshot.Id, found.Snapshot.Name, found.Volume, found.Snapshot.VolumeId, Words.Of(found.Snapshot.State),
        found.Snapshot.Cause?.ToString(), found.Snapshot.Size.Bytes, found.Snapshot.CreatedAt);
}
