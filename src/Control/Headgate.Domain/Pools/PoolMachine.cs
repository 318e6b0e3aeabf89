using System.Diagnostics;
using Headgate.Primitives;

namespace Headgate.Domain;

//                 ConfirmInitialized        Disable
//  Initializing ─────────────────────▶ Up ◀─────────▶ Disabled
//      │                               │▲   Enable       │
//      │ ReportInitializeFailed        ││ Enable         │ Maintain
//      ▼                      Maintain ▼│                │
//   Removed ◀──────────┐          Maintenance ◀──────────┘
//      ▲               │               │
//      │ ConfirmRemoved│               │ Remove (also from Up, Disabled, Error)
//      └───────── Removing ◀───────────┘
//                      │ ReportRemoveFailed
//                      ▼
//                    Error (with cause)
//
// New volumes are placed on Up only. Existing volumes are served in every state but Removed.

/// <summary>Where a pool stands.</summary>
public enum PoolState
{
    /// <summary>Being added: the storage is being asked what it is.</summary>
    Initializing,

    /// <summary>In service.</summary>
    Up,

    /// <summary>Takes no new volumes.</summary>
    Disabled,

    /// <summary>Takes no new volumes, and its storage was told to expect work on it.</summary>
    Maintenance,

    /// <summary>Being taken away.</summary>
    Removing,

    /// <summary>Gone; kept for the record.</summary>
    Removed,

    /// <summary>Taking it away failed; the cause says why, and it can be tried again.</summary>
    Error,
}

/// <summary>What can be asked of a pool.</summary>
public abstract record PoolCommand
{
    private PoolCommand() { }

    public sealed record ConfirmInitialized(PoolFindings Findings) : PoolCommand;

    public sealed record ReportInitializeFailed(Cause Cause) : PoolCommand;

    /// <summary>The storage was asked again what it is.</summary>
    public sealed record TakeUp(PoolFindings Findings) : PoolCommand;

    /// <summary>Uses less of the storage than it has, or promises more or fewer IOPS than it says; null for what it has.</summary>
    public sealed record Bound(ByteSize? Bytes, long? Iops) : PoolCommand;

    public sealed record Enable : PoolCommand;

    public sealed record Disable : PoolCommand;

    public sealed record Maintain : PoolCommand;

    /// <param name="Volumes">Volumes that are still on it, those in the recycle bin included.</param>
    public sealed record Remove(int Volumes) : PoolCommand;

    public sealed record ConfirmRemoved : PoolCommand;

    public sealed record ReportRemoveFailed(Cause Cause) : PoolCommand;
}

/// <summary>What the storage turned out to be.</summary>
public sealed record PoolFindings(
    string BackendId, string Description, ByteSize? Bytes, long? Iops, string Capabilities,
    ByteSize ForeignBytes, long ForeignIops);

/// <summary>What happened to a pool.</summary>
public abstract record PoolEvent
{
    private PoolEvent() { }

    public sealed record Initialized(PoolFindings Findings) : PoolEvent;

    public sealed record Rediscovered(PoolFindings Findings) : PoolEvent;

    public sealed record Bounded(ByteSize? Bytes, long? Iops) : PoolEvent;

    public sealed record GivenUp(Cause Cause) : PoolEvent;

    public sealed record Enabled : PoolEvent;

    public sealed record Disabled : PoolEvent;

    public sealed record MaintenanceEntered : PoolEvent;

    public sealed record RemovalBegun : PoolEvent;

    public sealed record Removed : PoolEvent;

    public sealed record RemovalFailed(Cause Cause) : PoolEvent;
}

/// <summary>Whether a command is lawful for a pool now, and what follows. Pure.</summary>
public static class PoolMachine
{
    /// <summary>The pool after <paramref name="command"/>: as it was for a harmless repeat, or the refusal.</summary>
    public static Outcome<StoragePool> Apply(StoragePool pool, PoolCommand command)
    {
        var decision = Decide(pool, command);
        if (decision.Refusal is { } refusal) return refusal;
        return decision.Event is { } accepted ? Evolve(pool, accepted) : pool;
    }

