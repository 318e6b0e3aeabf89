namespace Headgate.Operations;

/// <summary>The kinds of operations, as clients see them.</summary>
public static class OperationKinds
{
    public const string HostJoin = "host.join";
    public const string HostLeave = "host.leave";
    public const string PoolCreate = "pool.create";
    public const string PoolChangeCapacity = "pool.change-capacity";
    public const string PoolRefresh = "pool.refresh";
    public const string PoolRemove = "pool.remove";
    public const string VolumeCreate = "volume.create";
    public const string VolumeCreateFromTemplate = "volume.create-from-template";
    public const string VolumeDelete = "volume.delete";
    public const string VolumeRecover = "volume.recover";
    public const string VolumeExpunge = "volume.expunge";
    public const string VolumeResize = "volume.resize";
    public const string VolumeSetQos = "volume.set-qos";
    public const string VolumeChangeOffering = "volume.change-offering";
    public const string VolumeMigrate = "volume.migrate";
    public const string VolumeReleaseCopy = "volume.release-copy";
    public const string VolumeConnect = "volume.connect";
    public const string VolumeDisconnect = "volume.disconnect";
    public const string VolumeRepair = "volume.repair";
    public const string SnapshotCreate = "snapshot.create";
    public const string SnapshotDelete = "snapshot.delete";
    public const string SnapshotRevert = "snapshot.revert";
    public const string TemplateRegister = "template.register";
    public const string TemplateCopy = "template.copy";
    public const string TemplateDelete = "template.delete";
}
