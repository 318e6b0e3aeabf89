using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>What can be asked of, or reported about, a volume.</summary>
public abstract record VolumeCommand
{
    private VolumeCommand() { }

    public sealed record ConfirmCreated(string Handle, ByteSize Size, IReadOnlyList<Promise> Promises) : VolumeCommand;

    public sealed record ReportCreateFailed(Cause Cause) : VolumeCommand;

    public sealed record BeginResize(ByteSize Size) : VolumeCommand;

    public sealed record ConfirmResized(ByteSize Size, IReadOnlyList<Promise> Promises) : VolumeCommand;

    public sealed record ReportResizeFailed : VolumeCommand;

    public sealed record BeginChange : VolumeCommand;

    public sealed record ConfirmChanged(Guid DiskOfferingId, IReadOnlyList<Promise> Promises) : VolumeCommand;

    public sealed record ReportChangeFailed : VolumeCommand;

    /// <param name="Connections">Initiators that have a grant.</param>
    public sealed record BeginRevert(int Connections) : VolumeCommand;

    public sealed record ConfirmReverted : VolumeCommand;

    public sealed record ReportRevertFailed : VolumeCommand;

    /// <param name="Connections">Initiators that have a grant.</param>
    public sealed record BeginMove(int Connections) : VolumeCommand;

    /// <summary>Its data is on the other pool, read back and compared: from now on it is there.</summary>
    public sealed record ConfirmMoved(
        Guid PoolId, Guid StorageKey, string Handle, ByteSize Size, Guid DiskOfferingId, IReadOnlyList<Promise> Promises) : VolumeCommand;

    public sealed record ReportMoveFailed : VolumeCommand;

    public sealed record Delete : VolumeCommand;

    public sealed record ConfirmDeleted(DateTimeOffset At) : VolumeCommand;

    public sealed record ReportDeleteFailed : VolumeCommand;

    public sealed record Recover : VolumeCommand;

    public sealed record Expunge : VolumeCommand;

    public sealed record ConfirmExpunged : VolumeCommand;

    public sealed record ReportExpungeFailed(Cause Cause) : VolumeCommand;

    public sealed record ReportMissing(Cause Cause) : VolumeCommand;
}

/// <summary>What happened to a volume.</summary>
public abstract record VolumeEvent
{
    private VolumeEvent() { }

    public sealed record Created(string Handle, ByteSize Size, IReadOnlyList<Promise> Promises) : VolumeEvent;

    /// <summary>It was never made, or was taken away again: nothing of it is left.</summary>
    public sealed record GivenUp(Cause Cause) : VolumeEvent;

    public sealed record ResizeBegun : VolumeEvent;

    public sealed record Resized(ByteSize Size, IReadOnlyList<Promise> Promises) : VolumeEvent;

    public sealed record ChangeBegun : VolumeEvent;

    public sealed record Changed(Guid DiskOfferingId, IReadOnlyList<Promise> Promises) : VolumeEvent;

    public sealed record RevertBegun : VolumeEvent;

    public sealed record MoveBegun : VolumeEvent;

    public sealed record Moved(
        Guid PoolId, Guid StorageKey, string Handle, ByteSize Size, Guid DiskOfferingId, IReadOnlyList<Promise> Promises) : VolumeEvent;

    public sealed record DeleteBegun : VolumeEvent;

    public sealed record Deleted(DateTimeOffset At) : VolumeEvent;

    /// <summary>Ready again, as it was.</summary>
    public sealed record Restored : VolumeEvent;

    public sealed record ExpungeBegun : VolumeEvent;

    public sealed record Expunged : VolumeEvent;

    public sealed record Broke(Cause Cause) : VolumeEvent;
}
