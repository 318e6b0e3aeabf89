using Headgate.Api.Json;
using Headgate.Api.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Api;

/// <summary>The REST surface as a composition root sees it: two calls.</summary>
public static class HeadgateApi
{
    /// <summary>
    /// Registers the surface. The composition root registers the control plane, and an <see cref="INodeAccess"/> when a
    /// storage node runs in the same process.
    /// </summary>
    public static IServiceCollection AddHeadgateApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.Configure<KestrelServerOptions>(Bound);
        return services;
    }

    /// <summary>Puts the surface into the pipeline of <paramref name="app"/>; call it once, after the services are built.</summary>
    public static WebApplication MapHeadgateApi(this WebApplication app)
    {
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRouting();
        return app;
    }

    private static void Bound(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = ApiLimits.BodyBytes;
        kestrel.Limits.MaxRequestLineSize = ApiLimits.RequestLineBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = ApiLimits.HeaderBytes;
    }
}
