using System.Text.Json.Serialization.Metadata;
using Headgate.Element.Contracts;
using Headgate.Element.Wire;

namespace Headgate.Element;

/// <summary>Every method of sections "cluster" to "QoS" of the API, by name. What each does is in the Element API reference.</summary>
public static class ElementMethods
{
#pragma warning disable CS1591 // one per method, named like it
    // Handshake and cluster.
    public static ElementMethod<Empty, GetApiResult> GetAPI { get; } =
        Read("GetAPI", P.Empty, R.GetApiResult);
    public static ElementMethod<Empty, GetClusterInfoResult> GetClusterInfo { get; } =
        Read("GetClusterInfo", P.Empty, R.GetClusterInfoResult);
    public static ElementMethod<Empty, GetClusterVersionInfoResult> GetClusterVersionInfo { get; } =
        Read("GetClusterVersionInfo", P.Empty, R.GetClusterVersionInfoResult);
    public static ElementMethod<Empty, ClusterCapacityResult> GetClusterCapacity { get; } =
        Read("GetClusterCapacity", P.Empty, R.ClusterCapacityResult);
    public static ElementMethod<Empty, ClusterStatsResult> GetClusterStats { get; } =
        Read("GetClusterStats", P.Empty, R.ClusterStatsResult);
    public static ElementMethod<Empty, ClusterFullThreshold> GetClusterFullThreshold { get; } =
        Read("GetClusterFullThreshold", P.Empty, R.ClusterFullThreshold);
    public static ElementMethod<GetClusterHardwareInfoParams, GetClusterHardwareInfoResult> GetClusterHardwareInfo { get; } =
        Read("GetClusterHardwareInfo", P.GetClusterHardwareInfoParams, R.GetClusterHardwareInfoResult);
    public static ElementMethod<Empty, GetLimitsResult> GetLimits { get; } =
        Read("GetLimits", P.Empty, R.GetLimitsResult);
    public static ElementMethod<Empty, ListActiveNodesResult> ListActiveNodes { get; } =
        Read("ListActiveNodes", P.Empty, R.ListActiveNodesResult);
    public static ElementMethod<Empty, ListAllNodesResult> ListAllNodes { get; } =
        Read("ListAllNodes", P.Empty, R.ListAllNodesResult);
    public static ElementMethod<Empty, ListPendingNodesResult> ListPendingNodes { get; } =
        Read("ListPendingNodes", P.Empty, R.ListPendingNodesResult);
    public static ElementMethod<Empty, ListNodeStatsResult> ListNodeStats { get; } =
        Read("ListNodeStats", P.Empty, R.ListNodeStatsResult);
    public static ElementMethod<Empty, ListDrivesResult> ListDrives { get; } =
        Read("ListDrives", P.Empty, R.ListDrivesResult);
    public static ElementMethod<ListClusterFaultsParams, ListClusterFaultsResult> ListClusterFaults { get; } =
        Read("ListClusterFaults", P.ListClusterFaultsParams, R.ListClusterFaultsResult);
    public static ElementMethod<ListEventsParams, ListEventsResult> ListEvents { get; } =
        Read("ListEvents", P.ListEventsParams, R.ListEventsResult);
    public static ElementMethod<Empty, ListIscsiSessionsResult> ListISCSISessions { get; } =
        Read("ListISCSISessions", P.Empty, R.ListIscsiSessionsResult);

    // Accounts.
    public static ElementMethod<AddAccountParams, AddAccountResult> AddAccount { get; } =
        Change("AddAccount", P.AddAccountParams, R.AddAccountResult);
    public static ElementMethod<GetAccountByNameParams, AccountResult> GetAccountByName { get; } =
        Read("GetAccountByName", P.GetAccountByNameParams, R.AccountResult);
    public static ElementMethod<AccountParams, AccountResult> GetAccountByID { get; } =
        Read("GetAccountByID", P.AccountParams, R.AccountResult);
    public static ElementMethod<ListAccountsParams, ListAccountsResult> ListAccounts { get; } =
        Read("ListAccounts", P.ListAccountsParams, R.ListAccountsResult);
    public static ElementMethod<ModifyAccountParams, AccountResult> ModifyAccount { get; } =
        Change("ModifyAccount", P.ModifyAccountParams, R.AccountResult);
    public static ElementMethod<AccountParams, Empty> RemoveAccount { get; } =
        Change("RemoveAccount", P.AccountParams, R.Empty);

