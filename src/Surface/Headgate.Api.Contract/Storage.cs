namespace Headgate.Api.Contract;

/// <summary>A setting of a provider's pools.</summary>
public sealed record SettingView(string Name, string Kind, bool Required, string? Default, string Help);

/// <summary>A QoS limit as a provider declares it; support is none, emulatedByHost or native.</summary>
public sealed record QosSupportView(string Support, long? From, long? To, long? Step);

/// <summary>What a provider or pool can honour.</summary>
public sealed record CapabilitiesView(
    QosSupportView MinIops, QosSupportView MaxIops, QosSupportView BurstIops, QosSupportView MaxBandwidth,
    string LiveQosChange, string LiveResize, string Snapshots, string Clones, string Chap, string AccessPerHost,
    string Inventory, long VolumeBytesFrom, long VolumeBytesTo, long VolumeBytesStep)
{
    /// <summary>Overwriting a volume with the data of another: none, emulatedByHost, native.</summary>
    public string Copies { get; init; } = "none";

    /// <summary>Whether the storage itself is changed when the pool is given other bytes; else the pool's own books keep to them.</summary>
    public string CapacityBytesChange { get; init; } = "none";

    /// <summary>The same of IOPS.</summary>
    public string CapacityIopsChange { get; init; } = "none";
}

/// <summary>
/// GET /api/v1/providers, /api/v1/providers/{name}; POST /api/v1/providers/rescan looks at the plug-in folder now and answers with
/// the list. Status: loaded; outdated (serves as it was loaded, its folder holds something else that cannot be loaded); failed. One
/// that failed is listed under its plug-in folder's name, with neither version nor capabilities.
/// </summary>
public sealed record ProviderView(
    string Name, string? Version, string? Description, bool Managed, string Status,
    IReadOnlyList<SettingView> Settings, CapabilitiesView? Capabilities)
{
    /// <summary>Why it failed or is outdated, code first; null otherwise.</summary>
    public string? Problem { get; init; }

    /// <summary>builtIn or plugin.</summary>
    public required string Origin { get; init; }

    /// <summary>Name of its folder in the plug-in folder; null when it is built in.</summary>
    public string? Plugin { get; init; }

    /// <summary>The storage SDK that it was built against.</summary>
    public string? SdkVersion { get; init; }
}

/// <summary>
/// POST /api/v1/pools. Secrets go in <see cref="Secrets"/> and are never shown again. Scope: zone (default), cluster
/// (give <see cref="Cluster"/>) or host (give <see cref="Host"/>). Answers 202 with an operation.
/// </summary>
public sealed record CreatePool
{
    /// <summary>Unique name.</summary>
    public required string Name { get; init; }

    /// <summary>A provider's name.</summary>
    public required string Provider { get; init; }

    /// <summary>A zone.</summary>
    public required string Zone { get; init; }

    /// <summary>zone, cluster or host.</summary>
    public string Scope { get; init; } = "zone";

    /// <summary>For scope cluster.</summary>
    public string? Cluster { get; init; }

    /// <summary>For scope host.</summary>
    public string? Host { get; init; }

    /// <summary>Tags that offerings can ask for.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What else decides which volumes it takes and how many; its own tags are ignored in favour of <see cref="Tags"/>.</summary>
    public ChangePoolPlacement? Placement { get; init; }

    /// <summary>The provider's settings that are no secrets.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The provider's secret settings.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; init; } = new Dictionary<string, string>();

    /// <summary>Bytes to use of it; null for all that the storage says it has.</summary>
    public long? CapacityBytes { get; init; }

    /// <summary>Sum of minimums to promise; null for what the storage says it can keep.</summary>
    public long? CapacityIops { get; init; }

    /// <summary>Whether connections need CHAP.</summary>
    public bool RequireChap { get; init; } = true;
}

/// <summary>
/// POST /api/v1/pools/{ref}/capacity → 202: what the pool shall have of its storage from now on. What is left out stays. Less than
/// volumes take or are promised is refused with capacity-in-use and the figures.
/// </summary>
public sealed record ChangePoolCapacity
{
    /// <summary>Bytes to use of it.</summary>
    public long? CapacityBytes { get; init; }

