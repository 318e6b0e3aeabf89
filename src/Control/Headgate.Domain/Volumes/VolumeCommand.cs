using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>What can be asked of, or reported about, a volume.</summary>
public abstract record VolumeCommand
{
    private VolumeCommand() { }

    public sealed record ConfirmCreated(string Handle, ByteSize Size, IReadOnlyList<Promise> Promises) : VolumeCommand;

    public sealed record ReportCreateFailed(Cause Cause) : VolumeCommand;

    /// <summary>Placed and reserved; it is made when it is connected first.</summary>
    public sealed record ConfirmAllocated : VolumeCommand;

    /// <summary>It is connected first, so it is made now.</summary>
    public sealed record BeginProvision : VolumeCommand;

    /// <summary>It was not made, or taken away again, and can be connected another time.</summary>
    public sealed record ReportProvisionFailed(Cause Cause) : VolumeCommand;

    /// <summary>To be forgotten here and left on its storage.</summary>
    public sealed record Unmanage : VolumeCommand;

    public sealed record ConfirmUnmanaged : VolumeCommand;

    public sealed record ReportUnmanageFailed : VolumeCommand;

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

    /// <param name="At">Now.</param>
    /// <param name="PurgeAt">When it is expunged by itself; null for never.</param>
    public sealed record ConfirmDeleted(DateTimeOffset At, DateTimeOffset? PurgeAt = null) : VolumeCommand;

    public sealed record ReportDeleteFailed : VolumeCommand;

    public sealed record Recover : VolumeCommand;

    public sealed record Expunge : VolumeCommand;

    public sealed record ConfirmExpunged : VolumeCommand;

    public sealed record ReportExpungeFailed(Cause Cause) : VolumeCommand;

    /// <summary>The storage does not have it any more, or cannot read it.</summary>
    public sealed record ReportMissing(Cause Cause) : VolumeCommand;

    /// <summary>The storage has it again and can read it.</summary>
    public sealed record ReportFound : VolumeCommand;
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

    public sealed record Deleted(DateTimeOffset At, DateTimeOffset? PurgeAt) : VolumeEvent;

    public sealed record Allocated : VolumeEvent;

    public sealed record ProvisionBegun : VolumeEvent;

    public sealed record ProvisionGivenUp(Cause Cause) : VolumeEvent;

    public sealed record UnmanageBegun : VolumeEvent;

    public sealed record UnmanageGivenUp : VolumeEvent;

    /// <summary>Ready again, as it was.</summary>
    public sealed record Restored : VolumeEvent;

    public sealed record ExpungeBegun : VolumeEvent;

    public sealed record Expunged : VolumeEvent;

    public sealed record Broke(Cause Cause) : VolumeEvent;

    /// <summary>As it was before it was missing: ready, or in the recycle bin.</summary>
    public sealed record Found : VolumeEvent;
}
