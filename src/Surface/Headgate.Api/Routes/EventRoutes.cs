using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Headgate.Api.Auth;
using Headgate.Api.Contract;
using Headgate.Api.Json;
using Headgate.Api.Paging;
using Headgate.Api.Problems;
using Headgate.Api.Streams;
using Headgate.Control.Events;
using Headgate.Domain;
using Headgate.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Headgate.Api.Routes;

/// <summary>The log of events, listed and followed, and the audit trail.</summary>
internal static class EventRoutes
{
    private const string LastEventId = "Last-Event-ID";

    private static readonly string[] EventFilters = ["subject", "type", "code", "severity", "since"];
    private static readonly string[] AuditFilters = ["actor", "object", "operation", "from", "to"];

    public static void Map(RouteGroupBuilder everybody, RouteGroupBuilder admins)
    {
        everybody.MapGet("/events", ([AsParameters] PageQuery page, [AsParameters] EventQuery query, EventLog events, HttpContext http, CancellationToken stop) =>
                query.Read(out var filter) is { } problem
                    ? Task.FromResult<IResult>(problem)
                    : page.AnswerAsync(request => events.ListAsync(http.Caller(), filter, request, stop), Show))
            .WithTags("System").Named("listEvents", "List what happened, newest first; a tenant sees its own account's events")
            .AnswersPage<EventView>(EventFilters).Problems(Status422UnprocessableEntity);
        everybody.MapGet("/events/stream", Follow)
            .WithTags("System").WithMetadata(new QueryNames(EventFilters))
            .Named("watchEvents", "Follow what happens as server-sent events; with Last-Event-ID from the one behind it")
            .Produces<EventView>(Status200OK, EventStreams.MediaType)
            .Problems(Status400BadRequest, Status422UnprocessableEntity, Status503ServiceUnavailable);
        admins.MapGet("/audit", ListAuditAsync)
            .WithTags("System").Named("listAudit", "List who called what and what came of it, newest first")
            .AnswersPage<AuditView>(AuditFilters);
    }

    private static IResult Follow(
        [AsParameters] EventQuery query, [FromHeader(Name = LastEventId)] string? last, HttpContext http, EventLog events, EventStreams streams, CancellationToken stop)
    {
        if (query.Read(out var filter) is { } problem) return problem;
        long? after = null;
        if (last is not null)
        {
            if (!long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                return ProblemResult.Of(ProblemCodes.InvalidParameter, $"The header {LastEventId} is '{last}'; give the id of an event, or leave it out to begin now.");
            after = id;
        }
        return streams.Answer(Lines(events.FollowAsync(http.Caller(), filter, after, stop), stop));
    }

    private static async IAsyncEnumerable<string> Lines(IAsyncEnumerable<Event> events, [EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (var one in events.WithCancellation(stop))
            yield return string.Create(CultureInfo.InvariantCulture, $"event: event\nid: {one.Id}\ndata: {JsonSerializer.Serialize(Show(one), ApiJson.Options)}");
    }

    private static Task<IResult> ListAuditAsync(
        [AsParameters] PageQuery page, [FromQuery] string? actor, [FromQuery(Name = "object")] string? of, [FromQuery] string? operation,
        [FromQuery] string? from, [FromQuery] string? to, AuditLog audit, HttpContext http, CancellationToken stop)
    {
        if (Times.Problem("from", from, out var first) is { } badFrom) return Task.FromResult<IResult>(badFrom);
        if (Times.Problem("to", to, out var last) is { } badTo) return Task.FromResult<IResult>(badTo);
        return page.AnswerAsync(request => audit.ListAsync(http.Caller(), new AuditFilter(actor, of, operation, first, last), request, stop), Show);
    }

    private static EventView Show(Event e) => new(
        e.Id, e.At, e.Code, Words.Of(e.Severity), e.SubjectType, e.SubjectId, e.Subject, e.Actor, e.Message);

    private static AuditView Show(AuditRecord r) => new(
        r.Id, r.At, r.Account, r.User, r.Key, r.KeyPrefix, r.Role is { } role ? Words.Of(role) : null, r.RemoteAddress, r.Operation, r.Object,
        r.Status == AuditRecord.Begun ? null : r.Status, r.Code, r.RequestId);

    /// <summary>The filters of events, as text.</summary>
    internal readonly record struct EventQuery(
        [FromQuery(Name = "subject")] string? Subject, [FromQuery(Name = "type")] string? Type, [FromQuery(Name = "code")] string? Code,
        [FromQuery(Name = "severity")] string? Severity, [FromQuery(Name = "since")] string? Since)
    {
        /// <summary>The filter, or what is wrong with it.</summary>
        public IResult? Read(out EventFilter filter)
        {
            filter = new EventFilter();
            Guid? subjectId = null;
            if (Subject is not null)
            {
                if (!Guid.TryParse(Subject, out var id))
                    return ProblemResult.Of(ProblemCodes.InvalidParameter, $"The parameter subject is '{Subject}'; it must be the id of an object.");
                subjectId = id;
            }
            EventSeverity? wanted = null;
            if (Severity is not null)
            {
                var read = Words.Read<EventSeverity>(Severity, "severity");
                if (read is not Outcome<EventSeverity>.Done known) return ProblemResult.Refused(read.Problem!);
                wanted = known.Value;
            }
            if (Times.Problem("since", Since, out var since) is { } badTime) return badTime;
            filter = new EventFilter(subjectId, Code, wanted, Type, since);
            return null;
        }
    }
}
