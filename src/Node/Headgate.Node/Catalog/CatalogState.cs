using System.Collections.Immutable;

namespace Headgate.Node.Catalog;

/// <summary>
/// Everything that the cluster knows, at one moment: immutable, so that a login reads it without a lock, and every list
/// in a reply is of one moment. A change makes a new one (<see cref="CatalogEdit"/>).
/// </summary>
/// <remarks>Sorted by id, because every Element list is. The indexes below the tables are kept by Put and Remove.</remarks>
internal sealed record CatalogState
{
    public required ClusterIdentity Identity { get; init; }
    public QosValues DefaultQos { get; init; } = QosValues.ClusterDefault;
    public ImmutableSortedDictionary<long, Account> Accounts { get; private init; } = ImmutableSortedDictionary<long, Account>.Empty;
    public ImmutableSortedDictionary<long, Volume> Volumes { get; private init; } = ImmutableSortedDictionary<long, Volume>.Empty;
    public ImmutableSortedDictionary<long, Snapshot> Snapshots { get; private init; } = ImmutableSortedDictionary<long, Snapshot>.Empty;
    public ImmutableSortedDictionary<long, GroupSnapshot> GroupSnapshots { get; private init; } = ImmutableSortedDictionary<long, GroupSnapshot>.Empty;
    public ImmutableSortedDictionary<long, AccessGroup> Groups { get; private init; } = ImmutableSortedDictionary<long, AccessGroup>.Empty;
    public ImmutableSortedDictionary<long, Initiator> Initiators { get; private init; } = ImmutableSortedDictionary<long, Initiator>.Empty;
    public ImmutableSortedDictionary<long, QosPolicy> Policies { get; private init; } = ImmutableSortedDictionary<long, QosPolicy>.Empty;
    public ImmutableSortedDictionary<long, AsyncResult> AsyncResults { get; private init; } = ImmutableSortedDictionary<long, AsyncResult>.Empty;

    public ImmutableDictionary<long, VolumeReservations> Reservations { get; private init; } = ImmutableDictionary<long, VolumeReservations>.Empty;

    /// <summary>Sum of the minimums of the volumes in service.</summary>
    public long PromisedIops { get; private init; }

    /// <summary>Sum of the sizes of all volumes, deleted ones included: they hold their bytes until they are purged.</summary>
    public long ProvisionedBytes { get; private init; }

    private ImmutableDictionary<string, long> AccountByName { get; init; } = ImmutableDictionary.Create<string, long>(StringComparer.Ordinal);
    private ImmutableDictionary<string, long> VolumeByTarget { get; init; } = ImmutableDictionary.Create<string, long>(StringComparer.Ordinal);
    private ImmutableDictionary<string, long> InitiatorByName { get; init; } = ImmutableDictionary.Create<string, long>(StringComparer.Ordinal);
    private ImmutableDictionary<long, long> GroupByInitiator { get; init; } = ImmutableDictionary<long, long>.Empty;
    private OneToMany VolumesByAccount { get; init; } = OneToMany.Empty;
    private OneToMany GroupsByVolume { get; init; } = OneToMany.Empty;
    private OneToMany SnapshotsByVolume { get; init; } = OneToMany.Empty;
    private OneToMany SnapshotsByGroup { get; init; } = OneToMany.Empty;
    private OneToMany VolumesByPolicy { get; init; } = OneToMany.Empty;

    public Account? FindAccount(string username) => AccountByName.TryGetValue(username, out var id) ? Accounts[id] : null;

    public Volume? FindTarget(string targetName) => VolumeByTarget.TryGetValue(targetName, out var id) ? Volumes[id] : null;

    public Initiator? FindInitiator(string name) =>
        InitiatorByName.TryGetValue(NormalInitiatorName(name), out var id) ? Initiators[id] : null;

    public AccessGroup? GroupOf(long initiatorId) => GroupByInitiator.TryGetValue(initiatorId, out var id) ? Groups[id] : null;

    /// <summary>Ids of the groups that contain the volume.</summary>
    public ImmutableSortedSet<long> GroupsOf(long volumeId) => GroupsByVolume[volumeId];

    /// <summary>All volumes of the account, deleted ones included.</summary>
    public IEnumerable<Volume> VolumesOf(long accountId) => VolumesByAccount[accountId].Select(id => Volumes[id]);

    /// <summary>How many volumes the account has, deleted ones included.</summary>
    public int CountVolumesOf(long accountId) => VolumesByAccount[accountId].Count;

    public IEnumerable<Snapshot> SnapshotsOf(long volumeId) => SnapshotsByVolume[volumeId].Select(id => Snapshots[id]);

    public int CountSnapshotsOf(long volumeId) => SnapshotsByVolume[volumeId].Count;

    public IEnumerable<Snapshot> MembersOf(long groupSnapshotId) => SnapshotsByGroup[groupSnapshotId].Select(id => Snapshots[id]);

    /// <summary>Ids of the volumes that follow the policy.</summary>
    public ImmutableSortedSet<long> VolumesOfPolicy(long policyId) => VolumesByPolicy[policyId];

    /// <summary>Whether group and volume belong together.</summary>
    public bool IsInGroup(long volumeId, long groupId) => GroupsByVolume[volumeId].Contains(groupId);

    /// <summary>iSCSI names compare in lower case (RFC 7143 section 4.2.7.1).</summary>
    public static string NormalInitiatorName(string name) => name.ToLowerInvariant();

