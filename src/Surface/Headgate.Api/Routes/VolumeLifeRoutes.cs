using Headgate.Api.Auth;
using Headgate.Api.Contract;
using Headgate.Api.Paging;
using Headgate.Api.Problems;
using Headgate.Control;
using Headgate.Control.Findings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using static Microsoft.AspNetCore.Http.StatusCodes;
using Asked = Headgate.Api.Contract;

namespace Headgate.Api.Routes;

/// <summary>Protection, the recycle bin's rules, import and unmanage.</summary>
internal static class VolumeLifeRoutes
{
    public static void Map(RouteGroupBuilder everybody, RouteGroupBuilder admins)
    {
        var volumes = everybody.MapGroup("/volumes").WithTags("Volumes");
        MapProtection(volumes, "protect", isProtected: true, "Keep a volume from being deleted until that is taken back");
        MapProtection(volumes, "unprotect", isProtected: false, "Let a volume be deleted again");
        MapRecycleBin(everybody, admins);

        admins.MapGet("/pools/{ref}/importable", (
                string @ref, [AsParameters] PageQuery page, HttpContext http, ListImportable list, CancellationToken stop) =>
                page.AnswerAsync(request => list.ExecuteAsync(http.Caller(), @ref, request, stop), Show))
            .WithTags("Volumes").Named("listImportable", "List what is on a pool's storage, carries no mark of ours and can be imported")
            .AnswersPage<ImportableView>().Problems(Status404NotFound, Status422UnprocessableEntity).ProblemsOfStorage();
        admins.MapPost("/volumes/import", ImportAsync)
            .WithTags("Volumes").Named("importVolume", "Take over a volume that somebody else made, with its data, size and limits")
            .AnswersOperation().ProblemsOfBody().Problems(Status404NotFound).ProblemsOfStorage();
        admins.MapPost("/volumes/{ref}/unmanage", async (string @ref, [FromQuery] string? force, HttpContext http, UnmanageVolume unmanage, CancellationToken stop) =>
                force is null or "true" or "false"
                    ? (await unmanage.ExecuteAsync(http.Caller(), @ref, force == "true", stop)).Accepted()
                    : ProblemResult.Of(ProblemCodes.InvalidParameter, $"The parameter force is '{force}'; it must be true or false."))
            .WithTags("Volumes").Named("unmanageVolume", "Forget a volume and leave it, with its data, on its storage")
            .AnswersOperation().WithMetadata(new QueryNames(["force"])).Problems(Status400BadRequest, Status404NotFound);
    }

    private static void MapProtection(RouteGroupBuilder volumes, string verb, bool isProtected, string summary) =>
        volumes.MapPost($"/{{ref}}/{verb}", async (string @ref, HttpContext http, ProtectVolume protect, CancellationToken stop) =>
                (await protect.ExecuteAsync(http.Caller(), @ref, isProtected, stop)).Ok(VolumeViews.Show))
            .Named($"{verb}Volume", summary).Answers<VolumeView>().Problems(Status404NotFound, Status409Conflict);

    private static void MapRecycleBin(RouteGroupBuilder everybody, RouteGroupBuilder admins)
    {
        everybody.MapGet("/recycle-bin", async ([FromQuery] string? account, HttpContext http, RecycleBins bins, CancellationToken stop) =>
                (await bins.GetAsync(http.Caller(), account, stop)).Ok(Show))
            .WithTags("Volumes").Named("getRecycleBin", "Show how long deleted volumes are kept; a tenant sees what holds for itself")
            .Answers<RecycleBinView>().WithMetadata(new QueryNames(["account"])).Problems(Status400BadRequest, Status404NotFound);
        admins.MapPost("/recycle-bin", async (SetRecycleBin body, HttpContext http, RecycleBins bins, CancellationToken stop) =>
            {
                var keep = body.KeepSeconds is { } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, -1, (long)Domain.RecycleRule.Longest.TotalSeconds + 1)) : (TimeSpan?)null;
                return (await bins.SetAsync(http.Caller(), new SetRecycleRule(body.Account, keep, body.Forever, body.Inherit), stop)).Ok(Show);
            })
            .WithTags("Volumes").Named("setRecycleBin", "Set how long deleted volumes are kept, of one account or of all without a rule of their own")
            .Answers<RecycleBinView>().ProblemsOfBody().Problems(Status404NotFound);
    }

    private static async Task<IResult> ImportAsync(Asked.ImportVolume body, HttpContext http, Control.ImportVolume import, CancellationToken stop)
    {
        var caller = http.Caller();
        var volume = new AdoptRequest(body.Name, body.Account ?? caller.AccountId.ToString(), body.DiskOffering);
        return (await import.ExecuteAsync(caller, new ImportRequest(body.Pool, body.BackendId, volume), stop)).Accepted();
    }

    private static ImportableView Show(Storage.Sdk.VolumeView found) => new(
        found.Handle.Value, found.Name, found.Size.Bytes, found.Qos.MinIops, found.Qos.MaxIops, found.Qos.BurstIops, found.Initiators);

    private static RecycleBinView Show(RecycleRuleDetails found) => new(found.Account, (long?)found.Keep?.TotalSeconds, found.Keep is null, found.Rule);
}
