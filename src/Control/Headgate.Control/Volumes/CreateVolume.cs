using Headgate.Domain;
using Headgate.Operations;
using Headgate.Operations.Templates;
using Headgate.Persistence;
using Headgate.Placement;
using Headgate.Plugins;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>
/// POST /volumes: places the volume and reserves its bytes and IOPS in the transaction that records the operation, so that
/// a refusal is immediate and an acceptance cannot be oversold.
/// </summary>
public sealed class CreateVolume(OperationStarter starter, IProviderCatalog providers)
{
    public async Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, CreateVolumeRequest request, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        if (ObjectName.Problem(request.Name, "volume") is { } badName) return badName;
        return await starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.VolumeCreate, request),
            (db, now, cancel) => DecideAsync(db, caller, request, now, cancel).OperationAsync(), stop).ConfigureAwait(false);
    }

    /// <summary>What would happen; nothing does.</summary>
    public async Task<Outcome<PlannedChange>> RehearseAsync(Caller caller, CreateVolumeRequest request, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        if (ObjectName.Problem(request.Name, "volume") is { } badName) return badName;
        return await starter.RehearseAsync((db, now, cancel) => DecideAsync(db, caller, request, now, cancel), stop).ConfigureAwait(false);
    }

    private async Task<Outcome<(NewOperation Operation, PlannedChange Plan)>> DecideAsync(
        HeadgateDbContext db, Caller caller, CreateVolumeRequest request, DateTimeOffset now, CancellationToken stop)
    {
        var planned = await VolumePlanner.PlanAsync(db, providers, caller, request, stop).ConfigureAwait(false);
        if (planned is not Outcome<VolumePlan>.Done { Value: var plan }) return planned.Problem!;
        if (await db.Volumes.AnyAsync(
                v => v.AccountId == caller.AccountId && v.Name == request.Name && v.State != VolumeState.Expunged, stop).ConfigureAwait(false))
            return References.NameTaken("volume", request.Name);
        if (plan.Answer.Chosen is not { } chosen) return Placer.NoPool(plan.Request, plan.Answer);

        var (pool, volume) = Ledger.Move(chosen.Pool, New(caller, request, plan, chosen, now), chosen.Reservation);
        db.Put(pool);
        db.Volumes.Add(volume);
        db.Record(now, caller.Actor, "volume.create-requested", "volume", volume.Id, volume.Name, caller.AccountId,
            $"Volume {volume.Name} of {volume.Size} with {plan.Wish.Qos} was asked for and placed on pool {pool.Name}.");
        var operation = plan.Source.Template is { } template
            ? await FromTemplateAsync(db, caller, template, pool, volume, now, stop).ConfigureAwait(false)
            : new NewOperation(OperationKinds.VolumeCreate, "volume", volume.Id, caller.AccountId)
            {
                AlsoHolds = [.. new[] { plan.Source.Snapshot?.Id, plan.Source.Volume?.Id }.OfType<Guid>()],
            };
        var after = new PlannedVolume(chosen.Pool, plan.Offering, chosen.Size, chosen.Promises);
        return Decided.As(operation, new PlannedChange(operation.Kind, volume.Name, Before: null, after, chosen.Reservation) { Answer = plan.Answer });
    }

    /// <summary>Holds nothing of the template, so that any number of volumes are made from it at the same time.</summary>
    private static async Task<NewOperation> FromTemplateAsync(
        HeadgateDbContext db, Caller caller, Template template, StoragePool pool, Volume volume, DateTimeOffset now, CancellationToken stop)
    {
        if (CapabilitiesText.Read(pool.Capabilities) is { } can && TemplateCopies.AreUsedOn(can))
            await TemplateCopies.EnsureAsync(db, template, pool, can, caller.Actor, now, stop).ConfigureAwait(false);
        return new NewOperation(OperationKinds.VolumeCreateFromTemplate, "volume", volume.Id, caller.AccountId);
    }

    private static Volume New(Caller caller, CreateVolumeRequest request, VolumePlan plan, PoolVerdict chosen, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        Name = request.Name,
        AccountId = caller.AccountId,
        ZoneId = plan.Zone.Id,
        PoolId = chosen.Pool.Id,
        DiskOfferingId = plan.Offering.Id,
        HostId = plan.Request.Reach?.HostId,
        ClusterId = plan.Request.Reach?.ClusterId,
        State = VolumeState.Creating,
        Size = chosen.Size,
        Promises = chosen.Promises,
        FromSnapshotId = plan.Source.Snapshot?.Id,
        FromVolumeId = plan.Source.Snapshot is null ? plan.Source.Volume?.Id : null,
        FromTemplateId = plan.Source.Template?.Id,
        CreatedAt = now,
    };
}
