using Headgate.Api.Auth;
using Headgate.Api.Contract;
using Headgate.Api.Paging;
using Headgate.Api.Problems;
using Headgate.Control;
using Headgate.Domain;
using Headgate.Plugins;
using Headgate.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Headgate.Api.Routes;

/// <summary>Providers and pools: for admins.</summary>
internal static class PoolRoutes
{
    public static void Map(RouteGroupBuilder admins)
    {
        MapProviders(admins.MapGroup("/providers").WithTags("Pools"));
        var pools = admins.MapGroup("/pools").WithTags("Pools");
        pools.MapGet("", ([AsParameters] PageQuery page, HttpContext http, ListPools list, CancellationToken stop) =>
                page.AnswerAsync(request => list.ExecuteAsync(http.Caller(), request, stop), PoolViews.Show))
            .Named("listPools", "List the pools").AnswersPage<PoolView>();
        pools.MapGet("/{ref}", async (string @ref, HttpContext http, GetPool get, CancellationToken stop) =>
                (await get.ExecuteAsync(http.Caller(), @ref, stop)).Ok(PoolViews.Show))
            .Named("getPool", "Show a pool; by id a removed one too").Answers<PoolView>().Problems(Status404NotFound);
        pools.MapPost("", AddAsync)
            .Named("addPool", "Add a pool; the operation reaches its storage").AnswersOperation().ProblemsOfBody()
            .Problems(Status404NotFound);
        pools.MapDelete("/{ref}", async (string @ref, HttpContext http, RemovePool remove, CancellationToken stop) =>
                (await remove.ExecuteAsync(http.Caller(), @ref, stop)).Accepted())
            .Named("removePool", "Remove a pool without volumes").AnswersOperation().Problems(Status404NotFound);
        pools.MapPost("/{ref}/capacity", ChangeCapacityAsync)
            .Named("changePoolCapacity", "Give a pool more or less of its storage; refused below what is promised").AnswersOperation().ProblemsOfBody()
            .Problems(Status404NotFound);
        pools.MapPost("/{ref}/refresh", async (string @ref, HttpContext http, RefreshPool refresh, CancellationToken stop) =>
                (await refresh.ExecuteAsync(http.Caller(), @ref, stop)).Accepted())
            .Named("refreshPool", "Ask a pool's storage again what it has, and take that up").AnswersOperation().Problems(Status404NotFound);
        pools.MapPost("/{ref}/placement", ChangePlacementAsync)
            .Named("changePoolPlacement", "Change a pool's tags, what it is kept for, how far it is over-committed and its bandwidth")
            .Answers<PoolView>().ProblemsOfBody().Problems(Status404NotFound, Status409Conflict);
        MapAction(pools, "enable", PoolAction.Enable, "Let a pool take new volumes again");
        MapAction(pools, "disable", PoolAction.Disable, "Keep new volumes off a pool");
        MapAction(pools, "maintain", PoolAction.Maintain, "Keep new volumes off a pool and tell its storage to expect work");
        pools.MapPost("/{ref}/check", CheckAsync)
            .Named("checkPool", "Compare a pool with its storage now; with repair=true begin operations that set right what is safe").Answers<PoolCheck>()
            .WithMetadata(new QueryNames(["repair"]))
            .Problems(Status400BadRequest, Status404NotFound, Status422UnprocessableEntity).ProblemsOfStorage();
    }

    private static void MapAction(RouteGroupBuilder pools, string verb, PoolAction action, string summary) =>
        pools.MapPost($"/{{ref}}/{verb}", async (string @ref, HttpContext http, ChangePoolState change, CancellationToken stop) =>
                (await change.ExecuteAsync(http.Caller(), @ref, action, stop)).Ok(PoolViews.Show))
            .Named($"{verb}Pool", summary).Answers<PoolView>().Problems(Status404NotFound, Status409Conflict).ProblemsOfStorage();

