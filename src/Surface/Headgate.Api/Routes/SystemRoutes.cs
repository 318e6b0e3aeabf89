using System.Reflection;
using Headgate.Api.Auth;
using Headgate.Api.Contract;
using Headgate.Api.Problems;
using Headgate.Control.Events;
using Headgate.Storage.Sdk;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Headgate.Api.Routes;

/// <summary>Version, and the embedded node.</summary>
internal static class SystemRoutes
{
    public static void Map(RouteGroupBuilder everybody, RouteGroupBuilder admins)
    {
        everybody.MapGet("/version", () => TypedResults.Ok(Version))
            .AllowAnonymous().WithTags("System")
            .Named("getVersion", "Show the version of the server and of its storage SDK").Answers<VersionView>();
        admins.MapGet("/node", async (IServiceProvider services, CancellationToken stop) =>
                services.GetService<INodeAccess>() is { } node ? (await node.GetStatusAsync(stop)).Ok() : NoNode())
            .WithTags("System").Named("getNode", "Show the embedded storage node").Answers<NodeStatusView>()
            .Problems(Status404NotFound);
        admins.MapPost("/node/measure", async (IServiceProvider services, CancellationToken stop) =>
                services.GetService<INodeAccess>() is { } node ? (await node.MeasureAsync(stop)).Ok() : NoNode())
            .WithTags("System").Named("measureNode", "Measure the embedded node's IOPS anew, for some seconds beside what clients do")
            .Answers<NodeCapacityView>().Problems(Status404NotFound);
        admins.MapGet("/node/credentials", GetCredentialsAsync)
            .WithMetadata(new ShowsSecret()).WithTags("System").Named("getNodeCredentials", "Show how to log in to the embedded node's Element API; audited")
            .Answers<NodeCredentialsView>().Problems(Status404NotFound);
    }

    private static async Task<IResult> GetCredentialsAsync(
        IServiceProvider services, EventLog events, HttpContext http, CancellationToken stop)
    {
        if (services.GetService<INodeAccess>() is not { } node) return NoNode();
        // Audited before it is shown: a record without a showing does no harm, the reverse would.
        await events.RecordNodeCredentialsShownAsync(http.Caller(), stop);
        http.Response.Headers.CacheControl = "no-store";
        return (await node.GetCredentialsAsync(stop)).Ok();
    }

    private static ProblemResult NoNode() => ProblemResult.Of(
        ProblemCodes.NodeNotEmbedded,
        "No storage node runs in this server's process. Ask the node itself, or start the server with one (`headgate up`).");

    private static VersionView Version { get; } = new(VersionOf(typeof(SystemRoutes)), VersionOf(typeof(IPrimaryDataStoreProvider)));

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
