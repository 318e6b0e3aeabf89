using Headgate.Api.Auth;
using Headgate.Api.Contract;
using Headgate.Api.Paging;
using Headgate.Api.Problems;
using Headgate.Control;
using Headgate.Control.Offerings;
using Headgate.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Headgate.Api.Routes;

/// <summary>Disk and compute offerings: admins publish and edit, everybody reads what exists for its account.</summary>
internal static class OfferingRoutes
{
    public static void Map(RouteGroupBuilder everybody, RouteGroupBuilder admins)
    {
        const string disk = "/disk-offerings";
        const string compute = "/compute-offerings";
        MapDisk(everybody.MapGroup(disk).WithTags("Offerings"), admins.MapGroup(disk).WithTags("Offerings"));
        MapCompute(everybody.MapGroup(compute).WithTags("Offerings"), admins.MapGroup(compute).WithTags("Offerings"));
    }

    private static void MapDisk(RouteGroupBuilder everybody, RouteGroupBuilder admins)
    {
        everybody.MapGet("", ([AsParameters] PageQuery page, HttpContext http, DiskOfferings offerings, CancellationToken stop) =>
                page.AnswerAsync(request => offerings.ListAsync(http.Caller(), request, stop), OfferingViews.Show))
            .Named("listDiskOfferings", "List the disk offerings in use").AnswersPage<DiskOfferingView>();
        everybody.MapGet("/{ref}", async (string @ref, HttpContext http, DiskOfferings offerings, CancellationToken stop) =>
                (await offerings.FindAsync(http.Caller(), @ref, stop)).Ok(OfferingViews.Show))
            .Named("getDiskOffering", "Show a disk offering, or with NAME@2 a version of it").Answers<DiskOfferingView>().Problems(Status404NotFound);
        everybody.MapGet("/{ref}/versions", (string @ref, [AsParameters] PageQuery page, HttpContext http, DiskOfferings offerings, CancellationToken stop) =>
                page.AnswerAsync(request => offerings.VersionsAsync(http.Caller(), @ref, request, stop), OfferingViews.Show))
            .Named("listDiskOfferingVersions", "List the versions of a disk offering, oldest first").AnswersPage<DiskOfferingView>().Problems(Status404NotFound);
        admins.MapPost("", async (CreateDiskOffering body, HttpContext http, DiskOfferings offerings, CancellationToken stop) =>
                await PublishAsync(OfferingViews.Read(body), spec => offerings.CreateAsync(http.Caller(), body.Name, spec, stop), Created))
            .Named("createDiskOffering", "Publish a disk offering").AnswersCreated<DiskOfferingView>().Problems(Status404NotFound);
        admins.MapPost("/{ref}/versions", async (string @ref, UpdateDiskOffering body, HttpContext http, DiskOfferings offerings, CancellationToken stop) =>
                await PublishAsync(OfferingViews.Read(body), spec => offerings.UpdateAsync(http.Caller(), @ref, body.BasedOn, spec, stop), Created))
            .Named("updateDiskOffering", "Make the next version of a disk offering; volumes keep theirs until they are moved")
            .AnswersCreated<DiskOfferingView>().Problems(Status404NotFound);
        admins.MapPost("/{ref}/roll-out", RollOutAsync)
            .Named("rollOutDiskOffering", "Move volumes to the current version of their disk offering; with dryRun=true say what would change")
            .Answers<RollOutView>().WithMetadata(DryRun.Query).ProblemsOfBody().Problems(Status404NotFound, Status409Conflict);
        admins.MapDelete("/{ref}", async (string @ref, HttpContext http, DiskOfferings offerings, CancellationToken stop) =>
                (await offerings.RetireAsync(http.Caller(), @ref, stop)).NoContent())
            .Named("retireDiskOffering", "Hide a disk offering from new volumes").AnswersNothing().Problems(Status404NotFound, Status409Conflict);
    }

