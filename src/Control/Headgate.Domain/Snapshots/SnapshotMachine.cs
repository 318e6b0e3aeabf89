using System.Diagnostics;
using Headgate.Primitives;

namespace Headgate.Domain;

//             ConfirmCreated             BeginRevert
//  Creating ────────────────▶ Ready ◀─────────────────▶ Reverting
//     │                         │      EndRevert
//     │ ReportCreateFailed      │ Delete (also from Error)
//     ▼                         ▼
//  Deleted ◀─ConfirmDeleted─ Deleting ──ReportDeleteFailed──▶ Error (with cause)

/// <summary>Where a snapshot stands.</summary>
public enum SnapshotState
{
    /// <summary>Being taken.</summary>
    Creating,

    /// <summary>Can be reverted to and cloned from.</summary>
    Ready,

    /// <summary>Its volume is being put back to it.</summary>
    Reverting,

    /// <summary>Being ended on the storage.</summary>
    Deleting,

    /// <summary>Gone; kept for the record.</summary>
    Deleted,

    /// <summary>Deleting it failed; the cause says why, and it can be tried again.</summary>
    Error,
}

/// <summary>What can be asked of, or reported about, a snapshot.</summary>
public abstract record SnapshotCommand
{
    private SnapshotCommand() { }

    public sealed record ConfirmCreated(string Handle, ByteSize Size) : SnapshotCommand;

    public sealed record ReportCreateFailed(Cause Cause) : SnapshotCommand;

    public sealed record BeginRevert : SnapshotCommand;

    /// <summary>However the revert went: the snapshot is as it was.</summary>
    public sealed record EndRevert : SnapshotCommand;

    public sealed record Delete : SnapshotCommand;

    public sealed record ConfirmDeleted : SnapshotCommand;

    public sealed record ReportDeleteFailed(Cause Cause) : SnapshotCommand;
}

/// <summary>What happened to a snapshot.</summary>
public abstract record SnapshotEvent
{
    private SnapshotEvent() { }

    public sealed record Created(string Handle, ByteSize Size) : SnapshotEvent;

    public sealed record GivenUp(Cause Cause) : SnapshotEvent;

    public sealed record RevertBegun : SnapshotEvent;

    public sealed record RevertEnded : SnapshotEvent;

    public sealed record DeleteBegun : SnapshotEvent;

    public sealed record Deleted : SnapshotEvent;

    public sealed record Broke(Cause Cause) : SnapshotEvent;
}

/// <summary>Whether a command is lawful for a snapshot now, and what follows. Pure.</summary>
public static class SnapshotMachine
{
    /// <summary>The snapshot after <paramref name="command"/>: as it was for a harmless repeat, or the refusal.</summary>
    public static Outcome<Snapshot> Apply(Snapshot snapshot, SnapshotCommand command)
    {
        var decision = Decide(snapshot, command);
        if (decision.Refusal is { } refusal) return refusal;
        return decision.Event is { } accepted ? Evolve(snapshot, accepted) : snapshot;
    }

    public static Decision<SnapshotEvent> Decide(Snapshot snapshot, SnapshotCommand command) => (snapshot.State, command) switch
    {
        (SnapshotState.Creating, SnapshotCommand.ConfirmCreated c) => Accept(new SnapshotEvent.Created(c.Handle, c.Size)),
        (SnapshotState.Creating, SnapshotCommand.ReportCreateFailed c) => Accept(new SnapshotEvent.GivenUp(c.Cause)),
        (SnapshotState.Ready, SnapshotCommand.BeginRevert) => Accept(new SnapshotEvent.RevertBegun()),
        (SnapshotState.Reverting, SnapshotCommand.EndRevert) => Accept(new SnapshotEvent.RevertEnded()),
        (SnapshotState.Ready or SnapshotState.Error, SnapshotCommand.Delete) => Accept(new SnapshotEvent.DeleteBegun()),
        (SnapshotState.Deleting, SnapshotCommand.ConfirmDeleted) => Accept(new SnapshotEvent.Deleted()),
        (SnapshotState.Deleting, SnapshotCommand.ReportDeleteFailed c) => Accept(new SnapshotEvent.Broke(c.Cause)),

        // Repeats are answered, not refused: the caller may have lost our first reply.
        (SnapshotState.Ready, SnapshotCommand.ConfirmCreated or SnapshotCommand.EndRevert) => Decision<SnapshotEvent>.NothingToDo,
        (SnapshotState.Deleting, SnapshotCommand.Delete) => Decision<SnapshotEvent>.NothingToDo,
        (SnapshotState.Deleted, SnapshotCommand.Delete or SnapshotCommand.ConfirmDeleted or SnapshotCommand.ReportCreateFailed) =>
            Decision<SnapshotEvent>.NothingToDo,
        (SnapshotState.Error, SnapshotCommand.ReportDeleteFailed) => Decision<SnapshotEvent>.NothingToDo,

        var (state, other) => Decision<SnapshotEvent>.Refuse(new Fault("snapshot-state",
            $"{other.GetType().Name} was asked of snapshot {snapshot.Name}, which is {state.ToString().ToLowerInvariant()}; " +
            "it is not possible in that state.", Recovery.FixRequest)),
    };

    public static Snapshot Evolve(Snapshot snapshot, SnapshotEvent e) => e switch
    {
        SnapshotEvent.Created c => snapshot with { State = SnapshotState.Ready, Handle = c.Handle, Size = c.Size },
        SnapshotEvent.GivenUp g => snapshot with { State = SnapshotState.Deleted, Cause = g.Cause },
        SnapshotEvent.RevertBegun => snapshot with { State = SnapshotState.Reverting },
        SnapshotEvent.RevertEnded => snapshot with { State = SnapshotState.Ready },
        SnapshotEvent.DeleteBegun => snapshot with { State = SnapshotState.Deleting, Cause = null },
        SnapshotEvent.Deleted => snapshot with { State = SnapshotState.Deleted, Handle = null },
        SnapshotEvent.Broke b => snapshot with { State = SnapshotState.Error, Cause = b.Cause },
        _ => throw new UnreachableException(e.GetType().Name),
    };

    private static Decision<SnapshotEvent> Accept(SnapshotEvent e) => Decision<SnapshotEvent>.Accept(e);
}
