using System.Text.Json;
using System.Text.Json.Nodes;
using Headgate.Node.Catalog;
using Wire = Headgate.Element.Contracts;

namespace Headgate.Node.ElementApi;

/// <summary>Catalog objects as clients see them.</summary>
internal static class ElementViews
{
    public static Wire.Account Of(Catalog.Account account, CatalogState state) => new()
    {
        AccountID = account.Id,
        Username = account.Username,
        Status = account.Status is AccountStatus.Locked ? "locked" : "active",
        InitiatorSecret = account.InitiatorSecret,
        TargetSecret = account.TargetSecret,
        Attributes = Attributes(account.Attributes),
        Volumes = [.. state.VolumesOf(account.Id).Where(IsListed).Select(volume => volume.Id)],
        EnableChap = account.EnableChap,
    };

    public static Wire.Volume Of(Catalog.Volume volume, CatalogState state) => new()
    {
        VolumeID = volume.Id,
        VolumeUUID = volume.Uuid,
        Name = volume.Name,
        AccountID = volume.AccountId,
        CreateTime = volume.CreateTime,
        Status = Status(volume.Status),
        Access = Access(volume.Access),
        Enable512e = volume.Enable512e,
        EnableSnapMirrorReplication = volume.EnableSnapMirrorReplication,
        Iqn = volume.TargetName,
        ScsiEUIDeviceID = TargetNaming.Eui(state.Identity.UniqueId, volume.Id),
        ScsiNAADeviceID = TargetNaming.Naa(state.Identity.UniqueId, volume.Id),
        Qos = Of(volume.Qos),
        QosPolicyID = volume.QosPolicyId,
        VolumeAccessGroups = [.. state.GroupsOf(volume.Id)],
        DeleteTime = volume.DeleteTime,
        PurgeTime = volume.PurgeTime,
        TotalSize = volume.TotalSize,
        Attributes = Attributes(volume.Attributes),
        FifoSize = volume.FifoSize,
        MinFifoSize = volume.MinFifoSize,
    };

    public static Wire.VolumeQos Of(QosValues qos) => new()
    {
        MinIOPS = qos.MinIops, MaxIOPS = qos.MaxIops, BurstIOPS = qos.BurstIops,
    };

    public static Wire.QosPolicy Of(Catalog.QosPolicy policy, CatalogState state) => new()
    {
        QosPolicyID = policy.Id,
        Name = policy.Name,
        Qos = Of(policy.Qos),
        VolumeIDs = [.. state.VolumesOfPolicy(policy.Id)],
    };

    public static Wire.Snapshot Of(Catalog.Snapshot snapshot, CatalogState state) => new()
    {
        SnapshotID = snapshot.Id,
        VolumeID = snapshot.VolumeId,
        VolumeName = state.Volumes.TryGetValue(snapshot.VolumeId, out var volume) ? volume.Name : "",
        Name = snapshot.Name,
        CreateTime = snapshot.CreateTime,
        InstanceCreateTime = snapshot.CreateTime,
        TotalSize = snapshot.TotalSize,
        EnableRemoteReplication = snapshot.EnableRemoteReplication,
        ExpirationReason = snapshot.ExpirationTime is null ? "None" : "Api",
        ExpirationTime = snapshot.ExpirationTime,
        GroupID = snapshot.GroupId,
        GroupSnapshotUUID = state.GroupSnapshots.TryGetValue(snapshot.GroupId, out var group) ? group.Uuid : default,
        SnapshotUUID = snapshot.Uuid,
        InstanceSnapshotUUID = snapshot.Uuid,
        SnapMirrorLabel = snapshot.SnapMirrorLabel,
        Attributes = Attributes(snapshot.Attributes),
    };

    public static Wire.GroupSnapshot Of(Catalog.GroupSnapshot group, CatalogState state) => new()
    {
        GroupSnapshotID = group.Id,
        GroupSnapshotUUID = group.Uuid,
        Name = group.Name,
        CreateTime = group.CreateTime,
        Members = [.. state.MembersOf(group.Id).Select(member => Of(member, state))],
        Attributes = Attributes(group.Attributes),
        EnableRemoteReplication = group.EnableRemoteReplication,
    };

    public static Wire.VolumeAccessGroup Of(AccessGroup group, CatalogState state)
    {
        var isDeleted = group.Volumes.ToLookup(member => state.Volumes[member.VolumeId].Status is VolumeStatus.Deleted);
        return new Wire.VolumeAccessGroup
        {
            VolumeAccessGroupID = group.Id,
            Name = group.Name,
            Attributes = Attributes(group.Attributes),
            Initiators = [.. group.Initiators.Select(id => state.Initiators[id].Name)],
            InitiatorIDs = group.Initiators,
            Volumes = [.. isDeleted[false].Select(member => member.VolumeId).Order()],
            DeletedVolumes = [.. isDeleted[true].Select(member => member.VolumeId).Order()],
        };
    }

    public static Wire.Initiator Of(Catalog.Initiator initiator, CatalogState state) => new()
    {
        InitiatorID = initiator.Id,
        InitiatorName = initiator.Name,
        Alias = initiator.Alias,
        Attributes = Attributes(initiator.Attributes),
        VolumeAccessGroups = state.GroupOf(initiator.Id) is { } group ? [group.Id] : [],
        RequireChap = initiator.RequireChap,
        ChapUsername = initiator.ChapUsername,
        InitiatorSecret = initiator.InitiatorSecret,
        TargetSecret = initiator.TargetSecret,
    };

    /// <summary>Clones under way are kept out of every list until they can be used: clients poll for their appearance.</summary>
    public static bool IsListed(Catalog.Volume volume) => volume.Status is not VolumeStatus.Init;

    public static JsonObject Attributes(JsonElement kept) => JsonObject.Create(kept) ?? [];

    public static string Status(VolumeStatus status) => status switch
    {
        VolumeStatus.Init => Wire.VolumeStatus.Init,
        VolumeStatus.Deleted => Wire.VolumeStatus.Deleted,
        _ => Wire.VolumeStatus.Active,
    };

    private static string Access(VolumeAccess access) => access switch
    {
        VolumeAccess.ReadOnly => Wire.VolumeAccess.ReadOnly,
        VolumeAccess.Locked => Wire.VolumeAccess.Locked,
        VolumeAccess.ReplicationTarget => Wire.VolumeAccess.ReplicationTarget,
        VolumeAccess.SnapMirrorTarget => Wire.VolumeAccess.SnapMirrorTarget,
        _ => Wire.VolumeAccess.ReadWrite,
    };
}
