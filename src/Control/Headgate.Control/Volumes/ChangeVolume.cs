using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Placement;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
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
        ArgumentNullException.ThrowIfNull(request);
        return starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.VolumeSetQos, new { reference, request }),
            async (db, now, cancel) =>
            {
                var found = await db.FindVolumeAsync(caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
                var offering = await db.DiskOfferings.SingleAsync(o => o.Id == volume.DiskOfferingId, cancel).ConfigureAwait(false);
                if (!caller.IsOperator && !offering.Qos.CustomIops)
                    return new Fault("custom-iops-not-allowed",
                        $"Disk offering {offering.Name} sets the IOPS of volume {volume.Name}; pick another offering with change-offering, or ask an admin.",
                        Recovery.FixRequest);
                var limits = OfferingResolution.Limits(request.MinIops, request.MaxIops, request.BurstIops, request.MaxBandwidth);
                if (limits is not Outcome<QosSpec>.Done { Value: var qos }) return limits.Problem!;
                if (offering.Qos.Require.FirstOrDefault(k => qos.Of(k) is null, (PromiseKind)(-1)) is var missing and >= 0)
                    return new Fault("qos-required",
                        $"Disk offering {offering.Name} requires a {OfferingResolution.Name(missing)}; give one.", Recovery.FixRequest);
                var wish = new VolumeWish(volume.Size, qos, offering.Qos.Require, offering.Qos.Enforce, []);
                return await ChangePlan.BeginAsync(db, caller, volume, offering, wish, OperationKinds.VolumeSetQos, now, cancel).ConfigureAwait(false);
            },
            stop);
    }
}

/// <summary>POST /volumes/{ref}/offering: where it is, when the new offering fits there.</summary>
public sealed class ChangeVolumeOffering(OperationStarter starter)
{
    public Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string reference, string diskOffering, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return starter.StartAsync(
            caller.Actor, caller.IdempotencyKey,
            OperationInput.Fingerprint(OperationKinds.VolumeChangeOffering, new { reference, diskOffering }),
            async (db, now, cancel) =>
            {
                var found = await db.FindVolumeAsync(caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
                var offered = await VolumePlanner.FindOfferingAsync(db, diskOffering, cancel).ConfigureAwait(false);
                if (offered is not Outcome<DiskOffering>.Done { Value: var offering }) return offered.Problem!;
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
                return await ChangePlan.BeginAsync(db, caller, volume, offering, wish, OperationKinds.VolumeChangeOffering, now, cancel).ConfigureAwait(false);
            },
            stop);
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
            async (db, now, cancel) =>
            {
                var found = await db.FindVolumeAsync(caller, reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<Volume>.Done { Value: var volume }) return found.Problem!;
                var offering = await db.DiskOfferings.SingleAsync(o => o.Id == volume.DiskOfferingId, cancel).ConfigureAwait(false);
                if (offering.Size is { } fixedSize && !caller.IsOperator)
                    return new Fault("size-fixed",
                        $"Disk offering {offering.Name} has the fixed size {fixedSize}; change to an offering with a custom size first.", Recovery.FixRequest);
                if (size > OfferingResolution.LargestVolume)
                    return new Fault("size-out-of-range", $"{size} was asked; a volume has at most {OfferingResolution.LargestVolume}.", Recovery.FixRequest);
                var qos = volume.Promises.Requested();
                if ((offering.Qos.MinIopsPerGib ?? offering.Qos.MaxIopsPerGib) is not null)
                {
                    var resolved = OfferingResolution.ResolveQos(offering, size, new TenantChoice());
                    if (resolved is not Outcome<QosSpec>.Done { Value: var grown }) return resolved.Problem!;
                    qos = grown;
                }
                var wish = new VolumeWish(size, qos, offering.Qos.Require, offering.Qos.Enforce, []);
                return await ChangePlan.BeginAsync(db, caller, volume, offering, wish, OperationKinds.VolumeResize, now, cancel).ConfigureAwait(false);
            },
            stop);
    }
}

