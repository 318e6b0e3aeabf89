using Headgate.Domain;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Placement;

/// <summary>A volume that needs a pool.</summary>
/// <param name="Wish">What it shall be.</param>
/// <param name="ZoneId">Where.</param>
public sealed record PlacementRequest(VolumeWish Wish, Guid ZoneId)
{
    /// <summary>The only pool that will do, because the data to begin with is there; null for any.</summary>
    public Guid? OnlyPoolId { get; init; }

    /// <summary>True when the volume begins as a copy.</summary>
    public bool StartsAsCopy { get; init; }

    /// <summary>
    /// True when the hosts that the volume is for have a hypervisor of ours that can throttle. False today for every
    /// volume: initiators that we do not manage have none, and no host agent enforces limits yet (docs/operations.md).
    /// </summary>
    public bool HypervisorEnforces { get; init; }
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
}

/// <summary>All pools of the zone: candidates first, best first; then the others by name.</summary>
public sealed record PlacementAnswer(IReadOnlyList<PoolVerdict> Verdicts)
{
    /// <summary>The best candidate; null when there is none.</summary>
    public PoolVerdict? Chosen => Verdicts is [{ Fits: true } best, ..] ? best : null;
}
