namespace Headgate.Api.Contract;

/// <summary>A pool in the light of one request.</summary>
public sealed record PlacementCandidate(string Pool, bool Fits, IReadOnlyList<string> Reasons, IReadOnlyList<PromiseView> Promises)
{
    /// <summary>0 to 1: the scarcest share of its IOPS, bytes and bandwidth that it would have left; null for one that does not fit or bounds nothing.</summary>
    public double? Score { get; init; }

    /// <summary>What of it is free now.</summary>
    public ReservationView? Free { get; init; }
}

/// <summary>Answer of POST /api/v1/placement/explain: candidates first, best first.</summary>
public sealed record PlacementExplanation(string? Chosen, IReadOnlyList<PlacementCandidate> Pools);

/// <summary>Bytes, IOPS and bytes per second of a pool; null for no bound known.</summary>
public sealed record ReservationView(long? Bytes, long? Iops, long? BandwidthBytes);

/// <summary>What a volume is, or would be.</summary>
public sealed record PlannedVolumeView(string Pool, string DiskOffering, int OfferingVersion, long SizeBytes, IReadOnlyList<PromiseView> Promises)
{
    /// <summary>What it costs in a month; null where its offering has no price.</summary>
    public decimal? PricePerMonth { get; init; }
}

/// <summary>
/// Answer of a request with dryRun=true: decided by the code that carries it out, in a transaction that is undone. The refusal of a dry run is the
/// refusal of the request.
/// </summary>
/// <param name="Operation">The kind of operation that would begin.</param>
/// <param name="Volume">The volume's name.</param>
/// <param name="Moves">True when its data would go to another pool.</param>
/// <param name="Before">As it is; null for a volume that would be made.</param>
/// <param name="After">As it would be.</param>
/// <param name="Reserves">What would be held of the pool that it is on afterwards, beyond what it holds there now.</param>
public sealed record ChangePlanView(
    string Operation, string Volume, bool Moves, PlannedVolumeView? Before, PlannedVolumeView After, ReservationView Reserves)
{
    /// <summary>What each pool said; empty where the volume stays on its own.</summary>
    public IReadOnlyList<PlacementCandidate> Pools { get; init; } = [];
}

/// <summary>POST /api/v1/volumes/{ref}/migrate → 202; for admins. Nobody may be connected, and there may be no snapshots.</summary>
public sealed record MigrateVolume(string Pool);

/// <summary>POST /api/v1/pools/{ref}/placement → the pool: what decides which volumes it takes and how many. What is left out stays.</summary>
public sealed record ChangePoolPlacement
{
    /// <summary>Tags that offerings can ask for.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Those of its tags that keep everything off it that does not ask for them by name.</summary>
    public IReadOnlyList<string>? ExclusiveTags { get; init; }

    /// <summary>Bytes promised per byte there is.</summary>
    public double? BytesOvercommit { get; init; }

    /// <summary>IOPS promised per IOPS there are.</summary>
    public double? IopsOvercommit { get; init; }

    /// <summary>Bytes per second promised per byte per second there is.</summary>
    public double? BandwidthOvercommit { get; init; }

    /// <summary>Bytes per second that it can move.</summary>
    public long? BandwidthBytes { get; init; }

    /// <summary>True: keep no account of bandwidth.</summary>
    public bool AnyBandwidth { get; init; }
}

/// <summary>What decides which volumes a pool takes and how many.</summary>
/// <param name="ExclusiveTags">Tags that keep everything off it that does not ask for them by name.</param>
/// <param name="BytesOvercommit">Bytes promised per byte there is.</param>
/// <param name="IopsOvercommit">IOPS promised per IOPS there are.</param>
/// <param name="BandwidthOvercommit">Bytes per second promised per byte per second there is.</param>
/// <param name="CapacityBandwidthBytes">Bytes per second that may be promised; null for no bound.</param>
/// <param name="ReservedBandwidthBytes">Sum of its volumes' bandwidth limits.</param>
public sealed record PoolPlacementView(
    IReadOnlyList<string> ExclusiveTags, double BytesOvercommit, double IopsOvercommit, double BandwidthOvercommit,
    long? CapacityBandwidthBytes, long ReservedBandwidthBytes);
