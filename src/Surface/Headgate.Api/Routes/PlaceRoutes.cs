using Headgate.Api.Auth;
using Headgate.Api.Contract;
using Headgate.Api.Paging;
using Headgate.Api.Problems;
using Headgate.Control.Places;
using Headgate.Domain;
using Headgate.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Headgate.Api.Routes;

/// <summary>Zones, clusters, hosts. A tenant sees zones, as it picks one for its volumes; the rest is for admins.</summary>
internal static class PlaceRoutes
{
    public static void Map(RouteGroupBuilder everybody, RouteGroupBuilder admins)
    {
        MapZones(everybody.MapGroup("/zones").WithTags("Places"), admins.MapGroup("/zones").WithTags("Places"));
        MapClusters(admins.MapGroup("/clusters").WithTags("Places"));
        MapHosts(admins.MapGroup("/hosts").WithTags("Places"));
    }

    private static void MapZones(RouteGroupBuilder everybody, RouteGroupBuilder admins)
    {
        everybody.MapGet("", ([AsParameters] PageQuery page, Zones zones, CancellationToken stop) =>
                page.AnswerAsync(request => zones.ListAsync(request, stop), Show))
            .Named("listZones", "List the zones").AnswersPage<ZoneView>();
        everybody.MapGet("/{ref}", async (string @ref, Zones zones, CancellationToken stop) =>
                (await zones.FindAsync(@ref, stop)).Ok(Show))
            .Named("getZone", "Show a zone").Answers<ZoneView>().Problems(Status404NotFound);
        admins.MapPost("", (CreateZone body, HttpContext http, Zones zones, CancellationToken stop) =>
                WithPolicyAsync(body.Placement, async policy =>
                    (await zones.CreateAsync(http.Caller(), body.Name, stop, policy)).Created(Show, view => $"/api/v1/zones/{view.Id}")))
            .Named("createZone", "Add a zone").AnswersCreated<ZoneView>();
        admins.MapPost("/{ref}/placement", (string @ref, ChangeZonePlacement body, HttpContext http, Zones zones, CancellationToken stop) =>
                WithPolicyAsync(body.Placement, async policy => (await zones.SetPlacementAsync(http.Caller(), @ref, policy, stop)).Ok(Show)))
            .Named("changeZonePlacement", "Say how a zone's volumes are placed: spread or pack").Answers<ZoneView>().ProblemsOfBody().Problems(Status404NotFound);
        admins.MapDelete("/{ref}", async (string @ref, HttpContext http, Zones zones, CancellationToken stop) =>
                (await zones.DeleteAsync(http.Caller(), @ref, stop)).NoContent())
            .Named("deleteZone", "Remove an empty zone").AnswersNothing().Problems(Status404NotFound, Status409Conflict);
    }

    private static async Task<IResult> WithPolicyAsync(string word, Func<PlacementPolicy, Task<IResult>> answer)
    {
        var read = Words.Read<PlacementPolicy>(word, "placement");
        return read is Outcome<PlacementPolicy>.Done { Value: var policy } ? await answer(policy) : ProblemResult.Refused(read.Problem!);
    }

    private static void MapClusters(RouteGroupBuilder admins)
    {
        admins.MapGet("", ([AsParameters] PageQuery page, Clusters clusters, CancellationToken stop) =>
                page.AnswerAsync(request => clusters.ListAsync(request, stop), Show))
            .Named("listClusters", "List the clusters").AnswersPage<ClusterView>();
        admins.MapGet("/{ref}", async (string @ref, Clusters clusters, CancellationToken stop) =>
                (await clusters.FindAsync(@ref, stop)).Ok(Show))
            .Named("getCluster", "Show a cluster").Answers<ClusterView>().Problems(Status404NotFound);
        admins.MapPost("", CreateClusterAsync)
            .Named("createCluster", "Add a cluster to a zone").AnswersCreated<ClusterView>().Problems(Status404NotFound);
        admins.MapDelete("/{ref}", async (string @ref, HttpContext http, Clusters clusters, CancellationToken stop) =>
                (await clusters.DeleteAsync(http.Caller(), @ref, stop)).NoContent())
            .Named("deleteCluster", "Remove an empty cluster").AnswersNothing().Problems(Status404NotFound, Status409Conflict);
    }

    private static void MapHosts(RouteGroupBuilder admins)
    {
        admins.MapGet("", ([AsParameters] PageQuery page, Hosts hosts, CancellationToken stop) =>
                page.AnswerAsync(request => hosts.ListAsync(request, stop), Show))
            .Named("listHosts", "List the hosts").AnswersPage<HostView>();
        admins.MapGet("/{ref}", async (string @ref, Hosts hosts, CancellationToken stop) =>
                (await hosts.FindAsync(@ref, stop)).Ok(Show))
            .Named("getHost", "Show a host").Answers<HostView>().Problems(Status404NotFound);
        admins.MapPost("", async (CreateHost body, HttpContext http, Hosts hosts, CancellationToken stop) =>
                (await hosts.CreateAsync(http.Caller(), body.Name, body.Cluster, body.InitiatorName, stop))
                .Created(Show, view => $"/api/v1/hosts/{view.Id}"))
            .Named("createHost", "Add a host to a cluster").AnswersCreated<HostView>().Problems(Status404NotFound);
        admins.MapDelete("/{ref}", async (string @ref, HttpContext http, Hosts hosts, CancellationToken stop) =>
                (await hosts.DeleteAsync(http.Caller(), @ref, stop)).NoContent())
            .Named("deleteHost", "Remove a host that nothing is connected to").AnswersNothing()
            .Problems(Status404NotFound, Status409Conflict);
    }

    private static async Task<IResult> CreateClusterAsync(
        CreateCluster body, HttpContext http, Clusters clusters, CancellationToken stop)
    {
        if (!HypervisorWords.TryGetValue(body.Hypervisor, out var hypervisor))
            return ProblemResult.Refused(Words.Unknown("hypervisor", body.Hypervisor, HypervisorWords.Keys));
        var made = await clusters.CreateAsync(http.Caller(), body.Name, body.Zone, hypervisor, stop);
        return made.Created(Show, view => $"/api/v1/clusters/{view.Id}");
    }

    // The contract writes these names as one lower-case word each, unlike other enums.
    private static readonly Dictionary<string, Hypervisor> HypervisorWords =
        Enum.GetValues<Hypervisor>().ToDictionary(h => h.ToString().ToLowerInvariant());

    private static ZoneView Show(Zone zone) => new(zone.Id, zone.Name, zone.CreatedAt) { Placement = Words.Of(zone.Placement) };

    private static ClusterView Show(ClusterInZone found) => new(
        found.Cluster.Id, found.Cluster.Name, found.Zone, found.Cluster.Hypervisor.ToString().ToLowerInvariant(),
        found.Cluster.CreatedAt);

    private static HostView Show(HostInCluster found) => new(
        found.Host.Id, found.Host.Name, found.Zone, found.Cluster, found.Host.InitiatorName, Words.Of(found.Host.State),
        found.Host.CreatedAt);
}
