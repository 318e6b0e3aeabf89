using Headgate.Api.Auth;
using Headgate.Api.Contract;
using Headgate.Api.Paging;
using Headgate.Api.Problems;
using Headgate.Control.Offerings;
using Headgate.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Headgate.Api.Routes;

/// <summary>Disk and compute offerings: admins publish, everybody reads.</summary>
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
        everybody.MapGet("", ([AsParameters] PageQuery page, DiskOfferings offerings, CancellationToken stop) =>
                page.AnswerAsync(request => offerings.ListAsync(request, stop), OfferingViews.Show))
            .Named("listDiskOfferings", "List the disk offerings in use").AnswersPage<DiskOfferingView>();
        everybody.MapGet("/{ref}", async (string @ref, DiskOfferings offerings, CancellationToken stop) =>
                (await offerings.FindAsync(@ref, stop)).Ok(OfferingViews.Show))
            .Named("getDiskOffering", "Show a disk offering").Answers<DiskOfferingView>().Problems(Status404NotFound);
        admins.MapPost("", CreateDiskAsync)
            .Named("createDiskOffering", "Publish a disk offering").AnswersCreated<DiskOfferingView>();
        admins.MapDelete("/{ref}", async (string @ref, HttpContext http, DiskOfferings offerings, CancellationToken stop) =>
                (await offerings.RetireAsync(http.Caller(), @ref, stop)).NoContent())
            .Named("retireDiskOffering", "Hide a disk offering from new volumes").AnswersNothing().Problems(Status404NotFound);
    }

    private static void MapCompute(RouteGroupBuilder everybody, RouteGroupBuilder admins)
    {
        everybody.MapGet("", ([AsParameters] PageQuery page, ComputeOfferings offerings, CancellationToken stop) =>
                page.AnswerAsync(request => offerings.ListAsync(request, stop), OfferingViews.Show))
            .Named("listComputeOfferings", "List the compute offerings in use").AnswersPage<ComputeOfferingView>();
        everybody.MapGet("/{ref}", async (string @ref, ComputeOfferings offerings, CancellationToken stop) =>
                (await offerings.FindAsync(@ref, stop)).Ok(OfferingViews.Show))
            .Named("getComputeOffering", "Show a compute offering").Answers<ComputeOfferingView>().Problems(Status404NotFound);
        admins.MapPost("", CreateComputeAsync)
            .Named("createComputeOffering", "Publish a compute offering").AnswersCreated<ComputeOfferingView>();
        admins.MapDelete("/{ref}", async (string @ref, HttpContext http, ComputeOfferings offerings, CancellationToken stop) =>
                (await offerings.RetireAsync(http.Caller(), @ref, stop)).NoContent())
            .Named("retireComputeOffering", "Hide a compute offering from new VMs").AnswersNothing().Problems(Status404NotFound);
    }

    private static async Task<IResult> CreateDiskAsync(
        CreateDiskOffering body, HttpContext http, DiskOfferings offerings, CancellationToken stop)
    {
        var read = OfferingViews.Read(body.Qos);
        if (read is not Outcome<Domain.OfferingQos>.Done qos) return ProblemResult.Refused(read.Problem!);
        if (Sizes.Read(body.SizeBytes, "sizeBytes", out var size) is { } problem) return ProblemResult.Refused(problem);
        var made = await offerings.CreateAsync(
            http.Caller(), new DiskOfferingSpec(body.Name, size, body.CustomSize, qos.Value, body.Tags), stop);
        return made.Created(OfferingViews.Show, view => $"/api/v1/disk-offerings/{view.Id}");
    }

    private static async Task<IResult> CreateComputeAsync(
        CreateComputeOffering body, HttpContext http, ComputeOfferings offerings, CancellationToken stop)
    {
        var read = OfferingViews.Read(body.RootDiskQos);
        if (read is not Outcome<Domain.OfferingQos>.Done qos) return ProblemResult.Refused(read.Problem!);
        if (Sizes.Read(body.MemoryBytes, "memoryBytes", out var memory) is { } problem) return ProblemResult.Refused(problem);
        var made = await offerings.CreateAsync(
            http.Caller(), new ComputeOfferingSpec(body.Name, body.CpuCount, memory!.Value, qos.Value, body.Tags), stop);
        return made.Created(OfferingViews.Show, view => $"/api/v1/compute-offerings/{view.Id}");
    }
}
