using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Placement;
using Headgate.Plugins;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>What a tenant asks for. References are ids or names; at most one of the two sources.</summary>
public sealed record CreateVolumeRequest(string Name, string DiskOffering)
{
    /// <summary>May be left out where there is one zone only.</summary>
    public string? Zone { get; init; }

    public ByteSize? Size { get; init; }

    public long? MinIops { get; init; }

    public long? MaxIops { get; init; }

    public long? BurstIops { get; init; }

    public string? FromSnapshot { get; init; }

    public string? FromVolume { get; init; }
}

/// <summary>A request put together with its offering, source and zone, and what every pool says to it.</summary>
internal sealed record VolumePlan(
    DiskOffering Offering, VolumeWish Wish, Zone Zone, Snapshot? Snapshot, Volume? Source, PlacementRequest Request, PlacementAnswer Answer);

/// <summary>Plans a volume from the database as one transaction sees it: the same for creating and for explaining.</summary>
internal static class VolumePlanner
{
    public static async Task<Outcome<VolumePlan>> PlanAsync(
        HeadgateDbContext db, IProviderCatalog providers, Caller caller, CreateVolumeRequest request, CancellationToken stop)
    {
        var offered = await FindOfferingAsync(db, request.DiskOffering, stop).ConfigureAwait(false);
        if (offered is not Outcome<DiskOffering>.Done { Value: var offering }) return offered.Problem!;
        var begun = await SourceAsync(db, caller, request, stop).ConfigureAwait(false);
        if (begun is not Outcome<(Snapshot? Snapshot, Volume? Volume)>.Done { Value: var source }) return begun.Problem!;
        var sourceSize = source.Snapshot?.Size ?? source.Volume?.Size;

        var choice = new TenantChoice(request.Size ?? (offering.Size is null ? sourceSize : null), request.MinIops, request.MaxIops, request.BurstIops);
        var resolved = OfferingResolution.Resolve(offering, choice);
        if (resolved is not Outcome<VolumeWish>.Done { Value: var wish }) return resolved.Problem!;
        if (wish.Size < sourceSize)
            return new Fault("size-out-of-range",
                $"{wish.Size} was asked, but the data to begin with is of {sourceSize}; ask for at least that.", Recovery.FixRequest);

        var placed = await ZoneAsync(db, request.Zone, source.Volume?.ZoneId, stop).ConfigureAwait(false);
        if (placed is not Outcome<Zone>.Done { Value: var zone }) return placed.Problem!;
        var only = source.Snapshot?.PoolId ?? source.Volume?.PoolId;
        var wanted = new PlacementRequest(wish, zone.Id) { OnlyPoolId = only, StartsAsCopy = only is not null };
        var pools = await db.Pools.Present().Where(p => p.ZoneId == zone.Id).ToListAsync(stop).ConfigureAwait(false);
        var answer = Placer.Place(wanted, pools.Select(p =>
            new PoolOffer(p, CapabilitiesText.Read(p.Capabilities)) { Unavailable = providers.WhyNotThere(p.Provider)?.Message }));
        return new VolumePlan(offering, wish, zone, source.Snapshot, request.FromVolume is null ? null : source.Volume, wanted, answer);
    }

    /// <summary>The offering of this name that is still offered, or of this id even when it is not.</summary>
    public static Task<Outcome<DiskOffering>> FindOfferingAsync(HeadgateDbContext db, string reference, CancellationToken stop) =>
        db.DiskOfferings.FindAsync("disk offering", reference, o => o.Name == reference && o.RetiredAt == null, stop);

    private static async Task<Outcome<(Snapshot? Snapshot, Volume? Volume)>> SourceAsync(
        HeadgateDbContext db, Caller caller, CreateVolumeRequest request, CancellationToken stop)
    {
        if (request.FromSnapshot is not null && request.FromVolume is not null)
            return new Fault("source-ambiguous", "Both a snapshot and a volume were given to begin with; give one of the two.", Recovery.FixRequest);
        if (request.FromVolume is { } volumeReference)
        {
            var found = await db.FindVolumeAsync(caller, volumeReference, stop).ConfigureAwait(false);
            if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
            return volume.State is VolumeState.Ready
                ? (null, volume)
                : new Fault("volume-state",
                    $"Volume {volume.Name} is {volume.State.ToString().ToLowerInvariant()}; only a ready one can be copied.", Recovery.FixRequest);
        }
        if (request.FromSnapshot is { } snapshotReference)
        {
            var found = await db.FindSnapshotAsync(caller, snapshotReference, stop).ConfigureAwait(false);
            if (found is not Outcome<Snapshot>.Done { Value: var snapshot }) return found.Problem!;
            if (snapshot.State is not SnapshotState.Ready)
                return new Fault("snapshot-state",
                    $"Snapshot {snapshot.Name} is {snapshot.State.ToString().ToLowerInvariant()}; only a ready one can be copied.", Recovery.FixRequest);
            return (snapshot, await db.Volumes.SingleAsync(v => v.Id == snapshot.VolumeId, stop).ConfigureAwait(false));
        }
        return ((Snapshot?)null, (Volume?)null);
    }

    private static async Task<Outcome<Zone>> ZoneAsync(HeadgateDbContext db, string? reference, Guid? sourceZoneId, CancellationToken stop)
    {
        if (reference is not null) return await db.Zones.FindAsync("zone", reference, z => z.Name == reference, stop).ConfigureAwait(false);
        var zones = await db.Zones.OrderBy(z => z.Name).Take(2).ToListAsync(stop).ConfigureAwait(false);
        if (sourceZoneId is { } id) return await db.Zones.SingleAsync(z => z.Id == id, stop).ConfigureAwait(false);
        return zones switch
        {
            [var only] => only,
            [] => new Fault("zone-required", "There is no zone yet; create one with `headgate zone create`.", Recovery.FixRequest),
            _ => new Fault("zone-required", "There are several zones; say which with --zone.", Recovery.FixRequest),
        };
    }
}
