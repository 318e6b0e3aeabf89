using Headgate.Control.Offerings;
using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Placement;
using Headgate.Plugins;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>What a tenant asks for. References are ids or names; at most one of the three sources.</summary>
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

    public string? Template { get; init; }

    /// <summary>The host that has to reach it; null for any. For admins, as are the two below: hosts and clusters are theirs to see.</summary>
    public string? Host { get; init; }

    /// <summary>The cluster that has to reach it, all of it; null for any.</summary>
    public string? Cluster { get; init; }

    /// <summary>Which of the pools that fit is taken; null for the zone's rule. For admins.</summary>
    public PlacementPolicy? Placement { get; init; }
}

/// <summary>What a volume begins with; a snapshot comes with its volume.</summary>
internal sealed record VolumeSource(Snapshot? Snapshot = null, Volume? Volume = null, Template? Template = null)
{
    /// <summary>Size of the data to begin with.</summary>
    public ByteSize? Size => Snapshot?.Size ?? Volume?.Size ?? Template?.Size;
}

/// <summary>A request put together with its offering, source and zone, and what every pool says to it.</summary>
internal sealed record VolumePlan(
    DiskOffering Offering, VolumeWish Wish, Zone Zone, VolumeSource Source, PlacementRequest Request, PlacementAnswer Answer);

/// <summary>Plans a volume from the database as one transaction sees it: the same for creating and for explaining.</summary>
internal static class VolumePlanner
{
    public static async Task<Outcome<VolumePlan>> PlanAsync(
        HeadgateDbContext db, IProviderCatalog providers, Caller caller, CreateVolumeRequest request, CancellationToken stop)
    {
        if ((request.Host ?? request.Cluster ?? (object?)request.Placement) is not null
            && caller.MustBeAdmin("Choosing the host, the cluster or the policy by which a volume is placed") is { } notYours) return notYours;
        var offered = await FindOfferingAsync(db, caller, request.DiskOffering, stop).ConfigureAwait(false);
        if (offered is not Outcome<DiskOffering>.Done { Value: var offering }) return offered.Problem!;
        var begun = await SourceAsync(db, caller, request, stop).ConfigureAwait(false);
        if (begun is not Outcome<VolumeSource>.Done { Value: var source }) return begun.Problem!;

        var choice = new TenantChoice(request.Size ?? (offering.Size is null ? source.Size : null), request.MinIops, request.MaxIops, request.BurstIops);
        var resolved = OfferingResolution.Resolve(offering, choice);
        if (resolved is not Outcome<VolumeWish>.Done { Value: var wish }) return resolved.Problem!;
        if (wish.Size < source.Size)
            return new Fault("size-out-of-range",
                $"{wish.Size} was asked, but the data to begin with is of {source.Size}; ask for at least that.", Recovery.FixRequest);

        var placed = await ZoneAsync(db, request.Zone, source.Volume?.ZoneId, stop).ConfigureAwait(false);
        if (placed is not Outcome<Zone>.Done { Value: var zone }) return placed.Problem!;
        if (OfferingQueries.NotFor(offering, zone, caller.AccountId) is { } notFor) return notFor;
        var reached = await PoolOffers.ReachAsync(db, zone, request.Host, request.Cluster, stop).ConfigureAwait(false);
        if (reached is not Outcome<PlacementReach?>.Done { Value: var reach }) return reached.Problem!;
        var only = source.Snapshot?.PoolId ?? source.Volume?.PoolId;
        var wanted = new PlacementRequest(wish, zone.Id)
        {
            OnlyPoolId = only, StartsAsCopy = only is not null, Reach = reach, Policy = request.Placement ?? zone.Placement,
        };
        var offers = await PoolOffers.OfZoneAsync(db, providers, zone.Id, source.Template, stop).ConfigureAwait(false);
        return new VolumePlan(offering, wish, zone, source, wanted, Placer.Place(wanted, offers));
    }

    /// <summary>The offering of this name that is still offered, or of this id even when it is not, as far as it exists for the caller.</summary>
    public static Task<Outcome<DiskOffering>> FindOfferingAsync(HeadgateDbContext db, Caller caller, string reference, CancellationToken stop) =>
        db.DiskOfferings.FindOfferingAsync(caller, "disk offering", reference, stop);

    private static async Task<Outcome<VolumeSource>> SourceAsync(
        HeadgateDbContext db, Caller caller, CreateVolumeRequest request, CancellationToken stop) => request switch
    {
        { FromSnapshot: null, FromVolume: null, Template: null } => new VolumeSource(),
        { FromSnapshot: { } snapshot, FromVolume: null, Template: null } => await OfSnapshotAsync(db, caller, snapshot, stop).ConfigureAwait(false),
        { FromSnapshot: null, FromVolume: { } volume, Template: null } => await OfVolumeAsync(db, caller, volume, stop).ConfigureAwait(false),
        { FromSnapshot: null, FromVolume: null, Template: { } template } => await OfTemplateAsync(db, caller, template, stop).ConfigureAwait(false),
        _ => new Fault("source-ambiguous", "More than one of snapshot, volume and template was given to begin with; give one of the three.", Recovery.FixRequest),
    };

    private static async Task<Outcome<VolumeSource>> OfVolumeAsync(HeadgateDbContext db, Caller caller, string reference, CancellationToken stop)
    {
        var found = await db.FindVolumeAsync(caller, reference, stop).ConfigureAwait(false);
        if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
        return volume.State is VolumeState.Ready
            ? new VolumeSource(Volume: volume)
            : new Fault("volume-state",
                $"Volume {volume.Name} is {volume.State.ToString().ToLowerInvariant()}; only a ready one can be copied.", Recovery.FixRequest);
    }

    private static async Task<Outcome<VolumeSource>> OfSnapshotAsync(HeadgateDbContext db, Caller caller, string reference, CancellationToken stop)
    {
        var found = await db.FindSnapshotAsync(caller, reference, stop).ConfigureAwait(false);
        if (found is not Outcome<Snapshot>.Done { Value: var snapshot }) return found.Problem!;
        if (snapshot.State is not SnapshotState.Ready)
            return new Fault("snapshot-state",
                $"Snapshot {snapshot.Name} is {snapshot.State.ToString().ToLowerInvariant()}; only a ready one can be copied.", Recovery.FixRequest);
        return new VolumeSource(snapshot, await db.Volumes.SingleAsync(v => v.Id == snapshot.VolumeId, stop).ConfigureAwait(false));
    }

    private static async Task<Outcome<VolumeSource>> OfTemplateAsync(HeadgateDbContext db, Caller caller, string reference, CancellationToken stop)
    {
        var found = await db.FindTemplateAsync(caller, reference, stop).ConfigureAwait(false);
        if (found is not Outcome<Template>.Done { Value: var template }) return found.Problem!;
        return template.State is TemplateState.Ready
            ? new VolumeSource(Template: template)
            : new Fault("template-state",
                $"Template {template.Name} is {template.State.ToString().ToLowerInvariant()}; volumes are made from a ready one.", Recovery.FixRequest);
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
