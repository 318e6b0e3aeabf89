using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Headgate.Api.Problems;

/// <summary>
/// Refuses bodies in another encoding than UTF-8 (RFC 8259 section 8.1). The framework would transcode some of them, and
/// throws an exception that looks like a fault of the server on those it does not know.
/// </summary>
internal static class CharsetGuard
{
    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var lawful = !MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            || !type.Charset.HasValue
            || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase);
        return lawful ? next(context) : BodyProblems.UnsupportedMedia().ExecuteAsync(context);
    }
}
