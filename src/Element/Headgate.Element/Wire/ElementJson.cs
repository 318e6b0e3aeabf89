using System.Text.Json.Serialization;
using Headgate.Element.Contracts;

namespace Headgate.Element.Wire;

// The members of every contract are named like the wire with a capital first letter, so camelCase is the whole mapping:
// VolumeID -> volumeID, ScsiNAADeviceID -> scsiNAADeviceID. They have setters, not init: the generator fills init members
// through a constructor, and what the JSON leaves out would then be null in place of its default.

/// <summary>Parameters: null means "not given" and is not written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters =
    [
        typeof(TolerantInt64Converter), typeof(TolerantDoubleConverter), typeof(TolerantBooleanConverter),
        typeof(TolerantStringConverter), typeof(AttributesConverter),
    ])]
[JsonSerializable(typeof(AccountParams))]
[JsonSerializable(typeof(AddAccountParams))]
[JsonSerializable(typeof(CancelCloneParams))]
[JsonSerializable(typeof(CloneMultipleVolumesParams))]
[JsonSerializable(typeof(CloneVolumeParams))]
[JsonSerializable(typeof(CopyVolumeParams))]
[JsonSerializable(typeof(CreateGroupSnapshotParams))]
[JsonSerializable(typeof(CreateInitiatorsParams))]
[JsonSerializable(typeof(CreateQoSPolicyParams))]
[JsonSerializable(typeof(CreateSnapshotParams))]
[JsonSerializable(typeof(CreateVolumeAccessGroupParams))]
[JsonSerializable(typeof(CreateVolumeParams))]
[JsonSerializable(typeof(DeleteGroupSnapshotParams))]
[JsonSerializable(typeof(DeleteInitiatorsParams))]
[JsonSerializable(typeof(DeleteVolumeAccessGroupParams))]
[JsonSerializable(typeof(Empty))]
[JsonSerializable(typeof(GetAccountByNameParams))]
[JsonSerializable(typeof(GetAsyncResultParams))]
[JsonSerializable(typeof(GetClusterHardwareInfoParams))]
[JsonSerializable(typeof(GroupInitiatorsParams))]
[JsonSerializable(typeof(GroupVolumesParams))]
[JsonSerializable(typeof(ListAccountsParams))]
[JsonSerializable(typeof(ListActiveVolumesParams))]
[JsonSerializable(typeof(ListAsyncResultsParams))]
[JsonSerializable(typeof(ListClusterFaultsParams))]
[JsonSerializable(typeof(ListEventsParams))]
[JsonSerializable(typeof(ListGroupSnapshotsParams))]
[JsonSerializable(typeof(ListInitiatorsParams))]
[JsonSerializable(typeof(ListSnapshotsParams))]
[JsonSerializable(typeof(ListVolumeAccessGroupsParams))]
[JsonSerializable(typeof(ListVolumeQoSHistogramsParams))]
[JsonSerializable(typeof(ListVolumeStatsByAccountParams))]
[JsonSerializable(typeof(ListVolumeStatsByVolumeAccessGroupParams))]
[JsonSerializable(typeof(ListVolumeStatsParams))]
[JsonSerializable(typeof(ListVolumesForAccountParams))]
[JsonSerializable(typeof(ListVolumesParams))]
[JsonSerializable(typeof(ModifyAccountParams))]
[JsonSerializable(typeof(ModifyInitiatorsParams))]
[JsonSerializable(typeof(ModifyLunAssignmentsParams))]
[JsonSerializable(typeof(ModifyQoSPolicyParams))]
[JsonSerializable(typeof(ModifySnapshotParams))]
[JsonSerializable(typeof(ModifyVolumeAccessGroupParams))]
[JsonSerializable(typeof(ModifyVolumeParams))]
[JsonSerializable(typeof(ModifyVolumesParams))]
[JsonSerializable(typeof(QoSPolicyParams))]
[JsonSerializable(typeof(QosParams))]
[JsonSerializable(typeof(RollbackToGroupSnapshotParams))]
[JsonSerializable(typeof(RollbackToSnapshotParams))]
[JsonSerializable(typeof(SnapshotParams))]
[JsonSerializable(typeof(VolumeAccessGroupParams))]
[JsonSerializable(typeof(VolumeParams))]
[JsonSerializable(typeof(VolumesSelectionParams))]
public sealed partial class ElementParamsJson : JsonSerializerContext;

