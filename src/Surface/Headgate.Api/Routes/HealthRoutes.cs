using Headgate.Api.Metrics;
using Headgate.Api.Problems;
using Headgate.Control.Census;
using Headgate.Operations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Headgate.Api.Routes;

/// <summary>What load balancers and monitoring ask, without a key: nothing here tells of any tenant.</summary>
internal static partial class HealthRoutes
{
    private sealed class Health; // names the log category

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", () => TypedResults.Text("ok\n")).AllowAnonymous().WithTags("Health")
            .Named("getHealth", "Say that the process answers").Produces<string>(Status200OK, "text/plain");
        app.MapGet("/readyz", ReadyAsync).AllowAnonymous().WithTags("Health")
            .Named("getReadiness", "Say whether requests can be served: the database answers and operations are being worked on")
            .Produces<string>(Status200OK, "text/plain").Problems(Status503ServiceUnavailable);
        app.MapGet("/metrics", async (CensusTaker census, RequestMetrics requests, InstrumentPage instruments, CancellationToken stop) =>
                TypedResults.Text(MetricsPage.Write(await census.TakeAsync(stop), requests, instruments), PrometheusText.MediaType))
            .AllowAnonymous().WithTags("Health")
            .Named("getMetrics", "Counts and capacities in the Prometheus text format").Produces<string>(Status200OK, "text/plain");
    }

    private static async Task<IResult> ReadyAsync(
        CensusTaker census, OperationEngine engine, ILogger<Health> log, CancellationToken stop)
    {
        try
        {
            await census.ReachDatabaseAsync(stop);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            LogUnreachable(log, error);
            return ProblemResult.Of(ProblemCodes.NotReady, "The database does not answer; the server's log says why.");
        }
        return engine.IsRunning
            ? TypedResults.Text("ready\n")
            : ProblemResult.Of(ProblemCodes.NotReady, "Operations are not being worked on: the server is starting or stopping.");
    }
}