    /// <summary>True: all bytes that the storage has.</summary>
    public bool AllBytes { get; init; }

    /// <summary>Sum of minimums to promise.</summary>
    public long? CapacityIops { get; init; }

    /// <summary>True: as many IOPS as the storage says that it can keep.</summary>
    public bool AllIops { get; init; }
}

/// <summary>GET /api/v1/pools. POST /api/v1/pools/{ref}/disable|enable|maintain|check|capacity|refresh; DELETE /api/v1/pools/{ref}.</summary>
public sealed record PoolView
{
    /// <summary>Id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Provider.</summary>
    public required string Provider { get; init; }

    /// <summary>
    /// initializing, up, disabled, maintenance, removing, removed, error; or unavailable, whichever of these it is, while its provider
    /// is not loaded.
    /// </summary>
    public required string State { get; init; }

    /// <summary>Why it is in state error or unavailable; null otherwise.</summary>
    public string? Cause { get; init; }

    /// <summary>True when every volume is a LUN of its own.</summary>
    public required bool Managed { get; init; }

    /// <summary>zone, cluster, host.</summary>
    public required string Scope { get; init; }

    /// <summary>Zone name.</summary>
    public required string Zone { get; init; }

    /// <summary>Cluster name.</summary>
    public string? Cluster { get; init; }

    /// <summary>Host name.</summary>
    public string? Host { get; init; }

    /// <summary>Tags.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Exclusive tags, over-commit and bandwidth.</summary>
    public required PoolPlacementView Placement { get; init; }

    /// <summary>Settings without secrets.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Whether connections need CHAP.</summary>
    public required bool RequireChap { get; init; }

    /// <summary>What the storage behind it is.</summary>
    public string? Description { get; init; }

    /// <summary>Bytes that may be reserved; null for no bound known.</summary>
    public long? CapacityBytes { get; init; }

    /// <summary>Bytes reserved by volumes of ours.</summary>
    public required long ReservedBytes { get; init; }

    /// <summary>Bytes that an admin bound it to; null for all that the storage has.</summary>
    public long? AllowedBytes { get; init; }

    /// <summary>Bytes that the storage said it has when it was asked last.</summary>
    public long? StorageBytes { get; init; }

    /// <summary>Sum of minimums that may be promised.</summary>
    public long? CapacityIops { get; init; }

    /// <summary>Sum of minimums promised.</summary>
    public required long ReservedIops { get; init; }

    /// <summary>Sum of minimums that an admin bound it to; null for what the storage says.</summary>
    public long? AllowedIops { get; init; }

    /// <summary>Sum of minimums that the storage said it can keep when it was asked last.</summary>
    public long? StorageIops { get; init; }

    /// <summary>Volumes on it.</summary>
    public required int Volumes { get; init; }

    /// <summary>What it can honour; null until it was reached once.</summary>
    public CapabilitiesView? Capabilities { get; init; }

    /// <summary>When it was added.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>
/// A finding of POST /api/v1/pools/{ref}/check: kind is missing, unreadable, orphan, size-drift, qos-drift, access-lost,
/// access-stale or foreign-changed.
/// </summary>
public sealed record PoolFinding(string Kind, Guid? VolumeId, string? Volume, string Handle, string Message)
{
    /// <summary>What to do about it.</summary>
    public required string Action { get; init; }

    /// <summary>True when a check with repair=true sets it right.</summary>
    public bool Repairable { get; init; }

    /// <summary>With repair=true: the operation that sets it right.</summary>
    public Guid? Operation { get; init; }

    /// <summary>With repair=true: why none was begun.</summary>
    public string? RepairProblem { get; init; }
}

/// <summary>Result of POST /api/v1/pools/{ref}/check.</summary>
public sealed record PoolCheck(string Pool, DateTimeOffset At, int VolumesChecked, IReadOnlyList<PoolFinding> Findings)
{
    /// <summary>Volumes on the storage that are none of ours; never touched.</summary>
    public int ForeignVolumes { get; init; }
}

/// <summary>
/// POST /api/v1/volumes → 202 with an operation. POST /api/v1/placement/explain takes the same body and answers
/// <see cref="PlacementExplanation"/>.
/// </summary>
public sealed record CreateVolume
{
    /// <summary>Unique among the account's volumes that are not expunged: 1 to 64 of a-z, A-Z, 0-9, '-', '_', '.'.</summary>
    public required string Name { get; init; }

