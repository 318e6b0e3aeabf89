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

/// <summary>Volumes, their QoS and their connections; a tenant sees its own account's.</summary>
internal static class VolumeRoutes
{
    private static readonly string[] Filters = ["pool", "state", "account"];

    public static void Map(RouteGroupBuilder everybody)
    {
        var volumes = everybody.MapGroup("/volumes").WithTags("Volumes");
        MapLife(volumes);
        MapChanges(volumes);
        MapConnections(volumes);
        everybody.MapPost("/placement/explain", ExplainAsync).WithTags("Volumes")
            .Named("explainPlacement", "Say of each pool whether a volume would fit, and why not; changes nothing")
            .Answers<PlacementExplanation>().ProblemsOfBody().Problems(Status403Forbidden, Status404NotFound);
    }

    private static void MapLife(RouteGroupBuilder volumes)
    {
        volumes.MapGet("", ListAsync)
            .Named("listVolumes", "List volumes; expunged ones only with that state")
            .AnswersPage<VolumeView>(Filters).Problems(Status404NotFound, Status422UnprocessableEntity);
        volumes.MapGet("/{ref}", async (string @ref, HttpContext http, GetVolume get, CancellationToken stop) =>
                (await get.ExecuteAsync(http.Caller(), @ref, stop)).Ok(VolumeViews.Show))
            .Named("getVolume", "Show a volume").Answers<VolumeView>().Problems(Status404NotFound);
        volumes.MapPost("", CreateAsync)
            .Named("createVolume", "Create a volume; it is placed at once or refused with each pool's reasons")
            .AnswersOperationOrPlan().Problems(Status403Forbidden, Status404NotFound);
        volumes.MapDelete("/{ref}", async (string @ref, HttpContext http, DeleteVolume delete, CancellationToken stop) =>
                (await delete.ExecuteAsync(http.Caller(), @ref, stop)).Accepted())
            .Named("deleteVolume", "Move a volume to the recycle bin").AnswersOperation().Problems(Status404NotFound);
        volumes.MapPost("/{ref}/recover", async (string @ref, HttpContext http, RecoverVolume recover, CancellationToken stop) =>
                (await recover.ExecuteAsync(http.Caller(), @ref, stop)).Accepted())
            .Named("recoverVolume", "Take a volume out of the recycle bin").AnswersOperation().Problems(Status404NotFound);
        volumes.MapPost("/{ref}/expunge", async (string @ref, HttpContext http, ExpungeVolume expunge, CancellationToken stop) =>
                (await expunge.ExecuteAsync(http.Caller(), @ref, stop)).Accepted())
            .Named("expungeVolume", "End a volume and its data").AnswersOperation().Problems(Status404NotFound);
    }

    private static void MapChanges(RouteGroupBuilder volumes)
    {
        volumes.MapGet("/{ref}/qos", async (string @ref, HttpContext http, GetVolumeQos get, CancellationToken stop) =>
                (await get.ExecuteAsync(http.Caller(), @ref, stop)).Ok(VolumeViews.Show))
            .Named("getVolumeQos", "Show what was requested, granted and by whom, applied and measured")
            .Answers<VolumeQosView>().Problems(Status404NotFound);
        volumes.MapPost("/{ref}/qos", SetQosAsync)
            .Named("setVolumeQos", "Change a volume's limits while it is in use")
            .AnswersOperationOrPlan().Problems(Status404NotFound);
        volumes.MapPost("/{ref}/offering", (
                string @ref, [FromQuery] string? dryRun, Asked.ChangeVolumeOffering body, HttpContext http, Control.ChangeVolumeOffering change, CancellationToken stop) =>
                DryRun.AnswerAsync(dryRun,
                    () => change.ExecuteAsync(http.Caller(), @ref, body.DiskOffering, stop), () => change.RehearseAsync(http.Caller(), @ref, body.DiskOffering, stop)))
            .Named("changeVolumeOffering", "Give a volume the current version of a disk offering: where it is while it is in use, or on another pool when the tags or limits ask for one")
            .AnswersOperationOrPlan().Problems(Status404NotFound);
        volumes.MapPost("/{ref}/migrate", (
                string @ref, [FromQuery] string? dryRun, Asked.MigrateVolume body, HttpContext http, Control.MigrateVolume migrate, CancellationToken stop) =>
                DryRun.AnswerAsync(dryRun,
                    () => migrate.ExecuteAsync(http.Caller(), @ref, body.Pool, stop), () => migrate.RehearseAsync(http.Caller(), @ref, body.Pool, stop)))
            .Named("migrateVolume", "Move a volume that nobody is connected to to another pool; admins only")
            .AnswersOperationOrPlan().Problems(Status403Forbidden, Status404NotFound);
        volumes.MapPost("/{ref}/resize", ResizeAsync)
            .Named("resizeVolume", "Make a volume larger").AnswersOperationOrPlan().Problems(Status404NotFound);
    }

