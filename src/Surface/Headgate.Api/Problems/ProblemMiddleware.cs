using Headgate.Persistence;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Headgate.Api.Problems;

/// <summary>
/// Turns whatever went wrong below into problem+json: requests that could not be bound, exceptions (never with their
/// details), and answers of the framework that have a status and no body (no route, wrong method, wrong media type).
/// </summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return; // the client has gone; there is nobody to tell
        }
        catch (BadHttpRequestException refused) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, BodyProblems.Describe(refused));
            return;
        }
        catch (DatabaseUnavailableException away) when (!context.Response.HasStarted)
        {
            LogDatabaseAway(context.Request.Method, RouteOf(context), away.Message);
            await AnswerAsync(context, DatabaseAway(away));
            return;
        }
        catch (TextNotStorableException) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, ProblemResult.Of(
                ProblemCodes.TextInvalid, "A text of the request holds a NUL character (U+0000), which no name or value of ours has. Leave it out."));
            return;
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            LogUnhandled(error, context.Request.Method, RouteOf(context), context.TraceIdentifier);
            await AnswerAsync(context, ProblemResult.Of(
                ProblemCodes.InternalError,
                $"The server failed on this request; that is a fault of the server. Its log has the reason under {context.TraceIdentifier}."));
            return;
        }
        if (Silent(context.Response) && Explain(context) is { } problem) await problem.ExecuteAsync(context);
    }

    private static bool Silent(HttpResponse response) =>
        response is { HasStarted: false, StatusCode: >= 400, ContentType: null, ContentLength: null or 0 };

    private static ProblemResult? Explain(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => ProblemResult.Of(
            ProblemCodes.RouteNotFound, "Nothing answers at this address. The API is below /api/v1; /openapi/v1.json describes it."),
        StatusCodes.Status405MethodNotAllowed => ProblemResult.Of(
            ProblemCodes.MethodNotAllowed,
            $"This address does not take {context.Request.Method}; it takes {context.Response.Headers.Allow}."),
        StatusCodes.Status415UnsupportedMediaType => BodyProblems.UnsupportedMedia(),
        StatusCodes.Status413PayloadTooLarge => ProblemResult.Of(
            ProblemCodes.BodyTooLarge, $"The request body is too large; at most {ApiLimits.BodyBytes} bytes are taken."),
        StatusCodes.Status400BadRequest => ProblemResult.Of(ProblemCodes.BadRequest, "The request could not be read."),
        _ => null,
    };

    /// <summary>Not with the address of the database, which is nobody's business but the operator's.</summary>
    private static ProblemResult DatabaseAway(DatabaseUnavailableException away) => away.IsOutcomeUnknown
        ? ProblemResult.Of(
            ProblemCodes.DatabaseNoReply,
            "The connection to the database was lost while the change was being committed, so it is not known whether it took effect. " +
            "Repeat the request with the same Idempotency-Key, or look.")
        : ProblemResult.Of(ProblemCodes.DatabaseUnreachable, "The database does not answer; nothing was changed. Repeat the request in a moment.");

    private static async Task AnswerAsync(HttpContext context, ProblemResult problem)
    {
        context.Response.Clear();
        if (problem.StatusCode is StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = "1";
        await problem.ExecuteAsync(context);
    }

    private static string RouteOf(HttpContext context) =>
        (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "no route";
}
