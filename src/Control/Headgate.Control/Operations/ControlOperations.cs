using Headgate.Control.Access;
using Headgate.Domain;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Control;

/// <summary>Which operations are wanted; null for all.</summary>
/// <param name="SubjectId">Of this object only.</param>
/// <param name="Status">In this status only.</param>
public sealed record OperationFilter(Guid? SubjectId = null, OperationStatus? Status = null)
{
    /// <summary>Of this kind, for example <c>volume.create</c>.</summary>
    public string? Kind { get; init; }

    /// <summary>Of the account with this id or name only.</summary>
    public string? Account { get; init; }
}

/// <summary>GET /operations: newest last; a tenant sees its own account's.</summary>
public sealed class ListOperations(HeadgateDatabase database)
{
    public Task<Outcome<PageOf<OperationDetails>>> ExecuteAsync(
        Caller caller, PageRequest page, OperationFilter filter, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        ArgumentNullException.ThrowIfNull(filter);
        return database.ReadAsync<Outcome<PageOf<OperationDetails>>>(
            async (db, cancel) =>
            {
                var query = db.Operations.AsQueryable();
                if (!caller.IsOperator) query = query.Where(o => o.AccountId == caller.AccountId);
                if (filter.SubjectId is { } id) query = query.Where(o => o.SubjectId == id);
                if (filter.Status is { } status) query = query.Where(o => o.Status == status);
                if (filter.Kind is { } kind) query = query.Where(o => o.Kind == kind);
                if (filter.Account is { } account)
                {
                    if (await db.SeekVisibleAccountAsync(caller, account, cancel).ConfigureAwait(false) is not { } of) return References.NotFound("account", account);
                    query = query.Where(o => o.AccountId == of.Id);
                }
                var found = await query.PageAsync(page, cancel).ConfigureAwait(false);
                if (found is not Outcome<PageOf<Operation>>.Done { Value: var operations }) return found.Problem!;
                var ids = operations.Items.Select(o => o.Id).ToList();
                var steps = await db.OperationSteps.Where(s => ids.Contains(s.OperationId)).OrderBy(s => s.Index)
                    .ToListAsync(cancel).ConfigureAwait(false);
                var byOperation = steps.ToLookup(s => s.OperationId);
                return operations.Select(o => new OperationDetails(o, [.. byOperation[o.Id]]));
            },
            stop);
    }
}

/// <summary>GET /operations/{id}</summary>
public sealed class GetOperation(HeadgateDatabase database)
{
    public Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, Guid id, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return database.ReadAsync<Outcome<OperationDetails>>(
            async (db, cancel) =>
            {
                var operation = await db.Operations.SingleOrDefaultAsync(o => o.Id == id, cancel).ConfigureAwait(false);
                if (operation is null || !caller.MaySee(operation.AccountId)) return References.NotFound("operation", id.ToString());
                var steps = await db.OperationSteps.Where(s => s.OperationId == id).OrderBy(s => s.Index)
                    .ToListAsync(cancel).ConfigureAwait(false);
                return new OperationDetails(operation, steps);
            },
            stop);
    }
}

/// <summary>Each state of an operation until it has ended: what server-sent events carry.</summary>
public sealed class WatchOperation(GetOperation get, OperationFeed feed)
{
    public async Task<Outcome<IAsyncEnumerable<OperationDetails>>> ExecuteAsync(Caller caller, Guid id, CancellationToken stop)
    {
        var found = await get.ExecuteAsync(caller, id, stop).ConfigureAwait(false);
        return found.Map(_ => feed.WatchAsync(id, stop));
    }
}

/// <summary>POST /operations/{id}/cancel: taken back before the next step, where that is possible.</summary>
public sealed class CancelOperation(HeadgateDatabase database, OperationCatalog catalog, OperationFeed feed, TimeProvider time)
{
    public async Task<Outcome<OperationDetails>> ExecuteAsync(Caller caller, Guid id, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(caller);
        var outcome = await database.WriteAsync<Outcome<OperationDetails>>(
            async (db, cancel) =>
            {
                var operation = await db.Operations.SingleOrDefaultAsync(o => o.Id == id, cancel).ConfigureAwait(false);
                if (operation is null || !caller.MaySee(operation.AccountId)) return References.NotFound("operation", id.ToString());
                if (operation.HasEnded || operation.Status is OperationStatus.Undoing)
                    return new Fault("operation-not-cancellable",
                        $"{operation.Kind} is {operation.Status.ToString().ToLowerInvariant()} already; there is nothing to cancel.", Recovery.FixRequest);
                if (operation.Status is not OperationStatus.Pending && !catalog.Get(operation.Kind).CanCancel)
                    return new Fault("operation-not-cancellable",
                        $"{operation.Kind} has begun and cannot be taken back from then on; wait for its end.", Recovery.FixRequest);
                var asked = operation with { CancelRequested = true, NotBefore = null };
                db.Put(asked);
                db.Record(time.GetUtcNow(), caller.Actor, "operation.cancel-requested", operation.SubjectType, operation.SubjectId,
                    null, operation.AccountId, $"Cancelling {operation.Kind} was asked for.");
                var steps = await db.OperationSteps.Where(s => s.OperationId == id).OrderBy(s => s.Index)
                    .ToListAsync(cancel).ConfigureAwait(false);
                return new OperationDetails(asked, steps);
            },
            stop).ConfigureAwait(false);
        if (outcome.IsDone) feed.Wake(id);
        return outcome;
    }
}
