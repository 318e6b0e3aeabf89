using System.Diagnostics;
using Headgate.Primitives;

namespace Headgate.Domain;

//              ConfirmCreated       BeginResize, BeginChange, BeginRevert, BeginMove
//  Creating ──────────────────▶ Ready ◀─────────────────────▶ Resizing, Changing, Reverting, Moving
//     │                          │ ▲       Confirm… or Report…Failed
//     │ ReportCreateFailed       │ │ Recover
//     │                   Delete ▼ │ ReportDeleteFailed
//     │                     Deleting ──ConfirmDeleted──▶ Deleted (recycle bin; Recover leads back to Ready)
//     │                                                     │ Expunge (also from Error)
//     ▼              ConfirmExpunged                        ▼
//  Expunged ◀────────────────────────────────────────── Expunging ──ReportExpungeFailed──▶ Error (with cause)
//
// ReportMissing leads from Ready and Deleted to Error: the storage no longer has it. Connections are rows of their own
// (VolumeAccess) and do not change the state.

/// <summary>Where a volume stands.</summary>
public enum VolumeState
{
    /// <summary>Placed and reserved, being made.</summary>
    Creating,

    /// <summary>Can be connected.</summary>
    Ready,

    /// <summary>Growing.</summary>
    Resizing,

    /// <summary>Its promises or its offering are being changed.</summary>
    Changing,

    /// <summary>Its data is being put back to a snapshot's.</summary>
    Reverting,

    /// <summary>Its data is being copied to another pool.</summary>
    Moving,

    /// <summary>Its connections are being taken away.</summary>
    Deleting,

    /// <summary>In the recycle bin: nobody sees it, its data is kept.</summary>
    Deleted,

    /// <summary>Being ended on the storage.</summary>
    Expunging,

    /// <summary>Gone; kept for the record.</summary>
    Expunged,

    /// <summary>Not usable; the cause says why. Expunge ends it.</summary>
    Error,
}

/// <summary>Whether a command is lawful for a volume now, and what follows. Pure.</summary>
public static class VolumeMachine
{
    /// <summary>The volume after <paramref name="command"/>: as it was for a harmless repeat, or the refusal.</summary>
    public static Outcome<Volume> Apply(Volume volume, VolumeCommand command)
    {
        var decision = Decide(volume, command);
        if (decision.Refusal is { } refusal) return refusal;
        return decision.Event is { } accepted ? Evolve(volume, accepted) : volume;
    }

    public static Decision<VolumeEvent> Decide(Volume volume, VolumeCommand command) => (volume.State, command) switch
    {
        (VolumeState.Creating, VolumeCommand.ConfirmCreated c) => Accept(new VolumeEvent.Created(c.Handle, c.Size, c.Promises)),
        (VolumeState.Creating, VolumeCommand.ReportCreateFailed c) => Accept(new VolumeEvent.GivenUp(c.Cause)),

        (VolumeState.Ready, VolumeCommand.BeginResize c) => c.Size > volume.Size
            ? Accept(new VolumeEvent.ResizeBegun())
            : Refuse("size-out-of-range",
                $"Volume {volume.Name} has {volume.Size}; {c.Size} was asked. A volume can only grow; ask for more than it has."),
        (VolumeState.Resizing, VolumeCommand.ConfirmResized c) => Accept(new VolumeEvent.Resized(c.Size, c.Promises)),
        (VolumeState.Resizing, VolumeCommand.ReportResizeFailed) => Accept(new VolumeEvent.Restored()),

        (VolumeState.Ready, VolumeCommand.BeginChange) => Accept(new VolumeEvent.ChangeBegun()),
        (VolumeState.Changing, VolumeCommand.ConfirmChanged c) =>
            Accept(new VolumeEvent.Changed(c.DiskOfferingId, c.Promises)),
        (VolumeState.Changing, VolumeCommand.ReportChangeFailed) => Accept(new VolumeEvent.Restored()),

        (VolumeState.Ready, VolumeCommand.BeginRevert c) => c.Connections == 0
            ? Accept(new VolumeEvent.RevertBegun())
            : Refuse("volume-connected",
                $"Volume {volume.Name} is connected to {c.Connections} initiator(s); disconnect it before a revert."),
        (VolumeState.Reverting, VolumeCommand.ConfirmReverted) => Accept(new VolumeEvent.Restored()),
        (VolumeState.Reverting, VolumeCommand.ReportRevertFailed) => Accept(new VolumeEvent.Restored()),

        (VolumeState.Ready, VolumeCommand.BeginMove c) => c.Connections == 0
            ? Accept(new VolumeEvent.MoveBegun())
            : Refuse("volume-connected",
                $"Volume {volume.Name} has to go to another pool for that, and is connected to {c.Connections} initiator(s), which a move would cut off " +
                "from its data. Disconnect it first."),
        (VolumeState.Moving, VolumeCommand.ConfirmMoved c) =>
            Accept(new VolumeEvent.Moved(c.PoolId, c.StorageKey, c.Handle, c.Size, c.DiskOfferingId, c.Promises)),
        (VolumeState.Moving, VolumeCommand.ReportMoveFailed) => Accept(new VolumeEvent.Restored()),

        (VolumeState.Ready, VolumeCommand.Delete) => Accept(new VolumeEvent.DeleteBegun()),
        (VolumeState.Deleting, VolumeCommand.ConfirmDeleted c) => Accept(new VolumeEvent.Deleted(c.At)),
        (VolumeState.Deleting, VolumeCommand.ReportDeleteFailed) => Accept(new VolumeEvent.Restored()),
        (VolumeState.Deleted, VolumeCommand.Recover) => Accept(new VolumeEvent.Restored()),

        (VolumeState.Deleted or VolumeState.Error, VolumeCommand.Expunge) => Accept(new VolumeEvent.ExpungeBegun()),
        (VolumeState.Expunging, VolumeCommand.ConfirmExpunged) => Accept(new VolumeEvent.Expunged()),
        (VolumeState.Expunging, VolumeCommand.ReportExpungeFailed c) => Accept(new VolumeEvent.Broke(c.Cause)),

        (VolumeState.Ready or VolumeState.Deleted, VolumeCommand.ReportMissing c) => Accept(new VolumeEvent.Broke(c.Cause)),

        _ => RepeatOrRefusal(volume, command),
    };