    public CatalogState Put(Account account)
    {
        var names = Accounts.TryGetValue(account.Id, out var old) ? AccountByName.Remove(old.Username) : AccountByName;
        return this with
        {
            Accounts = Accounts.SetItem(account.Id, account), AccountByName = names.SetItem(account.Username, account.Id),
        };
    }

    public CatalogState Remove(Account account) => this with
    {
        Accounts = Accounts.Remove(account.Id), AccountByName = AccountByName.Remove(account.Username),
    };

    public CatalogState Put(Volume volume)
    {
        var without = Volumes.TryGetValue(volume.Id, out var old) ? Remove(old) : this;
        return without with
        {
            Volumes = without.Volumes.SetItem(volume.Id, volume),
            VolumeByTarget = without.VolumeByTarget.SetItem(volume.TargetName, volume.Id),
            VolumesByAccount = without.VolumesByAccount.Add(volume.AccountId, volume.Id),
            VolumesByPolicy = without.VolumesByPolicy.Add(volume.QosPolicyId, volume.Id),
            PromisedIops = without.PromisedIops + Promise(volume),
            ProvisionedBytes = without.ProvisionedBytes + volume.TotalSize,
        };
    }

    public CatalogState Remove(Volume volume) => this with
    {
        Volumes = Volumes.Remove(volume.Id),
        VolumeByTarget = VolumeByTarget.Remove(volume.TargetName),
        VolumesByAccount = VolumesByAccount.Remove(volume.AccountId, volume.Id),
        VolumesByPolicy = VolumesByPolicy.Remove(volume.QosPolicyId, volume.Id),
        PromisedIops = PromisedIops - Promise(volume),
        ProvisionedBytes = ProvisionedBytes - volume.TotalSize,
    };

    public CatalogState Put(Snapshot snapshot)
    {
        var without = Snapshots.TryGetValue(snapshot.Id, out var old) ? Remove(old) : this;
        return without with
        {
            Snapshots = without.Snapshots.SetItem(snapshot.Id, snapshot),
            SnapshotsByVolume = without.SnapshotsByVolume.Add(snapshot.VolumeId, snapshot.Id),
            SnapshotsByGroup = without.SnapshotsByGroup.Add(GroupKey(snapshot), snapshot.Id),
        };
    }

    public CatalogState Remove(Snapshot snapshot) => this with
    {
        Snapshots = Snapshots.Remove(snapshot.Id),
        SnapshotsByVolume = SnapshotsByVolume.Remove(snapshot.VolumeId, snapshot.Id),
        SnapshotsByGroup = SnapshotsByGroup.Remove(GroupKey(snapshot), snapshot.Id),
    };

    public CatalogState Put(AccessGroup group)
    {
        var without = Groups.TryGetValue(group.Id, out var old) ? Remove(old) : this;
        var initiators = without.GroupByInitiator.ToBuilder();
        foreach (var id in group.Initiators) initiators[id] = group.Id;
        return without with
        {
            Groups = without.Groups.SetItem(group.Id, group),
            GroupByInitiator = initiators.ToImmutable(),
            GroupsByVolume = without.GroupsByVolume.AddToAll(group.Volumes.Select(member => member.VolumeId), group.Id),
        };
    }

    public CatalogState Remove(AccessGroup group) => this with
    {
        Groups = Groups.Remove(group.Id),
        GroupByInitiator = GroupByInitiator.RemoveRange(group.Initiators),
        GroupsByVolume = GroupsByVolume.RemoveFromAll(group.Volumes.Select(member => member.VolumeId), group.Id),
    };

    public CatalogState Put(Initiator initiator)
    {
        var names = Initiators.TryGetValue(initiator.Id, out var old) ? InitiatorByName.Remove(old.Name) : InitiatorByName;
        return this with
        {
            Initiators = Initiators.SetItem(initiator.Id, initiator), InitiatorByName = names.SetItem(initiator.Name, initiator.Id),
        };
    }

    public CatalogState Remove(Initiator initiator) => this with
    {
        Initiators = Initiators.Remove(initiator.Id), InitiatorByName = InitiatorByName.Remove(initiator.Name),
    };

    public CatalogState Put(GroupSnapshot group) => this with { GroupSnapshots = GroupSnapshots.SetItem(group.Id, group) };

    public CatalogState Remove(GroupSnapshot group) => this with { GroupSnapshots = GroupSnapshots.Remove(group.Id) };

    public CatalogState Put(QosPolicy policy) => this with { Policies = Policies.SetItem(policy.Id, policy) };

    public CatalogState Remove(QosPolicy policy) => this with { Policies = Policies.Remove(policy.Id) };

    public CatalogState Put(AsyncResult result) => this with { AsyncResults = AsyncResults.SetItem(result.Id, result) };

    public CatalogState Remove(AsyncResult result) => this with { AsyncResults = AsyncResults.Remove(result.Id) };

    public CatalogState Put(VolumeReservations kept) => this with { Reservations = Reservations.SetItem(kept.Id, kept) };

    public CatalogState Remove(VolumeReservations kept) => this with { Reservations = Reservations.Remove(kept.Id) };

    private static long Promise(Volume volume) => volume.Status is VolumeStatus.Deleted ? 0 : volume.Qos.MinIops;

    private static long? GroupKey(Snapshot snapshot) => snapshot.GroupId == 0 ? null : snapshot.GroupId;
}