/// <summary>Results and the envelope: every member is written, null ones too.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters =
    [
        typeof(TolerantInt64Converter), typeof(TolerantDoubleConverter), typeof(TolerantBooleanConverter),
        typeof(TolerantStringConverter), typeof(AttributesConverter),
    ])]
[JsonSerializable(typeof(ElementRequest))]
[JsonSerializable(typeof(ElementResponse))]
[JsonSerializable(typeof(AccountResult))]
[JsonSerializable(typeof(AddAccountResult))]
[JsonSerializable(typeof(CloneMultipleVolumesResult))]
[JsonSerializable(typeof(CloneVolumeResult))]
[JsonSerializable(typeof(ClusterCapacityResult))]
[JsonSerializable(typeof(ClusterFullThreshold))]
[JsonSerializable(typeof(ClusterStatsResult))]
[JsonSerializable(typeof(CopyVolumeResult))]
[JsonSerializable(typeof(CreateVolumeAccessGroupResult))]
[JsonSerializable(typeof(EfficiencyResult))]
[JsonSerializable(typeof(Empty))]
[JsonSerializable(typeof(GetApiResult))]
[JsonSerializable(typeof(GetAsyncResultResult))]
[JsonSerializable(typeof(GetClusterHardwareInfoResult))]
[JsonSerializable(typeof(GetClusterInfoResult))]
[JsonSerializable(typeof(GetClusterVersionInfoResult))]
[JsonSerializable(typeof(GetLimitsResult))]
[JsonSerializable(typeof(GetVolumeCountResult))]
[JsonSerializable(typeof(GroupSnapshotTakenResult))]
[JsonSerializable(typeof(InitiatorsResult))]
[JsonSerializable(typeof(ListAccountsResult))]
[JsonSerializable(typeof(ListActiveNodesResult))]
[JsonSerializable(typeof(ListAllNodesResult))]
[JsonSerializable(typeof(ListAsyncResultsResult))]
[JsonSerializable(typeof(ListBulkVolumeJobsResult))]
[JsonSerializable(typeof(ListClusterFaultsResult))]
[JsonSerializable(typeof(ListDrivesResult))]
[JsonSerializable(typeof(ListEventsResult))]
[JsonSerializable(typeof(ListGroupSnapshotsResult))]
[JsonSerializable(typeof(ListIscsiSessionsResult))]
[JsonSerializable(typeof(ListNodeStatsResult))]
[JsonSerializable(typeof(ListPendingNodesResult))]
[JsonSerializable(typeof(ListQoSPoliciesResult))]
[JsonSerializable(typeof(ListSnapshotsResult))]
[JsonSerializable(typeof(ListSyncJobsResult))]
[JsonSerializable(typeof(ListVolumeAccessGroupsResult))]
[JsonSerializable(typeof(ListVolumeQoSHistogramsResult))]
[JsonSerializable(typeof(ListVolumeStatsResult))]
[JsonSerializable(typeof(LunAssignmentsResult))]
[JsonSerializable(typeof(ModifyVolumesResult))]
[JsonSerializable(typeof(QoSPolicyResult))]
[JsonSerializable(typeof(SetDefaultQoSResult))]
[JsonSerializable(typeof(SnapshotResult))]
[JsonSerializable(typeof(SnapshotTakenResult))]
[JsonSerializable(typeof(VolumeAccessGroupResult))]
[JsonSerializable(typeof(VolumeQos))]
[JsonSerializable(typeof(VolumeResult))]
[JsonSerializable(typeof(VolumeStatsResult))]
[JsonSerializable(typeof(VolumeWithCurveResult))]
[JsonSerializable(typeof(VolumesResult))]
[JsonSerializable(typeof(VolumesWithCurveResult))]
public sealed partial class ElementResultsJson : JsonSerializerContext;
