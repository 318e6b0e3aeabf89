using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Headgate.Api;

/// <summary>
/// Names each request: the id is in the answer's X-Request-Id, in the audit trail, and in the scope of every log line that is written for it.
/// </summary>
internal static class RequestIds
{
    public const string HeaderName = "X-Request-Id";

    /// <summary>64 random bits: no two of a server's life are alike, as far as anybody has to care.</summary>
    private const int HexDigits = 16;

    private static readonly Func<ILogger, string, IDisposable?> Scope = LoggerMessage.DefineScope<string>("request {RequestId}");

    public static async Task InvokeAsync(HttpContext context, ILogger log, RequestDelegate next)
    {
        var id = RandomNumberGenerator.GetHexString(HexDigits, lowercase: true);
        context.TraceIdentifier = id;
        // When the answer starts: what fails on the way clears the headers.
        context.Response.OnStarting(static state =>
        {
            var started = (HttpContext)state;
            started.Response.Headers[HeaderName] = started.TraceIdentifier;
            return Task.CompletedTask;
        }, context);
        using (Scope(log, id)) await next(context);
    }
}
