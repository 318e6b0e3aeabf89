using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>What a pool shall have of its storage from now on. What is neither given nor taken away stays.</summary>
public sealed record ChangeCapacityRequest
{
    public ByteSize? Bytes { get; init; }

    /// <summary>True takes the bound of bytes away: all that the storage has.</summary>
    public bool AllBytes { get; init; }

    public long? Iops { get; init; }

    /// <summary>True takes the bound of IOPS away: what the storage says that it can keep.</summary>
    public bool AllIops { get; init; }
}

/// <summary>
/// POST /pools/{ref}/capacity: less than is promised is refused with the figures. What is given up is given up in the
/// transaction of the request, so that nothing is placed there meanwhile; what is gained counts when the storage has it.
/// </summary>
public sealed class ChangePoolCapacity(OperationStarter starter)
{
    public async Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string reference, ChangeCapacityRequest request, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(request);
        if (caller.MayNot("changePoolCapacity") is { } refusal) return refusal;
        if (Problem(request) is { } unlawful) return unlawful;
        return await starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.PoolChangeCapacity, new { reference, request }),
            async (db, now, cancel) =>
            {
                var found = await db.Pools.Present().FindAsync("pool", reference, p => p.Name == reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<StoragePool>.Done { Value: var pool }) return found.Problem!;
                if (await IsChangingAsync(db, pool, cancel).ConfigureAwait(false))
                    return new Fault("pool-changing", $"The capacity of pool {pool.Name} is being changed already. Wait for the end of that operation, then ask again.", Recovery.RetryWithBackoff);
                var before = new PoolCommand.Bound(pool.AllowedBytes, pool.AllowedIops);
                var after = new PoolCommand.Bound(
                    request.AllBytes ? null : request.Bytes ?? before.Bytes, request.AllIops ? null : request.Iops ?? before.Iops);
                if (PoolMachine.Decide(pool, after).Refusal is { } below) return below;
                var meanwhile = PoolMachine.Apply(pool, PoolCapacityRules.Tighter(pool, before, after));
                if (meanwhile is not Outcome<StoragePool>.Done { Value: var next }) return meanwhile.Problem!;
                if (next != pool) db.Put(next);
                db.Record(now, caller.Actor, "pool.capacity-change-requested", "pool", pool.Id, pool.Name, null, $"Changing the capacity of pool {pool.Name} was asked for.");
                return new NewOperation(
                    OperationKinds.PoolChangeCapacity, "pool", pool.Id, null,
                    OperationInput.Write(new CapacityInput(before.Bytes?.Bytes, before.Iops, after.Bytes?.Bytes, after.Iops)));
            },
            stop).ConfigureAwait(false);
    }

    /// <summary>One at a time: the second would start from what the first only keeps to meanwhile.</summary>
    private static Task<bool> IsChangingAsync(HeadgateDbContext db, StoragePool pool, CancellationToken stop) => db.OperationSubjects
        .Where(s => s.SubjectId == pool.Id)
        .Join(db.Operations, s => s.OperationId, o => o.Id, (_, o) => o.Kind)
        .AnyAsync(kind => kind == OperationKinds.PoolChangeCapacity, stop);

    private static Fault? Problem(ChangeCapacityRequest request) => request switch
    {
        { Bytes: null, AllBytes: false, Iops: null, AllIops: false } => Invalid("Nothing was asked for. Give bytes, IOPS, or take one of the bounds away."),
        { Bytes: not null, AllBytes: true } => Invalid("A number of bytes and all bytes were asked for. Give one of them."),
        { Iops: not null, AllIops: true } => Invalid("A number of IOPS and all IOPS were asked for. Give one of them."),
        { Bytes.Bytes: 0 } => Invalid("The capacity is 0 bytes. Ask for all bytes to have all that the storage has."),
        { Iops: < 0 } => Invalid($"The capacity is {request.Iops} IOPS. It cannot be negative."),
        _ => null,
    };

    private static Fault Invalid(string message) => new("capacity-invalid", message, Recovery.FixRequest);
}

/// <summary>POST /pools/{ref}/refresh: asks the storage again what it has and can do, and takes that up.</summary>
public sealed class RefreshPool(OperationStarter starter)
{
    public async Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, string reference, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        if (caller.MayNot("refreshPool") is { } refusal) return refusal;
        return await starter.StartAsync(
            caller.Actor, caller.IdempotencyKey, OperationInput.Fingerprint(OperationKinds.PoolRefresh, reference),
            async (db, now, cancel) =>
            {
                var found = await db.Pools.Present().FindAsync("pool", reference, p => p.Name == reference, cancel).ConfigureAwait(false);
                if (found is not Outcome<StoragePool>.Done { Value: var pool }) return found.Problem!;
                if (pool.State is not (PoolState.Up or PoolState.Disabled or PoolState.Maintenance))
                    return new Fault("pool-state", $"Pool {pool.Name} is {pool.State.ToString().ToLowerInvariant()}; it cannot be asked what it has in that state.", Recovery.FixRequest);
                db.Record(now, caller.Actor, "pool.refresh-requested", "pool", pool.Id, pool.Name, null, $"Asking pool {pool.Name} what it has was asked for.");
                return new NewOperation(OperationKinds.PoolRefresh, "pool", pool.Id, null);
            },
            stop).ConfigureAwait(false);
    }
}
