using System.Collections.Frozen;
using Headgate.Domain;

namespace Headgate.Control.Access;

/// <summary>Who may call something.</summary>
public enum Allowed
{
    /// <summary>Without a key too.</summary>
    Anybody,

    /// <summary>Every key. A tenant reaches its own account's objects and what is public; the rest is not there for it.</summary>
    Everybody,

    /// <summary>Operators and admins.</summary>
    Operators,

    /// <summary>Admins.</summary>
    Admins,
}

/// <summary>
/// The one table of who may call what, by operationId of the REST document. The routes ask it, the use cases ask it again, and
/// docs/admin.md shows it; a test compares all three, and fails for a route that has no line here.
/// </summary>
public static class Permissions
{
    /// <summary>Every operation of the surface.</summary>
    public static FrozenDictionary<string, Allowed> Table { get; } = Lines().ToFrozenDictionary(line => line.Operation, line => line.Allowed);

    /// <summary>Who may call <paramref name="operationId"/>. What is not in the table is for admins.</summary>
    public static Allowed Of(string operationId) => Table.GetValueOrDefault(operationId, Allowed.Admins);

    /// <summary>Whether somebody with <paramref name="role"/> may.</summary>
    public static bool Lets(Allowed allowed, Role role) => allowed switch
    {
        Allowed.Anybody or Allowed.Everybody => true,
        Allowed.Operators => role >= Role.Operator,
        _ => role is Role.Admin,
    };

    private static IEnumerable<(string Operation, Allowed Allowed)> Lines() =>
    [
        .. For(Allowed.Anybody, "getHealth", "getReadiness", "getMetrics", "getVersion"),

        .. For(Allowed.Everybody, "whoAmI", "rotateKey", "getQuota", "listUsage"),
        .. For(Allowed.Operators, "listAccounts", "getAccount", "listUsers", "getUser", "listKeys", "getAccountQuota"),
        .. For(Allowed.Admins,
            "createAccount", "renameAccount", "disableAccount", "enableAccount", "removeAccount",
            "createUser", "changeUser", "disableUser", "enableUser", "removeUser", "createKey", "revokeKey", "setAccountQuota"),

        .. For(Allowed.Everybody, "listZones", "getZone"),
        .. For(Allowed.Operators,
            "createZone", "deleteZone", "listClusters", "getCluster", "createCluster", "deleteCluster",
            "listHosts", "getHost", "createHost", "deleteHost", "changeZonePlacement"),

        .. For(Allowed.Everybody, "listDiskOfferings", "getDiskOffering", "listComputeOfferings", "getComputeOffering", "listDiskOfferingVersions",
            "listComputeOfferingVersions"),
        .. For(Allowed.Admins, "createDiskOffering", "retireDiskOffering", "createComputeOffering", "retireComputeOffering", "updateDiskOffering",
            "updateComputeOffering", "rollOutDiskOffering"),

        .. For(Allowed.Operators,
            "listProviders", "getProvider", "listPools", "getPool", "changePoolCapacity", "refreshPool",
            "enablePool", "disablePool", "maintainPool", "checkPool", "changePoolPlacement",
            "listFindings", "getFinding", "repairFinding", "ignoreFinding", "reopenFinding", "listOrphans", "getOrphan", "adoptOrphan", "listImportable"),
        .. For(Allowed.Admins, "rescanProviders", "addPool", "removePool", "deleteOrphan"),

        .. For(Allowed.Everybody,
            "listVolumes", "getVolume", "createVolume", "deleteVolume", "recoverVolume", "expungeVolume", "getVolumeQos", "setVolumeQos",
            "changeVolumeOffering", "resizeVolume", "connectVolume", "disconnectVolume", "getConnection", "explainPlacement", "protectVolume", "unprotectVolume", "getRecycleBin"),
        .. For(Allowed.Operators, "migrateVolume", "importVolume", "unmanageVolume"),
        .. For(Allowed.Admins, "setRecycleBin"),
        .. For(Allowed.Everybody, "listSnapshots", "getSnapshot", "createSnapshot", "deleteSnapshot", "revertSnapshot",
            "listSnapshotGroups", "getSnapshotGroup", "createSnapshotGroup", "deleteSnapshotGroup", "revertSnapshotGroup",
            "listSnapshotSchedules", "getSnapshotSchedule", "createSnapshotSchedule", "deleteSnapshotSchedule",
            "enableSnapshotSchedule", "disableSnapshotSchedule"),
        .. For(Allowed.Everybody, "listTemplates", "getTemplate", "uploadTemplate", "deleteTemplate"),
        .. For(Allowed.Admins, "createTemplate"),

        .. For(Allowed.Everybody, "listOperations", "getOperation", "watchOperation", "cancelOperation", "retryOperation", "listEvents", "watchEvents"),
        .. For(Allowed.Operators, "abandonOperation"),
        .. For(Allowed.Operators, "listAudit"),

        .. For(Allowed.Operators, "getNode", "measureNode", "listServers"),
        .. For(Allowed.Admins, "getNodeCredentials"),
    ];

    private static IEnumerable<(string, Allowed)> For(Allowed allowed, params string[] operations) =>
        operations.Select(operation => (operation, allowed));
}
