using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Plugins;
using Headgate.Primitives;
using Microsoft.EntityFrameworkCore;

namespace Headgate.Operations;

/// <summary>An operation with its steps, as clients see it.</summary>
public sealed record OperationDetails(Operation Operation, IReadOnlyList<OperationStep> Steps);

/// <summary>An operation to begin.</summary>
/// <param name="Kind">A registered kind.</param>
/// <param name="SubjectType">What it acts on, for example <c>volume</c>.</param>
/// <param name="SubjectId">Which.</param>
/// <param name="AccountId">Who may see it beside admins; null for nobody.</param>
/// <param name="Input">From <see cref="OperationInput.Write{T}"/>.</param>
public sealed record NewOperation(string Kind, string SubjectType, Guid SubjectId, Guid? AccountId, string Input = "{}")
{
    /// <summary>What else it must have for itself, for example the volume of a snapshot.</summary>
    public IReadOnlyList<Guid> AlsoHolds { get; init; } = [];
}

/// <summary>Writes new operations in the transaction of the request that asks for them, and wakes the engine afterwards.</summary>
public sealed class OperationStarter(
    HeadgateDatabase database, OperationCatalog catalog, OperationFeed feed, IProviderCatalog providers, TimeProvider time)
{
    /// <summary>
    /// In one transaction: checks for an earlier call with the same idempotency key, lets <paramref name="decide"/> check
    /// and change what the request is about, and journals the operation it answers with. A refusal changes nothing.
    /// </summary>
    /// <param name="actor">account/key of the caller.</param>
    /// <param name="idempotencyKey">Names the call; null for none.</param>
    /// <param name="fingerprint">Of the whole request; see <see cref="OperationInput.Fingerprint{T}"/>.</param>
    /// <param name="decide">May run more than once.</param>
    /// <param name="stop">Cancels.</param>
    public async Task<Outcome<OperationDetails>> StartAsync(
        string actor, string? idempotencyKey, string fingerprint,
        Func<HeadgateDbContext, DateTimeOffset, CancellationToken, Task<Outcome<NewOperation>>> decide, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(decide);
        var outcome = await database.WriteAsync(
            async (db, cancel) =>
            {
                if (idempotencyKey is not null
                    && await EarlierAsync(db, actor, idempotencyKey, fingerprint, cancel).ConfigureAwait(false) is { } earlier)
                    return earlier;
                var now = time.GetUtcNow();
                var decision = await decide(db, now, cancel).ConfigureAwait(false);
                var problem = decision.Problem;
                if (decision is Outcome<NewOperation>.Done { Value: var asked })
                {
                    problem = await UnavailableAsync(db, asked, cancel).ConfigureAwait(false);
                    if (problem is null) return Add(db, asked, actor, idempotencyKey, fingerprint, now);
                }
                db.ChangeTracker.Clear(); // refused: what was put so far is not to be saved
                return problem!;
            },
            stop).ConfigureAwait(false);
        if (outcome is Outcome<OperationDetails>.Done { Value: var started }) feed.Wake(started.Operation.Id);
        return outcome;
    }

    /// <summary>
    /// A dry run: lets <paramref name="decide"/> do all that it would do for <see cref="StartAsync"/>, in a transaction that is then undone, and
    /// answers with its plan or with its refusal. Idempotency keys play no part in it.
    /// </summary>
    public Task<Outcome<T>> RehearseAsync<T>(
        Func<HeadgateDbContext, DateTimeOffset, CancellationToken, Task<Outcome<(NewOperation Operation, T Plan)>>> decide, CancellationToken stop) =>
        database.RehearseAsync<Outcome<T>>(
            async (db, cancel) =>
            {
                var decision = await decide(db, time.GetUtcNow(), cancel).ConfigureAwait(false);
                if (decision is not Outcome<(NewOperation Operation, T Plan)>.Done { Value: var (asked, plan) })
                {
                    db.ChangeTracker.Clear(); // refused half way
                    return decision.Problem!;
                }
                return await UnavailableAsync(db, asked, cancel).ConfigureAwait(false) is { } problem ? problem : plan;
            },
            stop);

    /// <summary>
    /// An operation needs the driver of its pool. Refused while that is not loaded, rather than begun and given up on minutes later;
    /// what had begun before waits, and is given up on or resumed by the usual rules.
    /// </summary>
    private async Task<Fault?> UnavailableAsync(HeadgateDbContext db, NewOperation asked, CancellationToken stop)
    {
        var poolId = asked.SubjectType switch
        {
            "pool" => asked.SubjectId,
            "volume" => (await db.Volumes.FindAsync([asked.SubjectId], stop).ConfigureAwait(false))?.PoolId,
            "snapshot" => (await db.Snapshots.FindAsync([asked.SubjectId], stop).ConfigureAwait(false))?.PoolId,
            _ => null,
        };
        var pool = poolId is null ? null : await db.Pools.FindAsync([poolId], stop).ConfigureAwait(false);
        return pool is null ? null : providers.WhyNotThere(pool.Provider);
    }

    private static async Task<Outcome<OperationDetails>?> EarlierAsync(
        HeadgateDbContext db, string actor, string key, string fingerprint, CancellationToken stop)
    {
        var earlier = await db.Operations
            .SingleOrDefaultAsync(o => o.Actor == actor && o.IdempotencyKey == key, stop).ConfigureAwait(false);
        if (earlier is null) return null;
        if (earlier.Fingerprint != fingerprint)
            return new Fault("idempotency-key-reused",
                $"The Idempotency-Key '{key}' was used before for another request ({earlier.Kind}); use a new key for a new request.",
                Recovery.FixRequest);
        var details = await OperationJournal.LoadAsync(db, earlier.Id, stop).ConfigureAwait(false);
        return new Outcome<OperationDetails>.Done(details!);
    }

    private OperationDetails Add(
        HeadgateDbContext db, NewOperation asked, string actor, string? idempotencyKey, string fingerprint, DateTimeOffset now) => Write(
        db, asked, [.. asked.AlsoHolds.Prepend(asked.SubjectId).Distinct()], [.. catalog.Get(asked.Kind).Steps.Select(step => step.Name)],
        actor, idempotencyKey, fingerprint, now);

    /// <summary>The rows of an operation that has <paramref name="holds"/> for itself.</summary>
    internal static OperationDetails Write(
        HeadgateDbContext db, NewOperation asked, IReadOnlyList<Guid> holds, IReadOnlyList<string> stepNames, string actor,
        string? idempotencyKey, string? fingerprint, DateTimeOffset now)
    {
        var operation = new Operation
        {
            Id = Guid.CreateVersion7(now),
            Kind = asked.Kind,
            SubjectType = asked.SubjectType,
            SubjectId = asked.SubjectId,
            AccountId = asked.AccountId,
            Actor = actor,
            Status = OperationStatus.Pending,
            Input = asked.Input,
            IdempotencyKey = idempotencyKey,
            Fingerprint = fingerprint,
            CreatedAt = now,
        };
        OperationStep[] steps =
        [
            .. stepNames.Select((name, index) => new OperationStep
            {
                OperationId = operation.Id, Index = index, Name = name, Status = StepStatus.Pending,
            }),
        ];
        db.Operations.Add(operation);
        db.OperationSteps.AddRange(steps);
        foreach (var subject in holds)
            db.OperationSubjects.Add(new OperationSubject { OperationId = operation.Id, SubjectId = subject });
        return new OperationDetails(operation, steps);
    }
}
