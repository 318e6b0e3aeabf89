namespace Headgate.Element;

/// <summary>The error names that clients decide on (<c>error.name</c>), spelled as clusters spell them.</summary>
public static class ElementErrorNames
{
#pragma warning disable CS1591 // each constant is its own meaning; the groups say who relies on it
    // Parameters.
    public const string MissingParameter = "xMissingParameter";
    public const string InvalidParameter = "xInvalidParameter";
    public const string InvalidApiParameter = "xInvalidAPIParameter";
    public const string InvalidParameterType = "xInvalidParameterType";
    public const string UnrecognizedEnumString = "xUnrecognizedEnumString";
    public const string UnknownApiMethod = "xUnknownAPIMethod";
    public const string UnknownApiVersion = "xUnknownAPIVersion";
    public const string UnknownRpcMethod = "xUnknownRPCMethod";

    // Accounts.
    public const string UnknownAccount = "xUnknownAccount";
    public const string AccountIdDoesNotExist = "xAccountIDDoesNotExist";
    public const string DuplicateUsername = "xDuplicateUsername";
    public const string AccountHasVolumes = "xAccountHasVolumes";

    // Volumes; the second name is what old clusters say.
    public const string VolumeIdDoesNotExist = "xVolumeIDDoesNotExist";
    public const string VolumeDoesNotExist = "xVolumeDoesNotExist";
    public const string VolumeShrinkProhibited = "xVolumeShrinkProhibited";
    public const string MaxVolumeCountExceeded = "xMaxVolumeCountExceeded";
    public const string TotalCapacityExceeded = "xTotalCapacityExceeded";
    public const string VolumeNotDeleted = "xVolumeNotDeleted";

    // Snapshots and clones.
    public const string SnapshotIdDoesNotExist = "xSnapshotIDDoesNotExist";
    public const string GroupSnapshotIdDoesNotExist = "xGroupSnapshotIDDoesNotExist";
    public const string SnapshotFailed = "xSnapshotFailed";
    public const string MaxSnapshotsPerVolumeExceeded = "xMaxSnapshotsPerVolumeExceeded";
    public const string MaxSnapshotsPerNodeExceeded = "xMaxSnapshotsPerNodeExceeded";
    public const string MaxClonesPerVolumeExceeded = "xMaxClonesPerVolumeExceeded";
    public const string MaxClonesPerNodeExceeded = "xMaxClonesPerNodeExceeded";
    public const string AsyncHandleDoesNotExist = "xAsyncHandleDoesNotExist";
    public const string DbNoSuchPath = "xDBNoSuchPath";

    // Access groups and initiators.
    public const string VolumeAccessGroupIdDoesNotExist = "xVolumeAccessGroupIDDoesNotExist";
    public const string AlreadyInVolumeAccessGroup = "xAlreadyInVolumeAccessGroup";
    public const string NotInVolumeAccessGroup = "xNotInVolumeAccessGroup";
    public const string ExceededLimit = "xExceededLimit";
    public const string InitiatorExists = "xInitiatorExists";
    public const string InitiatorDoesNotExist = "xInitiatorDoesNotExist";

    // QoS policies.
    public const string QosPolicyDoesNotExist = "xQoSPolicyDoesNotExist";

    // "Not now": worth a repeat.
    public const string DbVersionMismatch = "xDBVersionMismatch";
    public const string SliceNotRegistered = "xSliceNotRegistered";
    public const string NotReadyForIO = "xNotReadyForIO";
    public const string NotPrimary = "xNotPrimary";
    public const string DbOperationTimeout = "xDBOperationTimeout";
    public const string DbConnectionLoss = "xDBConnectionLoss";
    public const string NoHandler = "xNoHandler";
    public const string RecvTimeout = "xRecvTimeout";

    // Rights and features.
    public const string PermissionDenied = "xPermissionDenied";
    public const string FeatureNotEnabled = "xFeatureNotEnabled";
    public const string ApiNotPermitted = "xAPINotPermitted";
#pragma warning restore CS1591

    /// <summary>
    /// Names that mean "call again": the cluster was electing, moving a slice or short of time. Cinder repeats the same
    /// list (and some counted limits, which here are <c>limit-reached</c>: a repeat does not free a slot).
    /// </summary>
    public static bool IsTransient(string? name) => name is DbVersionMismatch or SliceNotRegistered or NotReadyForIO
        or NotPrimary or DbOperationTimeout or DbConnectionLoss or NoHandler or RecvTimeout or SnapshotFailed;
}
