using Headgate.Api.Problems;
using Microsoft.AspNetCore.Http;

namespace Headgate.Api.Routes;

/// <summary>Refuses query parameters that the route does not have, and ones given twice.</summary>
internal static class QueryCheck
{
    public static ValueTask<object?> Filter(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.Request.Query.Count == 0) return next(context);
        var known = http.GetEndpoint()?.Metadata.GetMetadata<QueryNames>()?.Names ?? [];
        foreach (var (name, values) in http.Request.Query)
        {
            if (!known.Contains(name, StringComparer.Ordinal)) return Refuse(ProblemCodes.UnknownParameter, known.Count == 0
                ? $"The parameter '{name}' does not exist here; this address takes none."
                : $"The parameter '{name}' does not exist here; this address takes {string.Join(", ", known)}.");
            if (values.Count > 1) return Refuse(
                ProblemCodes.InvalidParameter, $"The parameter '{name}' is there {values.Count} times; give it once.");
        }
        return next(context);
    }

    private static ValueTask<object?> Refuse(string code, string detail) => new(ProblemResult.Of(code, detail));
}
