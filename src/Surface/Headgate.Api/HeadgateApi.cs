using Headgate.Api.Auth;
using Headgate.Api.Documents;
using Headgate.Api.Idempotency;
using Headgate.Api.Json;
using Headgate.Api.Metrics;
using Headgate.Api.Problems;
using Headgate.Api.Routes;
using Headgate.Api.Streams;
using Headgate.Control.Access;
using Headgate.Control.Census;
using Headgate.Control.Events;
using Headgate.Control.Offerings;
using Headgate.Control.Places;
using Headgate.Control.Usage;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Headgate.Api;

/// <summary>The REST surface as a composition root sees it: two calls.</summary>
public static class HeadgateApi
{
    /// <summary>
    /// Registers the surface and the use cases of places, access, offerings and events. The composition root registers
    /// the database, the secret box and the rest of the control plane, and an <see cref="INodeAccess"/> when a storage
    /// node runs in the same process.
    /// </summary>
    public static IServiceCollection AddHeadgateApi(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        AddUseCases(services);
        services.AddSingleton<RequestMetrics>().AddSingleton<InstrumentPage>().AddSingleton<EventStreams>();
        services.AddHostedService<ReplySweeper>();
        services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.Configure<KestrelServerOptions>(Bound);
        // Not AddAuthentication: that brings data protection for cookies, which nobody here has, and at each first start a key
        // for it, unsealed, in the home of whoever runs this.
        services.AddWebEncoders();
        services.AddAuthenticationCore(authentication =>
        {
            authentication.DefaultScheme = ApiKeyAuthentication.SchemeName;
            authentication.AddScheme<ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, displayName: null);
        });
        services.AddTransient<ApiKeyAuthentication>();
        services.AddSingleton<FailureGate>().AddSingleton<IAuthorizationHandler, PermissionPolicy>();
        services.AddAuthorizationBuilder()
            .AddPolicy(PermissionPolicy.Name, policy => policy.AddRequirements(new PermissionPolicy.Requirement()))
            // Whatever forgets to say who may call it is for nobody without a key.
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddOpenApi(OpenApiShape.DocumentName, OpenApiShape.Configure);
        return services;
    }

    /// <summary>Puts the surface into the pipeline of <paramref name="app"/>; call it once, after the services are built.</summary>
    public static WebApplication MapHeadgateApi(this WebApplication app)
    {
        _ = app.Services.GetRequiredService<InstrumentPage>(); // listens from the beginning
        var metrics = app.Services.GetRequiredService<RequestMetrics>();
        var requests = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Headgate.Requests");
        app.Use((context, next) => RequestIds.InvokeAsync(context, requests, next));
        app.Use((context, next) => metrics.MeasureAsync(context, next));
        app.UseMiddleware<ProblemMiddleware>();
        app.Use((context, next) => CharsetGuard.InvokeAsync(context, next));
        app.UseRouting();
        app.UseAuthentication();
        app.UseMiddleware<AuditMiddleware>(); // sees what authorization refuses
        app.UseAuthorization();
        app.UseMiddleware<IdempotencyMiddleware>();

        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        HealthRoutes.Map(app);
        var v1 = app.MapGroup("/api/v1").AddEndpointFilter(QueryCheck.Filter);
        // Both ask the table of permissions; the second documents that some keys are refused.
        var everybody = v1.MapGroup("").RequireAuthorization(PermissionPolicy.Name).WithMetadata(CommonProblems.ForEverybody);
        var admins = v1.MapGroup("").RequireAuthorization(PermissionPolicy.Name).WithMetadata(CommonProblems.ForAdmins);
        PlaceRoutes.Map(everybody, admins);
        OfferingRoutes.Map(everybody, admins);
        AccessRoutes.Map(everybody, admins);
        UsageRoutes.Map(everybody, admins);
        EventRoutes.Map(everybody, admins);
        SystemRoutes.Map(everybody, admins);
        ServerRoutes.Map(admins);
        PoolRoutes.Map(admins);
        FindingRoutes.Map(admins);
        VolumeRoutes.Map(everybody);
        VolumeLifeRoutes.Map(everybody, admins);
        SnapshotRoutes.Map(everybody);
        SnapshotPlanRoutes.Map(everybody);
        TemplateRoutes.Map(everybody);
        OperationRoutes.Map(everybody);
        return app;
    }

    private static void AddUseCases(IServiceCollection services)
    {
        services.AddSingleton<Zones>().AddSingleton<Clusters>().AddSingleton<Hosts>();
        services.AddSingleton<AccessSignal>().AddSingleton<Accounts>().AddSingleton<Users>().AddSingleton<Quotas>().AddSingleton<UsageReports>().AddSingleton<ApiKeys>().AddSingleton<KeyVerifier>().AddSingleton<FirstAdmin>();
        services.AddSingleton<DiskOfferings>().AddSingleton<ComputeOfferings>();
        services.TryAddSingleton(AuditOptions.Default);
        services.AddSingleton<AuditTrail>().AddSingleton<AuditLog>().AddHostedService(all => all.GetRequiredService<AuditTrail>());
        services.AddHostedService<MeterAdoption>();
        services.AddSingleton<EventLog>().AddSingleton<ReplyStore>().AddSingleton<CensusTaker>();
    }

    private static void Bound(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = ApiLimits.BodyBytes;
        kestrel.Limits.MaxRequestLineSize = ApiLimits.RequestLineBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = ApiLimits.HeaderBytes;
    }
}
