namespace Headgate.Api.Tests.Isolation;

/// <summary>
/// What of another account each route could be asked about: one line per operationId. A route without a line fails
/// <see cref="IsolationTests"/>; whoever adds one says here where a reference to somebody's object can stand in its request.
/// </summary>
internal sealed record Probe
{
    /// <summary>Whose references the address takes; null where it takes none, or only of what nobody owns (zones, pools, offerings).</summary>
    public Owned? InPath { get; private init; }

    /// <summary>Query parameters that refer to something owned.</summary>
    public IReadOnlyList<(string Parameter, Owned Of)> InQuery { get; private init; } = [];

    /// <summary>Bodies with a reference in them, or the one body that the route needs.</summary>
    public IReadOnlyList<(Owned? Of, Func<string, object> Body)> InBody { get; private init; } = [];

    private const long GiB = 1L << 30;

    private static Probe Nothing { get; } = new();

    public static IReadOnlyDictionary<string, Probe> Lines { get; } = new Dictionary<string, Probe>
    {
        // Nobody's, or only of whoever asks.
        ["getHealth"] = Nothing, ["getReadiness"] = Nothing, ["getMetrics"] = Nothing, ["getVersion"] = Nothing, ["whoAmI"] = Nothing,
        ["listZones"] = Nothing, ["getZone"] = Nothing, ["createZone"] = Nothing, ["deleteZone"] = Nothing,
        ["listClusters"] = Nothing, ["getCluster"] = Nothing, ["createCluster"] = Nothing, ["deleteCluster"] = Nothing,
        ["listHosts"] = Nothing, ["getHost"] = Nothing, ["createHost"] = Nothing, ["deleteHost"] = Nothing,
        ["listDiskOfferings"] = Nothing, ["getDiskOffering"] = Nothing, ["createDiskOffering"] = Nothing, ["retireDiskOffering"] = Nothing,
        ["listComputeOfferings"] = Nothing, ["getComputeOffering"] = Nothing, ["createComputeOffering"] = Nothing, ["retireComputeOffering"] = Nothing,
        ["listProviders"] = Nothing, ["getProvider"] = Nothing, ["rescanProviders"] = Nothing,
        ["listPools"] = Nothing, ["getPool"] = Nothing, ["addPool"] = Nothing, ["removePool"] = Nothing, ["changePoolCapacity"] = Nothing,
        ["refreshPool"] = Nothing, ["enablePool"] = Nothing, ["disablePool"] = Nothing, ["maintainPool"] = Nothing, ["checkPool"] = Nothing,
        ["listDiskOfferingVersions"] = Nothing, ["listComputeOfferingVersions"] = Nothing, ["updateDiskOffering"] = Nothing, ["updateComputeOffering"] = Nothing,
        ["rollOutDiskOffering"] = Nothing, ["changePoolPlacement"] = Nothing, ["changeZonePlacement"] = Nothing,
        ["listFindings"] = Nothing, ["getFinding"] = Nothing, ["repairFinding"] = Nothing, ["ignoreFinding"] = Nothing, ["reopenFinding"] = Nothing,
        ["listOrphans"] = Nothing, ["getOrphan"] = Nothing, ["deleteOrphan"] = Nothing,
        ["adoptOrphan"] = new() { InBody = [(null, _ => new { name = "x", account = "x", diskOffering = "custom" })] },
        ["listImportable"] = Nothing, ["importVolume"] = In((Owned.Account, r => new { pool = "ref1", backendId = "1", name = "x", account = r, diskOffering = "custom" })),
        ["getRecycleBin"] = Filter(("account", Owned.Account)), ["setRecycleBin"] = In((Owned.Account, r => new { account = r, keepSeconds = 60 })),
        ["migrateVolume"] = At(Owned.Volume, _ => new { }),
        ["getNode"] = Nothing, ["listServers"] = Nothing, ["measureNode"] = Nothing, ["getNodeCredentials"] = Nothing, ["createTemplate"] = Nothing, ["uploadTemplate"] = Nothing,

        ["getQuota"] = Nothing, ["listUsage"] = Filter(("account", Owned.Account)),
        ["getAccountQuota"] = At(Owned.Account), ["setAccountQuota"] = At(Owned.Account, _ => new { }),
        ["listAccounts"] = Nothing, ["createAccount"] = Nothing,
        ["getAccount"] = At(Owned.Account), ["renameAccount"] = At(Owned.Account, _ => new { name = "x" }),
        ["disableAccount"] = At(Owned.Account), ["enableAccount"] = At(Owned.Account), ["removeAccount"] = At(Owned.Account),
        ["listUsers"] = Filter(("account", Owned.Account)), ["createUser"] = In((Owned.Account, r => new { name = "x", account = r })),
        ["getUser"] = At(Owned.User), ["changeUser"] = At(Owned.User, _ => new { role = "tenant" }),
        ["disableUser"] = At(Owned.User), ["enableUser"] = At(Owned.User), ["removeUser"] = At(Owned.User),
        ["listKeys"] = Filter(("account", Owned.Account)),
        ["createKey"] = In((Owned.Account, r => new { name = "x", account = r }), (Owned.User, r => new { name = "x", user = r })),
        ["rotateKey"] = At(Owned.Key, _ => new { }), ["revokeKey"] = At(Owned.Key),

        ["listVolumes"] = Filter(("account", Owned.Account), ("name", Owned.Volume)),
        ["getVolume"] = At(Owned.Volume), ["deleteVolume"] = At(Owned.Volume), ["recoverVolume"] = At(Owned.Volume), ["expungeVolume"] = At(Owned.Volume),
        ["getVolumeQos"] = At(Owned.Volume), ["setVolumeQos"] = At(Owned.Volume, _ => new { maxIops = 10 }),
        ["changeVolumeOffering"] = At(Owned.Volume, _ => new { diskOffering = "custom" }),
        ["resizeVolume"] = At(Owned.Volume, _ => new { sizeBytes = 2 * GiB }),
        ["connectVolume"] = At(Owned.Volume, _ => new { initiator = "iqn.2004-10.org.example:stranger" }),
        ["getConnection"] = At(Owned.Volume), ["disconnectVolume"] = At(Owned.Volume),
        ["protectVolume"] = At(Owned.Volume), ["unprotectVolume"] = At(Owned.Volume), ["unmanageVolume"] = At(Owned.Volume),
        ["createVolume"] = Begins(), ["explainPlacement"] = Begins(),

        ["listSnapshots"] = Filter(("volume", Owned.Volume), ("account", Owned.Account), ("name", Owned.Snapshot)),
        ["getSnapshot"] = At(Owned.Snapshot), ["deleteSnapshot"] = At(Owned.Snapshot), ["revertSnapshot"] = At(Owned.Snapshot),
        ["createSnapshot"] = In((Owned.Volume, r => new { volume = r, name = "x" })),

        ["listSnapshotGroups"] = Nothing, ["getSnapshotGroup"] = At(Owned.SnapshotGroup),
        ["createSnapshotGroup"] = In((Owned.Volume, r => new { name = "x", volumes = new[] { r } })),
        ["deleteSnapshotGroup"] = At(Owned.SnapshotGroup), ["revertSnapshotGroup"] = At(Owned.SnapshotGroup),
        ["listSnapshotSchedules"] = Nothing, ["getSnapshotSchedule"] = At(Owned.SnapshotSchedule),
        ["createSnapshotSchedule"] = In((Owned.Volume, r => new { name = "x", rule = "30 3 * * *", volumes = new[] { r }, keepLast = 3 })),
        ["deleteSnapshotSchedule"] = At(Owned.SnapshotSchedule),
        ["enableSnapshotSchedule"] = At(Owned.SnapshotSchedule), ["disableSnapshotSchedule"] = At(Owned.SnapshotSchedule),

        ["listTemplates"] = Nothing, ["getTemplate"] = At(Owned.Template), ["deleteTemplate"] = At(Owned.Template),

        ["listOperations"] = Filter(("subject", Owned.Volume), ("account", Owned.Account)),
        ["getOperation"] = At(Owned.Operation), ["watchOperation"] = At(Owned.Operation), ["cancelOperation"] = At(Owned.Operation),
        ["retryOperation"] = At(Owned.Operation), ["abandonOperation"] = At(Owned.Operation, _ => new { reason = "x" }),
        ["listEvents"] = Filter(("subject", Owned.Volume)), ["watchEvents"] = Nothing, ["listAudit"] = Nothing,
    };

    private static Probe At(Owned kind, Func<string, object>? body = null) =>
        new() { InPath = kind, InBody = body is null ? [] : [(null, body)] };

    private static Probe Filter(params (string, Owned)[] parameters) => new() { InQuery = parameters };

    private static Probe In(params (Owned?, Func<string, object>)[] bodies) => new() { InBody = bodies };

    private static Probe Begins() => In(
        (Owned.Snapshot, r => new { name = "x", diskOffering = "custom", sizeBytes = GiB, maxIops = 10, fromSnapshot = r }),
        (Owned.Volume, r => new { name = "x", diskOffering = "custom", sizeBytes = GiB, maxIops = 10, fromVolume = r }),
        (Owned.Template, r => new { name = "x", diskOffering = "custom", sizeBytes = GiB, maxIops = 10, template = r }));
}