    /// <summary>Repeats are answered, not refused: the caller may have lost our first reply.</summary>
    private static Decision<VolumeEvent> RepeatOrRefusal(Volume volume, VolumeCommand command) => (volume.State, command) switch
    {
        (VolumeState.Ready, VolumeCommand.ConfirmCreated or VolumeCommand.ConfirmResized or VolumeCommand.ConfirmChanged
            or VolumeCommand.ConfirmReverted or VolumeCommand.Recover or VolumeCommand.ReportResizeFailed
            or VolumeCommand.ReportChangeFailed or VolumeCommand.ReportRevertFailed or VolumeCommand.ReportMoveFailed
            or VolumeCommand.ReportDeleteFailed) => Decision<VolumeEvent>.NothingToDo,
        (VolumeState.Deleting, VolumeCommand.Delete) => Decision<VolumeEvent>.NothingToDo,
        (VolumeState.Deleted, VolumeCommand.Delete or VolumeCommand.ConfirmDeleted) => Decision<VolumeEvent>.NothingToDo,
        (VolumeState.Expunging, VolumeCommand.Expunge) => Decision<VolumeEvent>.NothingToDo,
        (VolumeState.Expunged, VolumeCommand.Expunge or VolumeCommand.ConfirmExpunged or VolumeCommand.ReportCreateFailed) =>
            Decision<VolumeEvent>.NothingToDo,
        (VolumeState.Error, VolumeCommand.ReportExpungeFailed or VolumeCommand.ReportMissing) =>
            Decision<VolumeEvent>.NothingToDo,
        (VolumeState.Ready, VolumeCommand.Expunge) => Refuse("volume-state",
            $"Volume {volume.Name} is in use; expunge was asked, which ends its data for good. Delete it first."),
        var (state, other) => Refuse("volume-state",
            $"{other.GetType().Name} was asked of volume {volume.Name}, which is {state.ToString().ToLowerInvariant()}" +
            $"{(volume.Cause is { } cause ? $" ({cause.Message})" : "")}; it is not possible in that state."),
    };

    public static Volume Evolve(Volume volume, VolumeEvent e) => e switch
    {
        VolumeEvent.Created c => volume with
        {
            State = VolumeState.Ready, Handle = c.Handle, Size = c.Size, Promises = c.Promises,
        },
        VolumeEvent.GivenUp g => volume with { State = VolumeState.Expunged, Cause = g.Cause, Handle = null },
        VolumeEvent.ResizeBegun => volume with { State = VolumeState.Resizing },
        VolumeEvent.Resized r => volume with { State = VolumeState.Ready, Size = r.Size, Promises = r.Promises },
        VolumeEvent.ChangeBegun => volume with { State = VolumeState.Changing },
        VolumeEvent.Changed c => volume with
        {
            State = VolumeState.Ready, DiskOfferingId = c.DiskOfferingId, Promises = c.Promises,
        },
        VolumeEvent.RevertBegun => volume with { State = VolumeState.Reverting },
        VolumeEvent.MoveBegun => volume with { State = VolumeState.Moving },
        VolumeEvent.Moved m => volume with
        {
            State = VolumeState.Ready, PoolId = m.PoolId, StorageKey = m.StorageKey, Handle = m.Handle, Size = m.Size,
            DiskOfferingId = m.DiskOfferingId, Promises = m.Promises,
        },
        VolumeEvent.DeleteBegun => volume with { State = VolumeState.Deleting },
        VolumeEvent.Deleted d => volume with { State = VolumeState.Deleted, DeletedAt = d.At },
        VolumeEvent.Restored => volume with { State = VolumeState.Ready, DeletedAt = null },
        VolumeEvent.ExpungeBegun => volume with { State = VolumeState.Expunging, Cause = null },
        VolumeEvent.Expunged => volume with { State = VolumeState.Expunged, Handle = null },
        VolumeEvent.Broke b => volume with { State = VolumeState.Error, Cause = b.Cause },
        _ => throw new UnreachableException(e.GetType().Name),
    };

    private static Decision<VolumeEvent> Accept(VolumeEvent e) => Decision<VolumeEvent>.Accept(e);

    private static Decision<VolumeEvent> Refuse(string code, string message) =>
        Decision<VolumeEvent>.Refuse(new Fault(code, message, Recovery.FixRequest));
}
