using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Plugins;
using Headgate.Primitives;
using Headgate.Secrets;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>What a new pool shall be. References are ids or names.</summary>
public sealed record AddPoolRequest(string Name, string Provider, string Zone)
{
    public StorageScope Scope { get; init; }

    public string? Cluster { get; init; }

    public string? Host { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What else decides which volumes it takes; its tags are <see cref="Tags"/>.</summary>
    public PoolPlacementSettings Placement { get; init; } = new();

    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    public ByteSize? CapacityBytes { get; init; }

    public long? CapacityIops { get; init; }

    public bool RequireChap { get; init; } = true;
}

/// <summary>POST /pools: checks what can be checked here; reaching the storage is the operation's part.</summary>
public sealed class AddPool(OperationStarter starter, IProviderCatalog providers, SecretBox box)
{
    public async Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, AddPoolRequest request, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        if (caller.MustBeAdmin("Adding a pool") is { } refusal) return refusal;
        if (ObjectName.Problem(request.Name, "pool") is { } badName) return badName;
        if (providers.Find(request.Provider) is not { } provider) return UnknownProvider(request.Provider);
        if (SettingsProblem(provider, request) is { } badSettings) return badSettings;
        if (NumbersProblem(request) is { } badNumbers) return badNumbers;

        // Of secrets only their names tell a repeat from another request: a hash of a password can be guessed at.
        var named = request with { Secrets = request.Secrets.ToDictionary(s => s.Key, _ => "") };
        var fingerprint = OperationInput.Fingerprint(OperationKinds.PoolCreate, named);
        return await starter.StartAsync(caller.Actor, caller.IdempotencyKey, fingerprint,
            async (db, now, cancel) =>
            {
                var place = await PlaceAsync(db, request, cancel).ConfigureAwait(false);
                if (place is not Outcome<StoragePool>.Done { Value: var somewhere }) return place.Problem!;
                var settled = (request.Placement with { Tags = somewhere.Tags }).On(somewhere);
                if (settled is not Outcome<StoragePool>.Done { Value: var placed }) return settled.Problem!;
                if (await db.Pools.Present().AnyAsync(p => p.Name == request.Name, cancel).ConfigureAwait(false))
                    return References.NameTaken("pool", request.Name);
                var pool = Describe(placed, provider, request, now);
                db.Pools.Add(pool);
                db.Record(now, caller.Actor, "pool.add-requested", "pool", pool.Id, pool.Name, null,
                    $"Adding pool {pool.Name} of provider {pool.Provider} was asked for.");
                return new NewOperation(OperationKinds.PoolCreate, "pool", pool.Id, null);
            },
            stop).ConfigureAwait(false);
    }

    private StoragePool Describe(StoragePool placed, IPrimaryDataStoreProvider provider, AddPoolRequest request, DateTimeOffset now)
    {
        var id = Guid.CreateVersion7(now);
        var secret = provider.Settings.Settings.Where(s => s.Kind is SettingKind.Secret).Select(s => s.Name).ToHashSet();
        var given = request.Settings.Concat(request.Secrets).ToList();
        return placed with
        {
            Id = id,
            Provider = provider.Info.Name,
            Managed = provider.Info.Managed,
            // A secret stays one even when it was given among the plain settings.
            Settings = given.Where(s => !secret.Contains(s.Key)).ToDictionary(s => s.Key, s => s.Value),
            SealedSecrets = given.Where(s => secret.Contains(s.Key))
                .ToDictionary(s => s.Key, s => box.Seal(s.Value, StoreCache.SecretOwner(id, s.Key))),
            CreatedAt = now,
        };
    }

    private static async Task<Outcome<StoragePool>> PlaceAsync(HeadgateDbContext db, AddPoolRequest request, CancellationToken stop)
    {
        var zone = await db.Zones.FindAsync("zone", request.Zone, z => z.Name == request.Zone, stop).ConfigureAwait(false);
        if (zone is not Outcome<Zone>.Done { Value: var inZone }) return zone.Problem!;
        Cluster? cluster = null;
        Host? host = null;
        if (request.Scope is StorageScope.Cluster)
        {
            if (request.Cluster is null) return Scope("scope cluster needs a cluster; give --cluster.");
            var found = await db.Clusters.Where(c => c.ZoneId == inZone.Id)
                .FindAsync("cluster", request.Cluster, c => c.Name == request.Cluster, stop).ConfigureAwait(false);
            if (found is not Outcome<Cluster>.Done { Value: var inCluster }) return found.Problem!;
            cluster = inCluster;
        }
        if (request.Scope is StorageScope.Host)
        {
            if (request.Host is null) return Scope("scope host needs a host; give --host.");
            var found = await db.Hosts.Where(h => h.ZoneId == inZone.Id)
                .FindAsync("host", request.Host, h => h.Name == request.Host, stop).ConfigureAwait(false);
            if (found is not Outcome<Host>.Done { Value: var onHost }) return found.Problem!;
            host = onHost;
        }
        return new StoragePool
        {
            Id = default,
            Name = request.Name,
            Provider = request.Provider,
            Managed = false,
            ZoneId = inZone.Id,
            Scope = request.Scope,
            ClusterId = cluster?.Id,
            HostId = host?.Id,
            Tags = [.. request.Tags.Distinct()],
            RequireChap = request.RequireChap,
            AllowedBytes = request.CapacityBytes,
            AllowedIops = request.CapacityIops,
            CreatedAt = default,
        };
    }

    private Fault UnknownProvider(string name)
    {
        var failed = providers.Listings.FirstOrDefault(l => l.Provider is null && string.Equals(l.Name, name, StringComparison.OrdinalIgnoreCase));
        return new Fault(
            "provider-not-found",
            failed?.Problem is { } why
                ? $"There is no provider '{name}': {why.Message}"
                : $"There is no provider '{name}'; this server has {string.Join(", ", providers.All.Select(p => p.Info.Name))}.", Recovery.FixRequest);
    }

    private static Fault? SettingsProblem(IPrimaryDataStoreProvider provider, AddPoolRequest request)
    {
        var given = new Dictionary<string, string>(request.Settings);
        foreach (var (name, value) in request.Secrets)
        {
            if (!given.TryAdd(name, value))
                return new Fault("settings-invalid", $"Setting '{name}' is given twice, as a setting and as a secret; give it as a secret.", Recovery.FixRequest);
        }
        var problems = provider.Settings.Check(given);
        return problems.Count == 0
            ? null
            : new Fault("settings-invalid",
                $"{problems.Count} setting(s) of pool {request.Name} do not suit provider {provider.Info.Name}: {problems[0]}", Recovery.FixRequest) { Details = problems };
    }

    private static Fault? NumbersProblem(AddPoolRequest request)
    {
        if (request.CapacityBytes is { Bytes: 0 })
            return new Fault("capacity-invalid", "The capacity is 0 bytes; leave it out for all that the storage has.", Recovery.FixRequest);
        if (request.CapacityIops < 0)
            return new Fault("capacity-invalid", $"The capacity is {request.CapacityIops} IOPS; it cannot be negative.", Recovery.FixRequest);
        foreach (var tag in request.Tags)
            if (ObjectName.Problem(tag, "tag") is { } badTag) return badTag;
        return null;
    }

    private static Fault Scope(string problem) => new("scope-invalid", $"The pool's {problem}", Recovery.FixRequest);
}
