using Headgate.Control.Offerings;
using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Plugins;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>New limits for a volume; null takes a limit away.</summary>
public sealed record SetVolumeQosRequest(long? MinIops, long? MaxIops, long? BurstIops, ByteSize? MaxBandwidth);

/// <summary>POST /volumes/{ref}/qos, live. For volumes of offerings with custom IOPS, or by an admin.</summary>
public sealed class SetVolumeQos(OperationStarter starter)
{
    public Task<Outcome<OperationDetails>> ExecuteAsync(
        Caller caller, string reference, SetVolumeQosRequest request, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.VolumeSetQos, new { reference, request }),
            (db, now, cancel) => DecideAsync(db, caller, reference, request, now, cancel).OperationAsync(), stop);
    }

    /// <summary>What would happen; nothing does.</summary>
    public Task<Outcome<PlannedChange>> RehearseAsync(Caller caller, string reference, SetVolumeQosRequest request, CancellationToken stop) =>
        starter.RehearseAsync((db, now, cancel) => DecideAsync(db, caller, reference, request, now, cancel), stop);

    private static async Task<Outcome<(NewOperation Operation, PlannedChange Plan)>> DecideAsync(
        HeadgateDbContext db, Caller caller, string reference, SetVolumeQosRequest request, DateTimeOffset now, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(request);
        var found = await db.FindVolumeAsync(caller, reference, stop).ConfigureAwait(false);
        if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
        var offering = await db.DiskOfferings.SingleAsync(o => o.Id == volume.DiskOfferingId, stop).ConfigureAwait(false);
        if (!caller.IsAdmin && !offering.Qos.CustomIops)
            return new Fault("custom-iops-not-allowed",
                $"Disk offering {offering.Name} sets the IOPS of volume {volume.Name}; pick another offering with change-offering, or ask an admin.",
                Recovery.FixRequest);
        var limits = OfferingResolution.Limits(request.MinIops, request.MaxIops, request.BurstIops, request.MaxBandwidth);
        if (limits is not Outcome<QosSpec>.Done { Value: var qos }) return limits.Problem!;
        if (!caller.IsAdmin && OfferingResolution.RangeProblem(offering, qos) is { } outside) return outside;
        if (offering.Qos.Require.FirstOrDefault(k => qos.Of(k) is null, (PromiseKind)(-1)) is var missing and >= 0)
            return new Fault("qos-required",
                $"Disk offering {offering.Name} requires a {OfferingResolution.Name(missing)}; give one.", Recovery.FixRequest);
        var wish = new VolumeWish(volume.Size, qos, offering.Qos.Require, offering.Qos.Enforce, TagExpression.Anything);
        var change = new VolumeChange(OperationKinds.VolumeSetQos, volume, offering, offering, wish);
        return await ChangeInPlace.DecideAsync(db, caller, change, now, stop).ConfigureAwait(false);
    }
}

/// <summary>
/// POST /volumes/{ref}/offering: to the current version of an offering, its own or another. Where the volume is when that fits there, live; else
/// on another pool of its zone, which takes a volume that nobody is connected to.
/// </summary>
public sealed class ChangeVolumeOffering(OperationStarter starter, IProviderCatalog providers)
{
    public Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string reference, string diskOffering, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return starter.StartAsync(
            caller.Actor, caller.IdempotencyKey,
            OperationInput.Fingerprint(OperationKinds.VolumeChangeOffering, new { reference, diskOffering }),
            (db, now, cancel) => DecideAsync(db, caller, reference, diskOffering, now, cancel).OperationAsync(), stop);
    }

    /// <summary>What would happen; nothing does.</summary>
    public Task<Outcome<PlannedChange>> RehearseAsync(Caller caller, string reference, string diskOffering, CancellationToken stop) =>
        starter.RehearseAsync((db, now, cancel) => DecideAsync(db, caller, reference, diskOffering, now, cancel), stop);

    private async Task<Outcome<(NewOperation Operation, PlannedChange Plan)>> DecideAsync(
        HeadgateDbContext db, Caller caller, string reference, string diskOffering, DateTimeOffset now, CancellationToken stop)
    {
        var found = await db.FindVolumeAsync(caller, reference, stop).ConfigureAwait(false);
        if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
        var offered = await VolumePlanner.FindOfferingAsync(db, caller, diskOffering, stop).ConfigureAwait(false);
        if (offered is not Outcome<DiskOffering>.Done { Value: var offering }) return offered.Problem!;
        return await OfferingChange.DecideAsync(db, providers, caller, volume, offering, now, stop).ConfigureAwait(false);
    }
}