    // Volumes.
    public static ElementMethod<CreateVolumeParams, VolumeWithCurveResult> CreateVolume { get; } =
        Change("CreateVolume", P.CreateVolumeParams, R.VolumeWithCurveResult);
    public static ElementMethod<ModifyVolumeParams, VolumeResult> ModifyVolume { get; } =
        Change("ModifyVolume", P.ModifyVolumeParams, R.VolumeResult);
    public static ElementMethod<ModifyVolumesParams, ModifyVolumesResult> ModifyVolumes { get; } =
        Change("ModifyVolumes", P.ModifyVolumesParams, R.ModifyVolumesResult);
    public static ElementMethod<VolumeParams, VolumeWithCurveResult> DeleteVolume { get; } =
        Change("DeleteVolume", P.VolumeParams, R.VolumeWithCurveResult);
    public static ElementMethod<VolumesSelectionParams, VolumesWithCurveResult> DeleteVolumes { get; } =
        Change("DeleteVolumes", P.VolumesSelectionParams, R.VolumesWithCurveResult);
    public static ElementMethod<VolumeParams, Empty> PurgeDeletedVolume { get; } =
        Change("PurgeDeletedVolume", P.VolumeParams, R.Empty);
    public static ElementMethod<VolumesSelectionParams, Empty> PurgeDeletedVolumes { get; } =
        Change("PurgeDeletedVolumes", P.VolumesSelectionParams, R.Empty);
    public static ElementMethod<VolumeParams, Empty> RestoreDeletedVolume { get; } =
        Change("RestoreDeletedVolume", P.VolumeParams, R.Empty);
    public static ElementMethod<ListVolumesParams, VolumesResult> ListVolumes { get; } =
        Read("ListVolumes", P.ListVolumesParams, R.VolumesResult);
    public static ElementMethod<ListActiveVolumesParams, VolumesResult> ListActiveVolumes { get; } =
        Read("ListActiveVolumes", P.ListActiveVolumesParams, R.VolumesResult);
    public static ElementMethod<ListVolumesForAccountParams, VolumesResult> ListVolumesForAccount { get; } =
        Read("ListVolumesForAccount", P.ListVolumesForAccountParams, R.VolumesResult);
    public static ElementMethod<Empty, VolumesResult> ListDeletedVolumes { get; } =
        Read("ListDeletedVolumes", P.Empty, R.VolumesResult);
    public static ElementMethod<Empty, GetVolumeCountResult> GetVolumeCount { get; } =
        Read("GetVolumeCount", P.Empty, R.GetVolumeCountResult);

    // Clones and asynchronous results.
    public static ElementMethod<CloneVolumeParams, CloneVolumeResult> CloneVolume { get; } =
        Change("CloneVolume", P.CloneVolumeParams, R.CloneVolumeResult);
    public static ElementMethod<CloneMultipleVolumesParams, CloneMultipleVolumesResult> CloneMultipleVolumes { get; } =
        Change("CloneMultipleVolumes", P.CloneMultipleVolumesParams, R.CloneMultipleVolumesResult);
    public static ElementMethod<CopyVolumeParams, CopyVolumeResult> CopyVolume { get; } =
        Change("CopyVolume", P.CopyVolumeParams, R.CopyVolumeResult);
    public static ElementMethod<CancelCloneParams, Empty> CancelClone { get; } =
        Change("CancelClone", P.CancelCloneParams, R.Empty);
    public static ElementMethod<GetAsyncResultParams, GetAsyncResultResult> GetAsyncResult { get; } =
        Change("GetAsyncResult", P.GetAsyncResultParams, R.GetAsyncResultResult);
    public static ElementMethod<ListAsyncResultsParams, ListAsyncResultsResult> ListAsyncResults { get; } =
        Read("ListAsyncResults", P.ListAsyncResultsParams, R.ListAsyncResultsResult);
    public static ElementMethod<Empty, ListSyncJobsResult> ListSyncJobs { get; } =
        Read("ListSyncJobs", P.Empty, R.ListSyncJobsResult);
    public static ElementMethod<Empty, ListBulkVolumeJobsResult> ListBulkVolumeJobs { get; } =
        Read("ListBulkVolumeJobs", P.Empty, R.ListBulkVolumeJobsResult);

