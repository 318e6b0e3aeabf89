using Headgate.Primitives;

namespace Headgate.Storage.Filters;

/// <summary>The calls of an opened store, for plans and traces.</summary>
public enum StoreCall
{
#pragma warning disable CS1591 // named like the SDK's members
    Initialize, Attach, EnterMaintenance, LeaveMaintenance, ChangeCapacity, Remove,
    Create, Find, Delete, GrantAccess, RevokeAccess,
    SetQos, Resize, CreateSnapshot, FindSnapshot, Revert, DeleteSnapshot, Clone, Copy, List, VolumeStatistics, PoolStatistics,
    CreateGroup, Adopt, Release,
    HostAdded, HostConnected, HostDisconnected, HostAboutToBeRemoved, HostRemoved,
#pragma warning restore CS1591
}

/// <summary>One call that came back from the driver inside, before anything was lost on the way to the caller.</summary>
/// <param name="Call">Which.</param>
/// <param name="Answer">The outcome as text (drivers keep secrets out of it), or the exception's message.</param>
/// <param name="Fault">The fault of a refused or unknown outcome.</param>
/// <param name="Thrown">What the driver threw; null when it answered.</param>
public sealed record ObservedCall(StoreCall Call, string Answer, Fault? Fault, Exception? Thrown);