    /// <summary>A disk offering.</summary>
    public required string DiskOffering { get; init; }

    /// <summary>The zone; may be left out where there is one only.</summary>
    public string? Zone { get; init; }

    /// <summary>For offerings with custom size.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>For offerings with custom IOPS.</summary>
    public long? MinIops { get; init; }

    /// <summary>For offerings with custom IOPS.</summary>
    public long? MaxIops { get; init; }

    /// <summary>For offerings with custom IOPS.</summary>
    public long? BurstIops { get; init; }

    /// <summary>Begin with the data of this snapshot (on its pool).</summary>
    public string? FromSnapshot { get; init; }

    /// <summary>Begin with the data that this volume has now (on its pool).</summary>
    public string? FromVolume { get; init; }

    /// <summary>Begin with this template's content, on any pool.</summary>
    public string? Template { get; init; }

    /// <summary>Only on pools that this host reaches; for admins.</summary>
    public string? Host { get; init; }

    /// <summary>Only on pools that all of this cluster reaches; for admins.</summary>
    public string? Cluster { get; init; }

    /// <summary>spread or pack, in place of the zone's rule; for admins.</summary>
    public string? Placement { get; init; }
}

/// <summary>One promise: what was asked, whether it was required, what was granted, by whom, and what is set there now.</summary>
/// <param name="Promise">minIops, maxIops, burstIops, maxBandwidth.</param>
/// <param name="Requested">The number; null for none.</param>
/// <param name="Required">Whether the volume may not exist without it.</param>
/// <param name="Granted">The number granted; null for none.</param>
/// <param name="EnforcedBy">storage, hypervisor or nobody.</param>
/// <param name="Applied">Read back from the storage; null when not (yet) known.</param>
public sealed record PromiseView(string Promise, long? Requested, bool Required, long? Granted, string EnforcedBy, long? Applied);

/// <summary>What a volume was served over the last sample.</summary>
/// <param name="At">When it was read.</param>
/// <param name="Iops">Normalised I/Os per second.</param>
/// <param name="BytesPerSecond">Read and written.</param>
/// <param name="LatencyMicros">Mean, as the storage saw it.</param>
/// <param name="Throttle">0 to 1: how far the storage's lack of capacity keeps it below its max.</param>
/// <param name="BurstCredit">Saved-up normalised I/Os above max; null when the storage does not tell.</param>
public sealed record MeasuredView(
    DateTimeOffset At, double Iops, double BytesPerSecond, double LatencyMicros, double Throttle, long? BurstCredit)
{
    /// <summary>Where the time goes; null when the storage does not tell.</summary>
    public ServiceView? Service { get; init; }
}

/// <summary>Where the time of a volume's I/O goes, and how its promises were kept.</summary>
/// <param name="QueueDepth">I/Os of clients that wait or are under way.</param>
/// <param name="LatencyP50Micros">Median of the last seconds.</param>
/// <param name="LatencyP99Micros">What 99 of 100 I/Os of the last seconds stayed within.</param>
/// <param name="SchedulerMicros">Mean wait for their turn, over the last sample.</param>
/// <param name="MediumMicros">Mean time at the medium, over the last sample.</param>
/// <param name="HeldByLimit">0 to 1: share of the last sample in which its own limit held I/O back.</param>
/// <param name="HeldByLimitSeconds">The same in seconds, since the volume came into service.</param>
/// <param name="BelowMinSeconds">Seconds in which it always had I/O waiting and got less than its min, since it came into service.</param>
public sealed record ServiceView(
    long QueueDepth, double LatencyP50Micros, double LatencyP99Micros, double SchedulerMicros, double MediumMicros,
    double HeldByLimit, double HeldByLimitSeconds, double BelowMinSeconds);

/// <summary>GET /api/v1/volumes/{ref}/qos</summary>
public sealed record VolumeQosView(Guid VolumeId, string Volume, IReadOnlyList<PromiseView> Promises, MeasuredView? Measured, string? MeasuredProblem);

/// <summary>GET /api/v1/volumes. Filters: pool, state, account. Deleted ones are in the recycle bin until expunged.</summary>
public sealed record VolumeView
{
    /// <summary>Id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Account name.</summary>
    public required string Account { get; init; }