    public static Decision<PoolEvent> Decide(StoragePool pool, PoolCommand command) => (pool.State, command) switch
    {
        (PoolState.Initializing, PoolCommand.ConfirmInitialized c) => Accept(new PoolEvent.Initialized(c.Findings)),
        (PoolState.Initializing, PoolCommand.ReportInitializeFailed c) => Accept(new PoolEvent.GivenUp(c.Cause)),

        (PoolState.Up or PoolState.Disabled or PoolState.Maintenance, PoolCommand.TakeUp t) =>
            t.Findings.BackendId == pool.BackendId ? Accept(new PoolEvent.Rediscovered(t.Findings)) : Refuse("backend-changed",
                $"Pool {pool.Name} was on {pool.BackendId}, and its settings lead to {t.Findings.BackendId} now. Nothing was taken up; put the address right."),
        (PoolState.Up or PoolState.Disabled or PoolState.Maintenance, PoolCommand.Bound b) =>
            PoolCapacityRules.Problem(pool, b) is { } below ? Decision<PoolEvent>.Refuse(below) : Accept(new PoolEvent.Bounded(b.Bytes, b.Iops)),

        (PoolState.Disabled or PoolState.Maintenance, PoolCommand.Enable) => Accept(new PoolEvent.Enabled()),
        (PoolState.Up, PoolCommand.Disable) => Accept(new PoolEvent.Disabled()),
        (PoolState.Up or PoolState.Disabled, PoolCommand.Maintain) => Accept(new PoolEvent.MaintenanceEntered()),

        (PoolState.Up or PoolState.Disabled or PoolState.Maintenance or PoolState.Error, PoolCommand.Remove r) =>
            r.Volumes == 0 ? Accept(new PoolEvent.RemovalBegun()) : Refuse("pool-in-use",
                $"Pool {pool.Name} still holds {r.Volumes} volume(s), deleted but not expunged ones included; expunge them first."),
        (PoolState.Removing, PoolCommand.ConfirmRemoved) => Accept(new PoolEvent.Removed()),
        (PoolState.Removing, PoolCommand.ReportRemoveFailed c) => Accept(new PoolEvent.RemovalFailed(c.Cause)),

        // Repeats are answered, not refused: the caller may have lost our first reply.
        (PoolState.Up, PoolCommand.ConfirmInitialized or PoolCommand.Enable) => Decision<PoolEvent>.NothingToDo,
        (PoolState.Disabled, PoolCommand.Disable) => Decision<PoolEvent>.NothingToDo,
        (PoolState.Maintenance, PoolCommand.Maintain) => Decision<PoolEvent>.NothingToDo,
        (PoolState.Removed, PoolCommand.ConfirmRemoved or PoolCommand.ReportInitializeFailed) => Decision<PoolEvent>.NothingToDo,
        (PoolState.Error, PoolCommand.ReportRemoveFailed) => Decision<PoolEvent>.NothingToDo,

        var (state, other) => Refuse("pool-state",
            $"{other.GetType().Name} was asked of pool {pool.Name}, which is {Lower(state)}; it is not possible in that state."),
    };

    public static StoragePool Evolve(StoragePool pool, PoolEvent e) => e switch
    {
        PoolEvent.Initialized i => With(pool, i.Findings) with { State = PoolState.Up, BackendId = i.Findings.BackendId },
        PoolEvent.Rediscovered r => With(pool, r.Findings),
        PoolEvent.Bounded b => pool with { AllowedBytes = b.Bytes, AllowedIops = b.Iops },
        PoolEvent.GivenUp g => pool with { State = PoolState.Removed, Cause = g.Cause },
        PoolEvent.Enabled => pool with { State = PoolState.Up },
        PoolEvent.Disabled => pool with { State = PoolState.Disabled },
        PoolEvent.MaintenanceEntered => pool with { State = PoolState.Maintenance },
        PoolEvent.RemovalBegun => pool with { State = PoolState.Removing, Cause = null },
        PoolEvent.Removed => pool with { State = PoolState.Removed },
        PoolEvent.RemovalFailed f => pool with { State = PoolState.Error, Cause = f.Cause },
        _ => throw new UnreachableException(e.GetType().Name),
    };

    private static StoragePool With(StoragePool pool, PoolFindings found) => pool with
    {
        Description = found.Description,
        FoundBytes = found.Bytes,
        FoundIops = found.Iops,
        Capabilities = found.Capabilities,
        ForeignBytes = found.ForeignBytes,
        ForeignIops = found.ForeignIops,
    };

    private static Decision<PoolEvent> Accept(PoolEvent e) => Decision<PoolEvent>.Accept(e);

    private static Decision<PoolEvent> Refuse(string code, string message) =>
        Decision<PoolEvent>.Refuse(new Fault(code, message, Recovery.FixRequest));

    private static string Lower(PoolState state) => state.ToString().ToLowerInvariant();
}