    // Statistics.
    public static ElementMethod<VolumeParams, VolumeStatsResult> GetVolumeStats { get; } =
        Read("GetVolumeStats", P.VolumeParams, R.VolumeStatsResult);
    public static ElementMethod<ListVolumeStatsParams, ListVolumeStatsResult> ListVolumeStats { get; } =
        Read("ListVolumeStats", P.ListVolumeStatsParams, R.ListVolumeStatsResult);
    public static ElementMethod<Empty, ListVolumeStatsResult> ListVolumeStatsByVolume { get; } =
        Read("ListVolumeStatsByVolume", P.Empty, R.ListVolumeStatsResult);
    public static ElementMethod<ListVolumeStatsByAccountParams, ListVolumeStatsResult> ListVolumeStatsByAccount { get; } =
        Read("ListVolumeStatsByAccount", P.ListVolumeStatsByAccountParams, R.ListVolumeStatsResult);
    public static ElementMethod<ListVolumeStatsByVolumeAccessGroupParams, ListVolumeStatsResult> ListVolumeStatsByVolumeAccessGroup { get; } =
        Read("ListVolumeStatsByVolumeAccessGroup", P.ListVolumeStatsByVolumeAccessGroupParams, R.ListVolumeStatsResult);
    public static ElementMethod<ListVolumeQoSHistogramsParams, ListVolumeQoSHistogramsResult> ListVolumeQoSHistograms { get; } =
        Read("ListVolumeQoSHistograms", P.ListVolumeQoSHistogramsParams, R.ListVolumeQoSHistogramsResult);
    public static ElementMethod<VolumeParams, EfficiencyResult> GetVolumeEfficiency { get; } =
        Read("GetVolumeEfficiency", P.VolumeParams, R.EfficiencyResult);
    public static ElementMethod<AccountParams, EfficiencyResult> GetAccountEfficiency { get; } =
        Read("GetAccountEfficiency", P.AccountParams, R.EfficiencyResult);

    // Snapshots.
    public static ElementMethod<CreateSnapshotParams, SnapshotTakenResult> CreateSnapshot { get; } =
        Change("CreateSnapshot", P.CreateSnapshotParams, R.SnapshotTakenResult);
    public static ElementMethod<ListSnapshotsParams, ListSnapshotsResult> ListSnapshots { get; } =
        Read("ListSnapshots", P.ListSnapshotsParams, R.ListSnapshotsResult);
    public static ElementMethod<ModifySnapshotParams, SnapshotResult> ModifySnapshot { get; } =
        Change("ModifySnapshot", P.ModifySnapshotParams, R.SnapshotResult);
    public static ElementMethod<SnapshotParams, Empty> DeleteSnapshot { get; } =
        Change("DeleteSnapshot", P.SnapshotParams, R.Empty);
    public static ElementMethod<RollbackToSnapshotParams, SnapshotTakenResult> RollbackToSnapshot { get; } =
        Change("RollbackToSnapshot", P.RollbackToSnapshotParams, R.SnapshotTakenResult);
    public static ElementMethod<CreateGroupSnapshotParams, GroupSnapshotTakenResult> CreateGroupSnapshot { get; } =
        Change("CreateGroupSnapshot", P.CreateGroupSnapshotParams, R.GroupSnapshotTakenResult);
    public static ElementMethod<ListGroupSnapshotsParams, ListGroupSnapshotsResult> ListGroupSnapshots { get; } =
        Read("ListGroupSnapshots", P.ListGroupSnapshotsParams, R.ListGroupSnapshotsResult);
    public static ElementMethod<DeleteGroupSnapshotParams, Empty> DeleteGroupSnapshot { get; } =
        Change("DeleteGroupSnapshot", P.DeleteGroupSnapshotParams, R.Empty);
    public static ElementMethod<RollbackToGroupSnapshotParams, GroupSnapshotTakenResult> RollbackToGroupSnapshot { get; } =
        Change("RollbackToGroupSnapshot", P.RollbackToGroupSnapshotParams, R.GroupSnapshotTakenResult);

