using Headgate.Api.Auth;
using Headgate.Api.Contract;
using Headgate.Api.Paging;
using Headgate.Api.Problems;
using Headgate.Control.Findings;
using Headgate.Domain;
using Headgate.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using static Microsoft.AspNetCore.Http.StatusCodes;
using Asked = Headgate.Api.Contract;

namespace Headgate.Api.Routes;

/// <summary>What checks of pools found, and what is in quarantine: for admins.</summary>
internal static class FindingRoutes
{
    private static readonly string[] Filters = ["pool", "state", "kind"];
    private static readonly string[] OrphanFilters = ["pool", "all"];

    public static void Map(RouteGroupBuilder admins)
    {
        MapFindings(admins.MapGroup("/findings").WithTags("Findings"));
        MapOrphans(admins.MapGroup("/orphans").WithTags("Findings"));
    }

    private static void MapFindings(RouteGroupBuilder findings)
    {
        findings.MapGet("", ListAsync)
            .Named("listFindings", "List what checks of pools found; without a state those that are there")
            .AnswersPage<FindingView>(Filters).Problems(Status404NotFound, Status422UnprocessableEntity);
        findings.MapGet("/{id}", async (string id, HttpContext http, ReadFindings read, CancellationToken stop) =>
                (await read.GetAsync(http.Caller(), id, stop)).Ok(Show))
            .Named("getFinding", "Show a finding, also one that is over").Answers<FindingView>().Problems(Status404NotFound);
        findings.MapPost("/{id}/repair", async (string id, HttpContext http, RepairFinding repair, CancellationToken stop) =>
                (await repair.ExecuteAsync(http.Caller(), id, stop)).Accepted())
            .Named("repairFinding", "Set right what endangers no data; else the answer says what to do").AnswersOperation().Problems(Status404NotFound);
        MapChange(findings, "ignore", isIgnored: true, "Say that a finding may stay: it is neither repaired nor counted");
        MapChange(findings, "reopen", isIgnored: false, "Take back that a finding is ignored");
    }

    private static void MapChange(RouteGroupBuilder findings, string verb, bool isIgnored, string summary) =>
        findings.MapPost($"/{{id}}/{verb}", async (string id, HttpContext http, IgnoreFinding ignore, CancellationToken stop) =>
                (await ignore.ExecuteAsync(http.Caller(), id, isIgnored, stop)).Ok(Show))
            .Named($"{verb}Finding", summary).Answers<FindingView>().Problems(Status404NotFound, Status409Conflict);

    private static void MapOrphans(RouteGroupBuilder orphans)
    {
        orphans.MapGet("", (
                [AsParameters] PageQuery page, [FromQuery] string? pool, [FromQuery] string? all, HttpContext http, ReadOrphans read, CancellationToken stop) =>
            {
                return all is null or "true" or "false"
                    ? page.AnswerAsync(request => read.ListAsync(http.Caller(), pool, all == "true", request, stop), Show)
                    : Task.FromResult<IResult>(ProblemResult.Of(ProblemCodes.InvalidParameter, $"The parameter all is '{all}'; it must be true or false."));
            })
            .Named("listOrphans", "List what is in quarantine; with all=true what ever was")
            .AnswersPage<OrphanView>(OrphanFilters).Problems(Status404NotFound);
        orphans.MapGet("/{ref}", async (string @ref, HttpContext http, ReadOrphans read, CancellationToken stop) =>
                (await read.GetAsync(http.Caller(), @ref, stop)).Ok(Show))
            .Named("getOrphan", "Show an orphan, by id or by the storage's name for it").Answers<OrphanView>().Problems(Status404NotFound);
        orphans.MapPost("/{ref}/adopt", async (
                string @ref, Asked.AdoptOrphan body, HttpContext http, Control.Findings.AdoptOrphan adopt, CancellationToken stop) =>
                (await adopt.ExecuteAsync(http.Caller(), @ref, new AdoptRequest(body.Name, body.Account, body.DiskOffering), stop)).Accepted())
            .Named("adoptOrphan", "Make an orphan a volume again").AnswersOperation().ProblemsOfBody().Problems(Status404NotFound);
        orphans.MapDelete("/{ref}", DeleteAsync)
            .Named("deleteOrphan", "End an orphan and its data; before its quarantine is over only with early=true").AnswersOperation()
            .WithMetadata(new QueryNames(["early"])).Problems(Status400BadRequest, Status404NotFound);
    }

    private static Task<IResult> ListAsync(
        [AsParameters] PageQuery page, [FromQuery] string? pool, [FromQuery] string? state, [FromQuery] string? kind,
        HttpContext http, ReadFindings read, CancellationToken stop)
    {
        FindingState? wanted = null;
        if (state is not null)
        {
            var known = Words.Read<FindingState>(state, "state");
            if (known is not Outcome<FindingState>.Done { Value: var found }) return Task.FromResult<IResult>(ProblemResult.Refused(known.Problem!));
            wanted = found;
        }
        return page.AnswerAsync(request => read.ListAsync(http.Caller(), new FindingFilter(pool, wanted, kind), request, stop), Show);
    }

    private static async Task<IResult> DeleteAsync(
        string @ref, [FromQuery] string? early, HttpContext http, DeleteOrphan delete, CancellationToken stop) => early is null or "true" or "false"
        ? (await delete.ExecuteAsync(http.Caller(), @ref, early == "true", stop)).Accepted()
        : ProblemResult.Of(ProblemCodes.InvalidParameter, $"The parameter early is '{early}'; it must be true or false.");

    private static FindingView Show(FindingDetails found) => new()
    {
        Id = found.Finding.Id,
        Pool = found.Pool,
        Kind = found.Finding.Kind,
        State = Words.Of(found.Finding.State),
        VolumeId = found.Finding.VolumeId,
        Volume = found.Finding.Volume,
        Handle = found.Finding.Handle,
        Message = found.Finding.Message,
        Action = found.Finding.Action,
        Repairable = found.Finding.Repairable,
        Operation = found.Finding.RepairOperationId,
        IgnoredBy = found.Finding.IgnoredBy,
        FirstSeenAt = found.Finding.FirstSeenAt,
        LastSeenAt = found.Finding.LastSeenAt,
        EndedAt = found.Finding.EndedAt,
    };

    private static OrphanView Show(OrphanDetails found) => new()
    {
        Id = found.Orphan.Id,
        Pool = found.Pool,
        State = Words.Of(found.Orphan.State),
        Handle = found.Orphan.Handle,
        Name = found.Orphan.Name,
        Key = found.Orphan.Key,
        SizeBytes = found.Orphan.Size.Bytes,
        MinIops = found.Orphan.MinIops,
        MaxIops = found.Orphan.MaxIops,
        Initiators = found.Orphan.Initiators,
        FirstSeenAt = found.Orphan.FirstSeenAt,
        LastSeenAt = found.Orphan.LastSeenAt,
        DeletableAt = found.DeletableAt,
        Cause = found.Orphan.Cause?.ToString(),
    };
}