    /// <summary>creating, ready, resizing, changing, reverting, moving, deleting, deleted, expunging, expunged, error.</summary>
    public required string State { get; init; }

    /// <summary>Why it is in state error or unavailable; null otherwise.</summary>
    public string? Cause { get; init; }

    /// <summary>DATADISK or ROOT.</summary>
    public required string Type { get; init; }

    /// <summary>Zone name.</summary>
    public required string Zone { get; init; }

    /// <summary>Pool name; null until placed.</summary>
    public string? Pool { get; init; }

    /// <summary>Disk offering name.</summary>
    public required string DiskOffering { get; init; }

    /// <summary>The version of it that the volume has.</summary>
    public int OfferingVersion { get; init; }

    /// <summary>True when the offering has a later version, to which the volume can be moved with change-offering.</summary>
    public bool OfferingOutdated { get; init; }

    /// <summary>True size.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>The promises.</summary>
    public required IReadOnlyList<PromiseView> Promises { get; init; }

    /// <summary>Initiators that are granted access.</summary>
    public required IReadOnlyList<string> Initiators { get; init; }

    /// <summary>The storage's name for it.</summary>
    public string? Handle { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>POST /api/v1/volumes/{ref}/qos → 202. For volumes of offerings with custom IOPS, or by an admin.</summary>
public sealed record SetVolumeQos(long? MinIops, long? MaxIops, long? BurstIops, long? MaxBandwidthBytes);

/// <summary>POST /api/v1/volumes/{ref}/offering → 202.</summary>
public sealed record ChangeVolumeOffering(string DiskOffering);

/// <summary>POST /api/v1/volumes/{ref}/resize → 202.</summary>
public sealed record ResizeVolume(long SizeBytes);

/// <summary>
/// POST /api/v1/volumes/{ref}/connections → 202 with an operation; when it has succeeded
/// GET /api/v1/volumes/{ref}/connections/{initiator} gives the <see cref="ConnectionView"/>.
/// DELETE of the same → 202. DELETE /api/v1/volumes/{ref} moves to the recycle bin, POST …/recover takes it out,
/// POST …/expunge ends it.
/// </summary>
public sealed record ConnectVolume(string Initiator);

/// <summary>What an initiator needs to log in; protocol is iscsi, rbd or local. The secret is shown to whoever may connect the volume, and audited.</summary>
public sealed record ConnectionView(
    string Protocol, IReadOnlyList<string> Portals, string Iqn, int Lun, ChapView? Chap, string Uri)
{
    /// <summary>With protocol rbd, where portals are the monitors: the image and the user that may open it; null otherwise.</summary>
    public RbdView? Rbd { get; init; }
}

/// <summary>A Ceph RBD image and its cephx user (without <c>client.</c>). The key is a secret.</summary>
public sealed record RbdView(string Pool, string? Namespace, string Image, string User, string Key);

/// <summary>CHAP credentials.</summary>
public sealed record ChapView(string Username, string Secret, string? TargetSecret);

/// <summary>POST /api/v1/snapshots → 202. GET, DELETE /api/v1/snapshots/{ref}; POST /api/v1/snapshots/{ref}/revert.</summary>
public sealed record CreateSnapshot(string Volume, string Name);

/// <summary>A snapshot. State: creating, ready, reverting, deleting, deleted, error.</summary>
public sealed record SnapshotView(
    Guid Id, string Name, string Volume, Guid VolumeId, string State, string? Cause, long SizeBytes, DateTimeOffset CreatedAt);