/// <summary>What a change of limits, offering or size has in common: does it fit where the volume is, and can it be had.</summary>
internal static class ChangePlan
{
    public static async Task<Outcome<NewOperation>> BeginAsync(
        HeadgateDbContext db, Caller caller, Volume volume, DiskOffering offering, VolumeWish wish, string kind,
        DateTimeOffset now, CancellationToken stop)
    {
        var pool = await db.Pools.SingleAsync(p => p.Id == volume.PoolId, stop).ConfigureAwait(false);
        if (CapabilitiesText.Read(pool.Capabilities) is not { } can)
            return new Fault("pool-not-reached", $"Pool {pool.Name} was never reached, so what it can honour is not known.", Recovery.AskOperator);
        var resizing = kind == OperationKinds.VolumeResize;
        var size = resizing ? wish.Size.RoundUpTo(new ByteSize(can.VolumeSize.Step)) : volume.Size;

        VolumeCommand command = resizing ? new VolumeCommand.BeginResize(size) : new VolumeCommand.BeginChange();
        var decided = VolumeMachine.Decide(volume, command);
        if (decided.Refusal is { } refusal) return refusal;
        if (decided.Event is null) return VolumeCommands.Already(volume, command);

        var connections = await db.VolumeAccesses.CountAsync(a => a.VolumeId == volume.Id, stop).ConfigureAwait(false);
        var promises = Fit(pool, can, wish with { Size = size }, resizing, connections, out var reasons);
        if (reasons.Count > 0) return DoesNotFit(volume, pool, offering, wish, reasons);
        // Until it is through, the volume holds the larger of what it had and what it will have.
        var (bytes, iops) = (size > volume.ReservedBytes ? size : volume.ReservedBytes, Math.Max(promises.ReservedIops(), volume.ReservedIops));
        if (Ledger.Problem(pool, volume, bytes, iops) is { } full) return full;
        var (reserved, changing) = Ledger.Move(pool, VolumeMachine.Evolve(volume, decided.Event), bytes, iops);
        db.Put(reserved);
        db.Put(changing);
        db.Pledge(volume.Id, promises);
        db.Record(now, caller.Actor, $"{kind}-requested", "volume", volume.Id, volume.Name, volume.AccountId,
            resizing ? $"Growing volume {volume.Name} to {size} was asked for." : $"Volume {volume.Name} with {wish.Qos} was asked for.");
        var input = resizing
            ? OperationInput.Write(new ResizeInput(size.Bytes, promises))
            : OperationInput.Write(new ChangeInput(offering.Id, promises));
        return new NewOperation(kind, "volume", volume.Id, volume.AccountId, input);
    }

    private static IReadOnlyList<Promise> Fit(
        StoragePool pool, DriverCapabilities can, VolumeWish wish, bool resizing, int connections, out List<string> reasons)
    {
        reasons = [];
        var missing = wish.Tags.Except(pool.Tags, StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
            reasons.Add($"needs tag {string.Join(", ", missing)}; has: {(pool.Tags.Count > 0 ? string.Join(", ", pool.Tags) : "none")}.");
        if (resizing && connections > 0 && can.LiveResize is Support.None)
            reasons.Add($"{pool.Provider} cannot grow a connected volume; disconnect its {connections} initiator(s) first.");
        if (resizing && wish.Size.Bytes > can.VolumeSize.To)
            reasons.Add($"{wish.Size} asked; it takes volumes of at most {new ByteSize(can.VolumeSize.To)}.");
        if (!resizing && connections > 0 && can.LiveQosChange is Support.None)
            reasons.Add($"{pool.Provider} cannot change the limits of a connected volume; disconnect its {connections} initiator(s) first.");
        return Grants.For(pool, can, wish, hypervisorEnforces: false, reasons);
    }

    private static Fault DoesNotFit(Volume volume, StoragePool pool, DiskOffering offering, VolumeWish wish, List<string> reasons) =>
        new("does-not-fit-pool",
            $"{wish.Size} with {wish.Qos} (disk offering {offering.Name}) was asked for volume {volume.Name}, which is on pool {pool.Name}: " +
            $"{reasons[0]} Moving a volume to another pool is not possible yet; ask for what its pool can do.", Recovery.FixRequest)
        {
            Details = [.. reasons.Select(r => $"pool {pool.Name}: {r}")],
        };
}
