using Headgate.Api.Auth;
using Headgate.Api.Contract;
using Headgate.Api.Paging;
using Headgate.Api.Problems;
using Headgate.Api.Streams;
using Headgate.Control;
using Headgate.Operations;
using Headgate.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Headgate.Api.Routes;

/// <summary>Operations: a tenant sees those of its own account.</summary>
internal static class OperationRoutes
{
    private static readonly string[] Filters = ["status", "subject", "kind", "account"];

    public static void Map(RouteGroupBuilder everybody)
    {
        var operations = everybody.MapGroup("/operations").WithTags("Operations");
        operations.MapGet("", ListAsync)
            .Named("listOperations", "List operations in the order in which they were asked for")
            .AnswersPage<OperationView>(Filters).Problems(Status404NotFound, Status422UnprocessableEntity);
        operations.MapGet("/{id}", async (string id, HttpContext http, GetOperation get, CancellationToken stop) =>
                Guid.TryParse(id, out var found)
                    ? (await get.ExecuteAsync(http.Caller(), found, stop)).Ok(OperationViews.Show)
                    : NoSuch(id))
            .Named("getOperation", "Show an operation").Answers<OperationView>().Problems(Status404NotFound);
        operations.MapPost("/{id}/cancel", async (string id, HttpContext http, CancelOperation cancel, CancellationToken stop) =>
                Guid.TryParse(id, out var found) ? (await cancel.ExecuteAsync(http.Caller(), found, stop)).Accepted() : NoSuch(id))
            .Named("cancelOperation", "Ask for an operation to be undone before its next step")
            .AnswersOperation().Problems(Status404NotFound);
        operations.MapPost("/{id}/retry", async (string id, HttpContext http, HurryOperation hurry, CancellationToken stop) =>
                Guid.TryParse(id, out var found) ? (await hurry.ExecuteAsync(http.Caller(), found, stop)).Accepted() : NoSuch(id))
            .Named("retryOperation", "Make the next attempt of an operation that waits now").AnswersOperation().Problems(Status404NotFound);
        operations.MapPost("/{id}/abandon", async (string id, HttpContext http, AbandonOperation abandon, CancellationToken stop) =>
                Guid.TryParse(id, out var found) ? (await abandon.ExecuteAsync(http.Caller(), found, stop)).Accepted() : NoSuch(id))
            .Named("abandonOperation", "Undo an operation without the storage, which will never answer again; admins only")
            .AnswersOperation().Problems(Status403Forbidden, Status404NotFound);
        operations.MapGet("/{id}/events", WatchAsync)
            .Named("watchOperation", "Follow an operation as server-sent events until it has ended")
            .Produces<OperationView>(Status200OK, EventStreams.MediaType)
            .Problems(Status404NotFound, Status503ServiceUnavailable);
    }

    private static Task<IResult> ListAsync(
        [AsParameters] PageQuery page, [FromQuery] string? status, [FromQuery] string? subject,
        [FromQuery] string? kind, [FromQuery] string? account, HttpContext http, ListOperations list, CancellationToken stop)
    {
        Guid? subjectId = null;
        if (subject is not null)
        {
            if (!Guid.TryParse(subject, out var id)) return Task.FromResult<IResult>(ProblemResult.Of(
                ProblemCodes.InvalidParameter, $"The parameter subject is '{subject}'; it must be the id of an object."));
            subjectId = id;
        }
        Domain.OperationStatus? wanted = null;
        if (status is not null)
        {
            var read = Words.Read<Domain.OperationStatus>(status, "status");
            if (read is not Outcome<Domain.OperationStatus>.Done known)
                return Task.FromResult<IResult>(ProblemResult.Refused(read.Problem!));
            wanted = known.Value;
        }
        return page.AnswerAsync(
            request => list.ExecuteAsync(http.Caller(), request, new OperationFilter(subjectId, wanted) { Kind = kind, Account = account }, stop), OperationViews.Show);
    }

    private static async Task<IResult> WatchAsync(
        string id, HttpContext http, WatchOperation watch, EventStreams streams, CancellationToken stop)
    {
        if (!Guid.TryParse(id, out var found)) return NoSuch(id);
        var states = await watch.ExecuteAsync(http.Caller(), found, stop);
        return states is Outcome<IAsyncEnumerable<OperationDetails>>.Done seen
            ? streams.Answer(OperationEvents.Of(seen.Value, stop))
            : ProblemResult.Refused(states.Problem!);
    }

    private static ProblemResult NoSuch(string id) => ProblemResult.Refused(References.NotFound("operation", id));
}