/// <summary>From one offering, or one version of it, to another: for one volume, or for all in a roll-out.</summary>
internal static class OfferingChange
{
    public static async Task<Outcome<(NewOperation Operation, PlannedChange Plan)>> DecideAsync(
        HeadgateDbContext db, IProviderCatalog providers, Caller caller, Volume volume, DiskOffering offering, DateTimeOffset now, CancellationToken stop)
    {
        if (offering.Size is { } fixedSize && fixedSize != volume.Size)
            return new Fault("size-out-of-range",
                $"Disk offering {offering.Name} has the fixed size {fixedSize}; volume {volume.Name} has {volume.Size}. Pick one of its size or with a custom size.",
                Recovery.FixRequest);
        // With custom IOPS the tenant keeps the numbers that the volume has.
        var asked = volume.Promises.Requested();
        var choice = offering.Qos.CustomIops
            ? new TenantChoice(volume.Size, asked.MinIops, asked.MaxIops, asked.BurstIops)
            : new TenantChoice(offering.Size is null ? volume.Size : null);
        var resolved = OfferingResolution.Resolve(offering, choice);
        if (resolved is not Outcome<VolumeWish>.Done { Value: var wish }) return resolved.Problem!;
        var zone = await db.Zones.SingleAsync(z => z.Id == volume.ZoneId, stop).ConfigureAwait(false);
        if (OfferingQueries.NotFor(offering, zone, volume.AccountId) is { } notFor) return notFor;

        var before = await db.DiskOfferings.SingleAsync(o => o.Id == volume.DiskOfferingId, stop).ConfigureAwait(false);
        var change = new VolumeChange(OperationKinds.VolumeChangeOffering, volume, before, offering, wish);
        var stays = await ChangeInPlace.DecideAsync(db, caller, change, now, stop).ConfigureAwait(false);
        if (stays.Problem is not { } refusal || !ChangeInPlace.IsOfPool(refusal)) return stays;
        return await ChangeByMove.DecideAsync(db, providers, caller, change, zone, MoveTo.Another(refusal), now, stop).ConfigureAwait(false);
    }
}

/// <summary>POST /volumes/{ref}/resize: grows, with the limits that its offering gives at the new size.</summary>
public sealed class ResizeVolume(OperationStarter starter)
{
    public Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string reference, ByteSize size, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.VolumeResize, new { reference, size.Bytes }),
            (db, now, cancel) => DecideAsync(db, caller, reference, size, now, cancel).OperationAsync(), stop);
    }

    /// <summary>What would happen; nothing does.</summary>
    public Task<Outcome<PlannedChange>> RehearseAsync(Caller caller, string reference, ByteSize size, CancellationToken stop) =>
        starter.RehearseAsync((db, now, cancel) => DecideAsync(db, caller, reference, size, now, cancel), stop);

    private static async Task<Outcome<(NewOperation Operation, PlannedChange Plan)>> DecideAsync(
        HeadgateDbContext db, Caller caller, string reference, ByteSize size, DateTimeOffset now, CancellationToken stop)
    {
        var found = await db.FindVolumeAsync(caller, reference, stop).ConfigureAwait(false);
        if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
        var offering = await db.DiskOfferings.SingleAsync(o => o.Id == volume.DiskOfferingId, stop).ConfigureAwait(false);
        if (offering.Size is { } fixedSize && !caller.IsAdmin)
            return new Fault("size-fixed",
                $"Disk offering {offering.Name} has the fixed size {fixedSize}; change to an offering with a custom size first.", Recovery.FixRequest);
        if (!caller.IsAdmin && OfferingResolution.RangeProblem(offering, size) is { } outside) return outside;
        if (size > OfferingResolution.LargestVolume)
            return new Fault("size-out-of-range", $"{size} was asked; a volume has at most {OfferingResolution.LargestVolume}.", Recovery.FixRequest);
        var qos = volume.Promises.Requested();
        if (offering.Qos.IsPerGib)
        {
            var resolved = OfferingResolution.ResolveQos(offering, size, new TenantChoice());
            if (resolved is not Outcome<QosSpec>.Done { Value: var grown }) return resolved.Problem!;
            qos = grown;
        }
        var wish = new VolumeWish(size, qos, offering.Qos.Require, offering.Qos.Enforce, TagExpression.Anything);
        var change = new VolumeChange(OperationKinds.VolumeResize, volume, offering, offering, wish);
        return await ChangeInPlace.DecideAsync(db, caller, change, now, stop).ConfigureAwait(false);
    }
}