    private static void MapConnections(RouteGroupBuilder volumes)
    {
        volumes.MapPost("/{ref}/connections", async (
                string @ref, Asked.ConnectVolume body, HttpContext http, Control.ConnectVolume connect, CancellationToken stop) =>
                (await connect.ExecuteAsync(http.Caller(), @ref, body.Initiator, stop)).Accepted())
            .Named("connectVolume", "Let an initiator see a volume").AnswersOperation().ProblemsOfBody().Problems(Status404NotFound);
        volumes.MapGet("/{ref}/connections/{initiator}", async (
                string @ref, string initiator, HttpContext http, GetConnection get, CancellationToken stop) =>
            {
                http.Response.Headers.CacheControl = "no-store";
                return (await get.ExecuteAsync(http.Caller(), @ref, initiator, stop)).Ok(VolumeViews.Show);
            })
            .Named("getConnection", "Show what an initiator logs in with, secrets included; audited")
            .Answers<ConnectionView>().Problems(Status404NotFound, Status409Conflict);
        volumes.MapDelete("/{ref}/connections/{initiator}", async (
                string @ref, string initiator, HttpContext http, DisconnectVolume disconnect, CancellationToken stop) =>
                (await disconnect.ExecuteAsync(http.Caller(), @ref, initiator, stop)).Accepted())
            .Named("disconnectVolume", "Take a volume away from an initiator; its sessions are cut")
            .AnswersOperation().Problems(Status404NotFound);
    }

    private static Task<IResult> ListAsync(
        [AsParameters] PageQuery page, [FromQuery] string? pool, [FromQuery] string? state, [FromQuery] string? account,
        HttpContext http, ListVolumes list, CancellationToken stop)
    {
        VolumeState? wanted = null;
        if (state is not null)
        {
            var read = Words.Read<VolumeState>(state, "state");
            if (read is not Outcome<VolumeState>.Done known) return Task.FromResult<IResult>(ProblemResult.Refused(read.Problem!));
            wanted = known.Value;
        }
        var filter = new VolumeFilter(pool, wanted, account);
        return page.AnswerAsync(request => list.ExecuteAsync(http.Caller(), filter, request, stop), VolumeViews.Show);
    }

    private static async Task<IResult> CreateAsync(
        [FromQuery] string? dryRun, Asked.CreateVolume body, HttpContext http, Control.CreateVolume create, CancellationToken stop)
    {
        var read = Read(body);
        return read is Outcome<CreateVolumeRequest>.Done { Value: var request }
            ? await DryRun.AnswerAsync(dryRun, () => create.ExecuteAsync(http.Caller(), request, stop), () => create.RehearseAsync(http.Caller(), request, stop))
            : ProblemResult.Refused(read.Problem!);
    }

    private static async Task<IResult> ExplainAsync(
        Asked.CreateVolume body, HttpContext http, ExplainPlacement explain, CancellationToken stop)
    {
        var read = Read(body);
        return read is Outcome<CreateVolumeRequest>.Done request
            ? (await explain.ExecuteAsync(http.Caller(), request.Value, stop)).Ok(PlanViews.Show)
            : ProblemResult.Refused(read.Problem!);
    }

    private static async Task<IResult> SetQosAsync(
        string @ref, [FromQuery] string? dryRun, Asked.SetVolumeQos body, HttpContext http, Control.SetVolumeQos set, CancellationToken stop)
    {
        if (Sizes.Read(body.MaxBandwidthBytes, "maxBandwidthBytes", out var bandwidth) is { } problem)
            return ProblemResult.Refused(problem);
        var request = new SetVolumeQosRequest(body.MinIops, body.MaxIops, body.BurstIops, bandwidth);
        return await DryRun.AnswerAsync(
            dryRun, () => set.ExecuteAsync(http.Caller(), @ref, request, stop), () => set.RehearseAsync(http.Caller(), @ref, request, stop));
    }

    private static async Task<IResult> ResizeAsync(
        string @ref, [FromQuery] string? dryRun, Asked.ResizeVolume body, HttpContext http, Control.ResizeVolume resize, CancellationToken stop)
    {
        if (Sizes.Read(body.SizeBytes, "sizeBytes", out var size) is { } problem) return ProblemResult.Refused(problem);
        return await DryRun.AnswerAsync(
            dryRun, () => resize.ExecuteAsync(http.Caller(), @ref, size!.Value, stop), () => resize.RehearseAsync(http.Caller(), @ref, size!.Value, stop));
    }

    private static Outcome<CreateVolumeRequest> Read(Asked.CreateVolume body)
    {
        if (Sizes.Read(body.SizeBytes, "sizeBytes", out var size) is { } problem) return problem;
        PlacementPolicy? placement = null;
        if (body.Placement is not null)
        {
            var read = Words.Read<PlacementPolicy>(body.Placement, "placement");
            if (read is not Outcome<PlacementPolicy>.Done known) return read.Problem!;
            placement = known.Value;
        }
        return new CreateVolumeRequest(body.Name, body.DiskOffering)
        {
            Zone = body.Zone,
            Size = size,
            MinIops = body.MinIops,
            MaxIops = body.MaxIops,
            BurstIops = body.BurstIops,
            FromSnapshot = body.FromSnapshot,
            FromVolume = body.FromVolume,
            Template = body.Template,
            Host = body.Host,
            Cluster = body.Cluster,
            Placement = placement,
        };
    }
}
