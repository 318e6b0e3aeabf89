namespace Headgate.Storage.Filters;

/// <summary>The calls of an opened store, for plans and traces.</summary>
public enum StoreCall
{
#pragma warning disable CS1591 // named like the SDK's members
    Initialize, Attach, EnterMaintenance, LeaveMaintenance, Remove,
    Create, Find, Delete, GrantAccess, RevokeAccess,
    SetQos, Resize, CreateSnapshot, FindSnapshot, Revert, DeleteSnapshot, Clone, List, VolumeStatistics, PoolStatistics,
    HostAdded, HostConnected, HostDisconnected, HostAboutToBeRemoved, HostRemoved,
#pragma warning restore CS1591
}