    // Access groups and initiators.
    public static ElementMethod<CreateVolumeAccessGroupParams, CreateVolumeAccessGroupResult> CreateVolumeAccessGroup { get; } =
        Change("CreateVolumeAccessGroup", P.CreateVolumeAccessGroupParams, R.CreateVolumeAccessGroupResult);
    public static ElementMethod<ModifyVolumeAccessGroupParams, VolumeAccessGroupResult> ModifyVolumeAccessGroup { get; } =
        Change("ModifyVolumeAccessGroup", P.ModifyVolumeAccessGroupParams, R.VolumeAccessGroupResult);
    public static ElementMethod<DeleteVolumeAccessGroupParams, Empty> DeleteVolumeAccessGroup { get; } =
        Change("DeleteVolumeAccessGroup", P.DeleteVolumeAccessGroupParams, R.Empty);
    public static ElementMethod<ListVolumeAccessGroupsParams, ListVolumeAccessGroupsResult> ListVolumeAccessGroups { get; } =
        Read("ListVolumeAccessGroups", P.ListVolumeAccessGroupsParams, R.ListVolumeAccessGroupsResult);
    public static ElementMethod<GroupVolumesParams, VolumeAccessGroupResult> AddVolumesToVolumeAccessGroup { get; } =
        Change("AddVolumesToVolumeAccessGroup", P.GroupVolumesParams, R.VolumeAccessGroupResult);
    public static ElementMethod<GroupVolumesParams, VolumeAccessGroupResult> RemoveVolumesFromVolumeAccessGroup { get; } =
        Change("RemoveVolumesFromVolumeAccessGroup", P.GroupVolumesParams, R.VolumeAccessGroupResult);
    public static ElementMethod<GroupInitiatorsParams, VolumeAccessGroupResult> AddInitiatorsToVolumeAccessGroup { get; } =
        Change("AddInitiatorsToVolumeAccessGroup", P.GroupInitiatorsParams, R.VolumeAccessGroupResult);
    public static ElementMethod<GroupInitiatorsParams, VolumeAccessGroupResult> RemoveInitiatorsFromVolumeAccessGroup { get; } =
        Change("RemoveInitiatorsFromVolumeAccessGroup", P.GroupInitiatorsParams, R.VolumeAccessGroupResult);
    public static ElementMethod<VolumeAccessGroupParams, LunAssignmentsResult> GetVolumeAccessGroupLunAssignments { get; } =
        Read("GetVolumeAccessGroupLunAssignments", P.VolumeAccessGroupParams, R.LunAssignmentsResult);
    public static ElementMethod<ModifyLunAssignmentsParams, LunAssignmentsResult> ModifyVolumeAccessGroupLunAssignments { get; } =
        Change("ModifyVolumeAccessGroupLunAssignments", P.ModifyLunAssignmentsParams, R.LunAssignmentsResult);
    public static ElementMethod<CreateInitiatorsParams, InitiatorsResult> CreateInitiators { get; } =
        Change("CreateInitiators", P.CreateInitiatorsParams, R.InitiatorsResult);
    public static ElementMethod<ModifyInitiatorsParams, InitiatorsResult> ModifyInitiators { get; } =
        Change("ModifyInitiators", P.ModifyInitiatorsParams, R.InitiatorsResult);
    public static ElementMethod<DeleteInitiatorsParams, Empty> DeleteInitiators { get; } =
        Change("DeleteInitiators", P.DeleteInitiatorsParams, R.Empty);
    public static ElementMethod<ListInitiatorsParams, InitiatorsResult> ListInitiators { get; } =
        Read("ListInitiators", P.ListInitiatorsParams, R.InitiatorsResult);

    // QoS.
    public static ElementMethod<Empty, VolumeQos> GetDefaultQoS { get; } =
        Read("GetDefaultQoS", P.Empty, R.VolumeQos);
    public static ElementMethod<QosParams, SetDefaultQoSResult> SetDefaultQoS { get; } =
        Change("SetDefaultQoS", P.QosParams, R.SetDefaultQoSResult);
    public static ElementMethod<CreateQoSPolicyParams, QoSPolicyResult> CreateQoSPolicy { get; } =
        Change("CreateQoSPolicy", P.CreateQoSPolicyParams, R.QoSPolicyResult);
    public static ElementMethod<QoSPolicyParams, QoSPolicyResult> GetQoSPolicy { get; } =
        Read("GetQoSPolicy", P.QoSPolicyParams, R.QoSPolicyResult);
    public static ElementMethod<ModifyQoSPolicyParams, QoSPolicyResult> ModifyQoSPolicy { get; } =
        Change("ModifyQoSPolicy", P.ModifyQoSPolicyParams, R.QoSPolicyResult);
    public static ElementMethod<Empty, ListQoSPoliciesResult> ListQoSPolicies { get; } =
        Read("ListQoSPolicies", P.Empty, R.ListQoSPoliciesResult);
    public static ElementMethod<QoSPolicyParams, Empty> DeleteQoSPolicy { get; } =
        Change("DeleteQoSPolicy", P.QoSPolicyParams, R.Empty);
#pragma warning restore CS1591

    private static ElementParamsJson P => ElementParamsJson.Default;

    private static ElementResultsJson R => ElementResultsJson.Default;

    private static ElementMethod<TParams, TResult> Read<TParams, TResult>(
        string name, JsonTypeInfo<TParams> parameters, JsonTypeInfo<TResult> result) => new(name, true, parameters, result);

    private static ElementMethod<TParams, TResult> Change<TParams, TResult>(
        string name, JsonTypeInfo<TParams> parameters, JsonTypeInfo<TResult> result) => new(name, false, parameters, result);
}