    private static void MapProviders(RouteGroupBuilder providers)
    {
        // There are a handful of providers: one page holds them all.
        providers.MapGet("", ([AsParameters] PageQuery page, IProviderCatalog catalog) =>
                page.AnswerAsync(_ => Task.FromResult(Page(catalog.Listings)), ProviderViews.Show))
            .Named("listProviders", "List the storage providers with their settings and capabilities").AnswersPage<ProviderView>();
        providers.MapGet("/{name}", (string name, IProviderCatalog catalog) =>
                catalog.Listings.FirstOrDefault(listing => string.Equals(listing.Name, name, StringComparison.OrdinalIgnoreCase)) is { } found
                    ? (IResult)TypedResults.Ok(ProviderViews.Show(found))
                    : ProblemResult.Refused(References.NotFound("provider", name)))
            .Named("getProvider", "Show a storage provider").Answers<ProviderView>().Problems(Status404NotFound);
        providers.MapPost("/rescan", async (HttpContext http, RescanProviders rescan, CancellationToken stop) =>
                (await rescan.ExecuteAsync(http.Caller(), stop)).Ok(listings => new Page<ProviderView>([.. listings.Select(ProviderViews.Show)], null)))
            .Named("rescanProviders", "Look for plug-ins now; answers with all providers").Answers<Page<ProviderView>>().Problems(Status422UnprocessableEntity);
    }

    private static Outcome<PageOf<ProviderListing>> Page(IReadOnlyList<ProviderListing> listings) => new PageOf<ProviderListing>(listings, null);

    private static async Task<IResult> CheckAsync(string @ref, [FromQuery] string? repair, HttpContext http, CheckPool check, CancellationToken stop)
    {
        return repair is null or "true" or "false"
            ? (await check.ExecuteAsync(http.Caller(), @ref, stop, repairs: repair == "true")).Ok(PoolViews.Show)
            : ProblemResult.Of(ProblemCodes.InvalidParameter, $"The parameter repair is '{repair}'; it must be true or false.");
    }

    private static async Task<IResult> ChangeCapacityAsync(
        string @ref, Contract.ChangePoolCapacity body, HttpContext http, Control.ChangePoolCapacity change, CancellationToken stop)
    {
        if (Sizes.Read(body.CapacityBytes, "capacityBytes", out var capacity) is { } problem) return ProblemResult.Refused(problem);
        var request = new ChangeCapacityRequest { Bytes = capacity, AllBytes = body.AllBytes, Iops = body.CapacityIops, AllIops = body.AllIops };
        return (await change.ExecuteAsync(http.Caller(), @ref, request, stop)).Accepted();
    }

    private static async Task<IResult> ChangePlacementAsync(
        string @ref, Contract.ChangePoolPlacement body, HttpContext http, Control.ChangePoolPlacement change, CancellationToken stop) =>
        Read(body, out var settings) is { } problem
            ? ProblemResult.Refused(problem)
            : (await change.ExecuteAsync(http.Caller(), @ref, settings!, stop)).Ok(PoolViews.Show);

    private static Fault? Read(Contract.ChangePoolPlacement body, out PoolPlacementSettings? settings)
    {
        var problem = Sizes.Read(body.BandwidthBytes, "bandwidthBytes", out var bandwidth);
        settings = new PoolPlacementSettings
        {
            Tags = body.Tags,
            ExclusiveTags = body.ExclusiveTags,
            BytesOvercommit = body.BytesOvercommit,
            IopsOvercommit = body.IopsOvercommit,
            BandwidthOvercommit = body.BandwidthOvercommit,
            Bandwidth = bandwidth,
            AnyBandwidth = body.AnyBandwidth,
        };
        return problem;
    }

    private static async Task<IResult> AddAsync(CreatePool body, HttpContext http, AddPool add, CancellationToken stop)
    {
        var scope = Words.Read<StorageScope>(body.Scope, "scope");
        if (scope is not Outcome<StorageScope>.Done known) return ProblemResult.Refused(scope.Problem!);
        if (Sizes.Read(body.CapacityBytes, "capacityBytes", out var capacity) is { } problem) return ProblemResult.Refused(problem);
        if (Read(body.Placement ?? new(), out var settings) is { } wrong) return ProblemResult.Refused(wrong);
        var request = new AddPoolRequest(body.Name, body.Provider, body.Zone)
        {
            Scope = known.Value,
            Cluster = body.Cluster,
            Host = body.Host,
            Tags = body.Tags,
            Settings = body.Settings,
            Secrets = body.Secrets,
            CapacityBytes = capacity,
            CapacityIops = body.CapacityIops,
            RequireChap = body.RequireChap,
            Placement = settings!,
        };
        return (await add.ExecuteAsync(http.Caller(), request, stop)).Accepted();
    }
}
