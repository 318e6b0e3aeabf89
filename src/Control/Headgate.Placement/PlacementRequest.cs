using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Placement;

/// <summary>A volume that needs a pool.</summary>
/// <param name="Wish">What it shall be.</param>
/// <param name="ZoneId">Where.</param>
public sealed record PlacementRequest(VolumeWish Wish, Guid ZoneId)
{
    /// <summary>The only pool that will do; null for any.</summary>
    public Guid? OnlyPoolId { get; init; }

    /// <summary>Why only that one, as a sentence about another pool.</summary>
    public string OnlyBecause { get; init; } = "the data to begin with is on another pool; a copy is made where its source is.";

    /// <summary>A pool that will not do, because the volume is there and has to leave; null for none.</summary>
    public Guid? NotPoolId { get; init; }

    /// <summary>Who must be able to reach it; null for anybody in the zone.</summary>
    public PlacementReach? Reach { get; init; }

    /// <summary>Which of the pools that fit is taken.</summary>
    public PlacementPolicy Policy { get; init; }

    /// <summary>True when the volume begins as a copy.</summary>
    public bool StartsAsCopy { get; init; }

    /// <summary>
    /// True when the hosts that the volume is for have a hypervisor of ours that can throttle. False today for every
    /// volume: initiators that we do not manage have none, and no host agent enforces limits yet (docs/operations.md).
    /// </summary>
    public bool HypervisorEnforces { get; init; }
}

/// <summary>Who must reach a volume: a cluster, all of it, or one host of it.</summary>
/// <param name="ClusterId">The cluster.</param>
/// <param name="Cluster">Its name, for the reasons.</param>
/// <param name="HostId">The host; null for all of the cluster.</param>
/// <param name="Host">Its name.</param>
public sealed record PlacementReach(Guid ClusterId, string Cluster, Guid? HostId = null, string? Host = null)
{
    /// <summary>Pools whose storage has not heard of one of these hosts yet, with the hosts' names: they cannot be reached from there.</summary>
    public IReadOnlyDictionary<Guid, IReadOnlyList<string>> Unconnected { get; init; } = new Dictionary<Guid, IReadOnlyList<string>>();

    /// <summary>Why <paramref name="pool"/> is not reached; null when it is.</summary>
    public string? Problem(StoragePool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        var who = Host is null ? $"cluster {Cluster}" : $"host {Host}";
        var isInScope = pool.Scope switch
        {
            StorageScope.Zone => true,
            StorageScope.Cluster => pool.ClusterId == ClusterId,
            _ => HostId is not null && pool.HostId == HostId,
        };
        if (!isInScope) return $"{who} does not reach it; it is for {(pool.Scope is StorageScope.Cluster ? "another cluster" : HostId is null ? "one host only" : "another host")}.";
        return Unconnected.TryGetValue(pool.Id, out var hosts)
            ? $"its storage was told of host {string.Join(", ", hosts)} and has not answered yet; see the operation host.join."
            : null;
    }
}

/// <summary>A pool, and what its storage declared; null when it was never reached.</summary>
public sealed record PoolOffer(StoragePool Pool, DriverCapabilities? Capabilities)
{
    /// <summary>Why nothing can be done on it at the moment; null when something can.</summary>
    public string? Unavailable { get; init; }

    /// <summary>What it would have to take in besides the volume: the template's copy, where it has none yet.</summary>
    public ByteSize AlsoTakes { get; init; }
}

/// <summary>A pool in the light of one request.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Size">The size rounded up to the storage's step: what would be reserved.</param>
/// <param name="Promises">Who would enforce what.</param>
/// <param name="Reasons">Why not; empty for a candidate.</param>
public sealed record PoolVerdict(
    StoragePool Pool, ByteSize Size, IReadOnlyList<Promise> Promises, IReadOnlyList<string> Reasons)
{
    /// <summary>True when nothing speaks against it.</summary>
    public bool Fits => Reasons.Count == 0;

    /// <summary>What it would be left with, as the scarcest share of its capacities; null for one that does not fit or states no capacity.</summary>
    public double? Score { get; init; }

    /// <summary>What would be held of it.</summary>
    public Reservation Reservation => Reservation.For(Size, Promises);
}

/// <summary>All pools of the zone: candidates first, best first; then the others by name.</summary>
public sealed record PlacementAnswer(IReadOnlyList<PoolVerdict> Verdicts)
{
    /// <summary>The best candidate; null when there is none.</summary>
    public PoolVerdict? Chosen => Verdicts is [{ Fits: true } best, ..] ? best : null;
}
