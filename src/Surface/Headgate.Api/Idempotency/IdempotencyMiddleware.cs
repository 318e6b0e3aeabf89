using System.Security.Cryptography;
using System.Text;
using Headgate.Api.Problems;
using Headgate.Control;
using Headgate.Control.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Headgate.Api.Idempotency;

/// <summary>
/// Makes a POST with an Idempotency-Key take effect once: the first request claims the key, its answer is kept for
/// <see cref="ReplyStore.Kept"/>, and repeats get that answer. A request with a key runs to its end even when
/// its client leaves, so that the kept answer is the true one.
/// </summary>
/// <remarks>
/// Crash windows: before the claim, nothing happened. Between claim and kept answer, the claim is believed for
/// as long as a lease of its server; a repeat after that runs again, and an operation that was started under the
/// key is found again by it instead of started twice.
/// </remarks>
internal sealed class IdempotencyMiddleware(RequestDelegate next)
{
    public const string HeaderName = "Idempotency-Key";
    public const string ReplayedHeaderName = "Idempotency-Replayed";

    private readonly KeyedGate<(Guid Account, string Key)> _gates = new();

    public async Task InvokeAsync(HttpContext context, ReplyStore replies)
    {
        var given = context.Request.Headers[HeaderName];
        if (given.Count == 0 || !HttpMethods.IsPost(context.Request.Method) || context.Features.Get<Caller>() is not { } caller)
        {
            await next(context);
            return;
        }
        if (KeyProblem(given) is { } problem)
        {
            await problem.ExecuteAsync(context);
            return;
        }

        var key = given.ToString();
        var fingerprint = await FingerprintAsync(context.Request, context.RequestAborted);
        using var turn = await _gates.EnterAsync((caller.AccountId, key), context.RequestAborted);
        switch (await replies.ClaimAsync(caller, key, fingerprint, context.RequestAborted))
        {
            case KeyClaim.Mine:
                await RunAsync(context, caller, key, replies);
                break;
            case KeyClaim.Answered answered:
                await ReplayAsync(context.Response, answered.Reply);
                break;
            case KeyClaim.OtherRequest:
                await ProblemResult.Of(
                    ProblemCodes.IdempotencyKeyReused,
                    "This Idempotency-Key came before with another address or body. Use a new key for each new request.")
                    .ExecuteAsync(context);
                break;
            case KeyClaim.InProgress:
                context.Response.Headers.RetryAfter = "1";
                await ProblemResult.Of(
                    ProblemCodes.IdempotencyKeyInProgress,
                    "A request with this Idempotency-Key is being worked on. Repeat it in a moment for its answer.")
                    .ExecuteAsync(context);
                break;
        }
    }

    private async Task RunAsync(HttpContext context, Caller caller, string key, ReplyStore replies)
    {
        context.RequestAborted = CancellationToken.None;
        // Operations are started under it. With the account's id, as a name may be another account's tomorrow.
        context.Features.Set(caller with { IdempotencyKey = $"{caller.AccountId:N}:{key}" });
        var wire = context.Response.Body;
        using var kept = new MemoryStream();
        context.Response.Body = kept;
        var done = false;
        try
        {
            await next(context);
            done = context.Response.StatusCode < StatusCodes.Status500InternalServerError;
        }
        finally
        {
            context.Response.Body = wire;
            // A failure of ours is no answer to keep: the repeat shall try again.
            if (!done) await replies.ReleaseAsync(caller, key, CancellationToken.None);
        }
        var reply = new KeptReply(
            context.Response.StatusCode, context.Response.ContentType ?? "", context.Response.Headers.Location.ToString(),
            Encoding.UTF8.GetString(kept.GetBuffer(), 0, (int)kept.Length));
        if (done) await replies.KeepAsync(caller, key, reply, CancellationToken.None);
        await wire.WriteAsync(kept.GetBuffer().AsMemory(0, (int)kept.Length), CancellationToken.None);
    }

    private static Task ReplayAsync(HttpResponse response, KeptReply reply)
    {
        response.StatusCode = reply.Status;
        response.Headers[ReplayedHeaderName] = "true";
        if (reply.Location.Length > 0) response.Headers.Location = reply.Location;
        if (reply.ContentType.Length > 0) response.ContentType = reply.ContentType;
        return response.WriteAsync(reply.Body);
    }

    private static ProblemResult? KeyProblem(StringValues given)
    {
        var key = given.ToString();
        var lawful = given.Count == 1 && key.Length is > 0 and <= ApiLimits.IdempotencyKeyChars
            && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':');
        return lawful ? null : ProblemResult.Of(
            ProblemCodes.InvalidIdempotencyKey,
            $"The header {HeaderName} must be there once and have 1 to {ApiLimits.IdempotencyKeyChars} of the characters " +
            "a-z, A-Z, 0-9, '-', '_', '.' and ':'; a new UUID for each new request is best.");
    }

    /// <summary>SHA-256 over method, address and body. The body is read whole (it is bounded) and can be read again.</summary>
    private static async Task<string> FingerprintAsync(HttpRequest request, CancellationToken stop)
    {
        request.EnableBuffering((int)ApiLimits.BodyBytes);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
        var buffer = new byte[16 << 10];
        for (int read; (read = await request.Body.ReadAsync(buffer, stop)) > 0;) hash.AppendData(buffer, 0, read);
        request.Body.Position = 0;
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
