using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Headgate.Api.Tests;

/// <summary>Addresses for routes with parameters.</summary>
internal static class RouteFilling
{
    /// <summary>The route's address with <paramref name="value"/> for each parameter.</summary>
    public static string Fill(RouteEndpoint route, string value = "no-such-thing") => "/" + string.Join(
        '/', route.RoutePattern.PathSegments.Select(s => string.Concat(s.Parts.Select(p => Text(p, value)))));

    private static string Text(RoutePatternPart part, string value) => part switch
    {
        RoutePatternParameterPart => value,
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        _ => throw new InvalidOperationException(part.GetType().Name),
    };
}
