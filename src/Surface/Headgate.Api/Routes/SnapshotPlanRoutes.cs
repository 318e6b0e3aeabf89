using Headgate.Api.Auth;
using Headgate.Api.Contract;
using Headgate.Api.Paging;
using Headgate.Api.Problems;
using Headgate.Control;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using static Microsoft.AspNetCore.Http.StatusCodes;
using Asked = Headgate.Api.Contract;

namespace Headgate.Api.Routes;

/// <summary>Groups of snapshots and schedules; a tenant sees its own account's.</summary>
internal static class SnapshotPlanRoutes
{
    public static void Map(RouteGroupBuilder everybody)
    {
        MapGroups(everybody.MapGroup("/snapshot-groups").WithTags("Snapshots"));
        MapSchedules(everybody.MapGroup("/snapshot-schedules").WithTags("Snapshots"));
    }

    private static void MapGroups(RouteGroupBuilder groups)
    {
        groups.MapGet("", ([AsParameters] PageQuery page, HttpContext http, ReadSnapshotGroups read, CancellationToken stop) =>
                page.AnswerAsync(request => read.ListAsync(http.Caller(), request, stop), Show))
            .Named("listSnapshotGroups", "List groups of snapshots").AnswersPage<SnapshotGroupView>();
        groups.MapGet("/{ref}", async (string @ref, HttpContext http, ReadSnapshotGroups read, CancellationToken stop) =>
                (await read.GetAsync(http.Caller(), @ref, stop)).Ok(Show))
            .Named("getSnapshotGroup", "Show a group of snapshots").Answers<SnapshotGroupView>().Problems(Status404NotFound);
        groups.MapPost("", async (Asked.CreateSnapshotGroup body, HttpContext http, Control.CreateSnapshotGroup create, CancellationToken stop) =>
                (await create.ExecuteAsync(http.Caller(), new CreateGroupRequest(body.Name, body.Volumes, body.OneMoment), stop)).Accepted())
            .Named("createSnapshotGroup", "Take snapshots of several volumes, at one moment where their storage can").AnswersOperation().ProblemsOfBody()
            .Problems(Status404NotFound);
        groups.MapDelete("/{ref}", async (string @ref, HttpContext http, ChangeSnapshotGroup change, CancellationToken stop) =>
                (await change.DeleteAsync(http.Caller(), @ref, stop)).Accepted())
            .Named("deleteSnapshotGroup", "Delete a group with all of its snapshots").AnswersOperation().Problems(Status404NotFound);
        groups.MapPost("/{ref}/revert", async (string @ref, HttpContext http, ChangeSnapshotGroup change, CancellationToken stop) =>
                (await change.RevertAsync(http.Caller(), @ref, stop)).Accepted())
            .Named("revertSnapshotGroup", "Put the data of all volumes of a group back; none of them may be connected").AnswersOperation().Problems(Status404NotFound);
    }

    private static void MapSchedules(RouteGroupBuilder schedules)
    {
        schedules.MapGet("", ([AsParameters] PageQuery page, HttpContext http, SnapshotSchedules all, CancellationToken stop) =>
                page.AnswerAsync(request => all.ListAsync(http.Caller(), request, stop), Show))
            .Named("listSnapshotSchedules", "List snapshot schedules").AnswersPage<SnapshotScheduleView>();
        schedules.MapGet("/{ref}", async (string @ref, HttpContext http, SnapshotSchedules all, CancellationToken stop) =>
                (await all.GetAsync(http.Caller(), @ref, stop)).Ok(Show))
            .Named("getSnapshotSchedule", "Show a snapshot schedule and how its last run went").Answers<SnapshotScheduleView>().Problems(Status404NotFound);
        schedules.MapPost("", CreateAsync)
            .Named("createSnapshotSchedule", "Have snapshots taken, and deleted again, by themselves").AnswersCreated<SnapshotScheduleView>().Problems(Status404NotFound);
        schedules.MapDelete("/{ref}", async (string @ref, HttpContext http, SnapshotSchedules all, CancellationToken stop) =>
                (await all.DeleteAsync(http.Caller(), @ref, stop)).NoContent())
            .Named("deleteSnapshotSchedule", "Delete a snapshot schedule; what it has taken stays").AnswersNothing().Problems(Status404NotFound);
        MapEnabled(schedules, "enable", isEnabled: true, "Let a snapshot schedule run again, at its next moment");
        MapEnabled(schedules, "disable", isEnabled: false, "Keep a snapshot schedule from running");
    }

    private static void MapEnabled(RouteGroupBuilder schedules, string verb, bool isEnabled, string summary) =>
        schedules.MapPost($"/{{ref}}/{verb}", async (string @ref, HttpContext http, SnapshotSchedules all, CancellationToken stop) =>
                (await all.EnableAsync(http.Caller(), @ref, isEnabled, stop)).Ok(Show))
            .Named($"{verb}SnapshotSchedule", summary).Answers<SnapshotScheduleView>().Problems(Status404NotFound);

    private static async Task<IResult> CreateAsync(CreateSnapshotSchedule body, HttpContext http, SnapshotSchedules all, CancellationToken stop)
    {
        var request = new CreateScheduleRequest(body.Name, body.Rule, body.TimeZone)
        {
            Volumes = body.Volumes,
            NamePattern = body.NamePattern,
            AsGroup = body.AsGroup,
            KeepLast = body.KeepLast,
            KeepFor = body.KeepSeconds is { } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, -1, int.MaxValue)) : null,
        };
        return (await all.CreateAsync(http.Caller(), request, stop)).Created(Show, view => $"/api/v1/snapshot-schedules/{view.Id}");
    }

    private static SnapshotGroupView Show(SnapshotGroupDetails found) => new(
        found.Group.Id, found.Group.Name, found.State, found.Group.Cause?.ToString(), Words.Of(found.Group.Consistency),
        [.. found.Members.Select(SnapshotRoutes.Show)], found.Group.CreatedAt);

    private static SnapshotScheduleView Show(ScheduleDetails found) => new()
    {
        Id = found.Schedule.Id,
        Name = found.Schedule.Name,
        Account = found.Account,
        Enabled = found.Schedule.IsEnabled,
        Rule = found.Schedule.Rule,
        TimeZone = found.Schedule.TimeZone,
        Volumes = found.Volumes,
        NamePattern = found.Schedule.NamePattern,
        AsGroup = found.Schedule.AsGroup,
        KeepLast = found.Schedule.KeepLast,
        KeepSeconds = found.Schedule.KeepSeconds,
        NextAt = found.Schedule.NextAt,
        LastRunAt = found.Schedule.LastRunAt,
        LastOutcome = Words.Of(found.Schedule.LastOutcome),
        LastProblem = found.Schedule.LastProblem?.ToString(),
        LastOperations = found.Schedule.LastOperations,
    };
}
