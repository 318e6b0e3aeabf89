using Headgate.Api.Problems;
using Headgate.Control;
using Headgate.Control.Access;
using Headgate.Control.Events;
using Headgate.Domain;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Api.Auth;

/// <summary>Marks a route that changes nothing and shows a secret.</summary>
internal sealed class ShowsSecret;

/// <summary>
/// Records every call that changes something or shows a secret, before it is carried out and with its result after, and every one that was
/// refused for want of a key or a role. What 429 answers is not recorded: that would be a way to fill the database.
/// </summary>
internal sealed class AuditMiddleware(RequestDelegate next, TimeProvider clock)
{
    private static readonly string[] References = ["ref", "id", "name"];

    public async Task InvokeAsync(HttpContext context, AuditTrail trail)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName is not { } operation || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            await next(context);
            return;
        }
        var caller = context.Features.Get<Caller>();
        var counts = !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)) || endpoint.Metadata.GetMetadata<ShowsSecret>() is not null;
        if (counts && caller is not null && Permissions.Lets(Permissions.Of(operation), caller.Role))
            await RecordedAsync(context, trail, Record(context, caller, operation));
        else await WatchedAsync(context, trail, caller, operation);
    }

    private async Task RecordedAsync(HttpContext context, AuditTrail trail, AuditRecord record)
    {
        await trail.BeginAsync(record, context.RequestAborted);
        var failed = true;
        try
        {
            await next(context);
            failed = false;
        }
        finally
        {
            // What throws is answered further out, with a status of its own; here it is the server's failure, or the client's leaving.
            await trail.EndAsync(Ended(context, record) with { Status = failed ? StatusCodes.Status500InternalServerError : context.Response.StatusCode });
        }
    }

    private async Task WatchedAsync(HttpContext context, AuditTrail trail, Caller? caller, string operation)
    {
        await next(context);
        if (context.Response.StatusCode is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden)
            await trail.NoteAsync(Ended(context, Record(context, caller, operation)) with { Status = context.Response.StatusCode });
    }

    private AuditRecord Record(HttpContext context, Caller? caller, string operation)
    {
        var now = clock.GetUtcNow();
        return new AuditRecord
        {
            Id = OrderedId.At(now),
            At = now,
            AccountId = caller?.AccountId,
            Account = caller?.Account,
            User = caller?.User,
            Key = caller?.KeyName,
            KeyPrefix = caller?.KeyPrefix ?? KeyVerifier.ShownPart(context.Request.Headers.Authorization.ToString()),
            Role = caller?.Role,
            RemoteAddress = context.Connection.RemoteIpAddress?.ToString(),
            Operation = operation,
            Object = Cut(References.Select(name => context.Request.RouteValues.GetValueOrDefault(name) as string).FirstOrDefault(value => value is not null)),
            RequestId = context.TraceIdentifier,
        };
    }

    private static AuditRecord Ended(HttpContext context, AuditRecord record) => record with
    {
        Code = Cut(ProblemResult.CodeOf(context)),
        Object = record.Object ?? Made(context.Response.Headers.Location.ToString()),
    };

    /// <summary>The last part of the address of what was made.</summary>
    private static string? Made(string location) => location.Length == 0 ? null : Cut(location[(location.LastIndexOf('/') + 1)..]);

    private static string? Cut(string? text) => text?.Length > AuditRecord.MaxTextLength ? text[..AuditRecord.MaxTextLength] : text;
}