    private static void MapCompute(RouteGroupBuilder everybody, RouteGroupBuilder admins)
    {
        everybody.MapGet("", ([AsParameters] PageQuery page, HttpContext http, ComputeOfferings offerings, CancellationToken stop) =>
                page.AnswerAsync(request => offerings.ListAsync(http.Caller(), request, stop), OfferingViews.Show))
            .Named("listComputeOfferings", "List the compute offerings in use").AnswersPage<ComputeOfferingView>();
        everybody.MapGet("/{ref}", async (string @ref, HttpContext http, ComputeOfferings offerings, CancellationToken stop) =>
                (await offerings.FindAsync(http.Caller(), @ref, stop)).Ok(OfferingViews.Show))
            .Named("getComputeOffering", "Show a compute offering, or with NAME@2 a version of it").Answers<ComputeOfferingView>().Problems(Status404NotFound);
        everybody.MapGet("/{ref}/versions", (string @ref, [AsParameters] PageQuery page, HttpContext http, ComputeOfferings offerings, CancellationToken stop) =>
                page.AnswerAsync(request => offerings.VersionsAsync(http.Caller(), @ref, request, stop), OfferingViews.Show))
            .Named("listComputeOfferingVersions", "List the versions of a compute offering, oldest first").AnswersPage<ComputeOfferingView>().Problems(Status404NotFound);
        admins.MapPost("", async (CreateComputeOffering body, HttpContext http, ComputeOfferings offerings, CancellationToken stop) =>
                await PublishAsync(OfferingViews.Read(body), spec => offerings.CreateAsync(http.Caller(), body.Name, spec, stop), Created))
            .Named("createComputeOffering", "Publish a compute offering").AnswersCreated<ComputeOfferingView>().Problems(Status404NotFound);
        admins.MapPost("/{ref}/versions", async (string @ref, UpdateComputeOffering body, HttpContext http, ComputeOfferings offerings, CancellationToken stop) =>
                await PublishAsync(OfferingViews.Read(body), spec => offerings.UpdateAsync(http.Caller(), @ref, body.BasedOn, spec, stop), Created))
            .Named("updateComputeOffering", "Make the next version of a compute offering").AnswersCreated<ComputeOfferingView>().Problems(Status404NotFound);
        admins.MapDelete("/{ref}", async (string @ref, HttpContext http, ComputeOfferings offerings, CancellationToken stop) =>
                (await offerings.RetireAsync(http.Caller(), @ref, stop)).NoContent())
            .Named("retireComputeOffering", "Hide a compute offering from new VMs").AnswersNothing().Problems(Status404NotFound, Status409Conflict);
    }

    private static async Task<IResult> PublishAsync<TSpec, T>(Outcome<TSpec> read, Func<TSpec, Task<Outcome<T>>> publish, Func<Outcome<T>, IResult> answer) =>
        read is Outcome<TSpec>.Done { Value: var spec } ? answer(await publish(spec)) : ProblemResult.Refused(read.Problem!);

    private static IResult Created(Outcome<OfferingDetails<Domain.DiskOffering>> made) =>
        made.Created(OfferingViews.Show, view => $"/api/v1/disk-offerings/{view.Name}@{view.Version}");

    private static IResult Created(Outcome<OfferingDetails<Domain.ComputeOffering>> made) =>
        made.Created(OfferingViews.Show, view => $"/api/v1/compute-offerings/{view.Name}@{view.Version}");

    private static async Task<IResult> RollOutAsync(
        string @ref, [FromQuery] string? dryRun, RollOutRequest body, HttpContext http, RollOutOffering rollOut, CancellationToken stop)
    {
        if (DryRun.Problem(dryRun) is { } unreadable) return unreadable;
        var page = new PageRequest(body.Limit, body.Cursor);
        return DryRun.IsAsked(dryRun)
            ? (await rollOut.RehearseAsync(http.Caller(), @ref, body.Volume, page, stop)).Ok(done => PlanViews.Show(done, dryRun: true))
            : (await rollOut.ExecuteAsync(http.Caller(), @ref, body.Volume, page, stop)).Ok(done => PlanViews.Show(done, dryRun: false));
    }
}
