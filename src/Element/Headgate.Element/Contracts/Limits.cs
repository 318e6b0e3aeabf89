namespace Headgate.Element.Contracts;

#pragma warning disable CS1591 // members are the wire's own, spelled like it

/// <summary>GetLimits: a flat object; the defaults are those of current releases.</summary>
public sealed record GetLimitsResult
{
    public long AccountCountMax { get; set; } = 5000;
    public long AccountNameLengthMin { get; set; } = 1;
    public long AccountNameLengthMax { get; set; } = 64;
    public long BulkVolumeJobsPerNodeMax { get; set; } = 8;
    public long BulkVolumeJobsPerVolumeMax { get; set; } = 2;
    public long ChapCredentialsCountMax { get; set; } = 15000;
    public long CloneJobsPerNodeMax { get; set; } = 8;
    public long CloneJobsPerVolumeMax { get; set; } = 2;
    public long ClusterPairsCountMax { get; set; } = 4;
    public long InitiatorAliasLengthMax { get; set; } = 224;
    public long InitiatorCountMax { get; set; } = 10000;
    public long InitiatorNameLengthMax { get; set; } = 224;
    public long InitiatorsPerVolumeAccessGroupCountMax { get; set; } = 128;
    public long NodesPerClusterCountMin { get; set; } = 3;
    public long NodesPerClusterCountMax { get; set; } = 100;
    public long QosPolicyCountMax { get; set; } = 500;
    public long QosPolicyNameLengthMin { get; set; } = 1;
    public long QosPolicyNameLengthMax { get; set; } = 64;
    public long ScheduleNameLengthMax { get; set; } = 244;
    public long SecretLengthMin { get; set; } = 12;
    public long SecretLengthMax { get; set; } = 16;
    public long SnapshotNameLengthMax { get; set; } = 255;
    public long SnapshotsPerVolumeMax { get; set; } = 32;
    public long VolumeAccessGroupCountMax { get; set; } = 1000;
    public long VolumeAccessGroupLunMax { get; set; } = 16383;
    public long VolumeAccessGroupNameLengthMin { get; set; } = 1;
    public long VolumeAccessGroupNameLengthMax { get; set; } = 64;
    public long VolumeAccessGroupsPerInitiatorCountMax { get; set; } = 1;
    public long VolumeAccessGroupsPerVolumeCountMax { get; set; } = 64;
    public long VolumeBurstIOPSMin { get; set; } = 100;
    public long VolumeBurstIOPSMax { get; set; } = 200_000;
    public long VolumeMaxIOPSMin { get; set; } = 100;
    public long VolumeMaxIOPSMax { get; set; } = 200_000;
    public long VolumeMinIOPSMin { get; set; } = 50;
    public long VolumeMinIOPSMax { get; set; } = 15_000;
    public long VolumeCountMax { get; set; } = 4000;
    public long VolumeNameLengthMin { get; set; } = 1;
    public long VolumeNameLengthMax { get; set; } = 64;
    public long VolumeSizeMin { get; set; } = 1_000_000_000;
    public long VolumeSizeMax { get; set; } = 17_592_186_044_416;
    public long VolumesPerAccountCountMax { get; set; } = 2000;
    public long VolumesPerGroupSnapshotMax { get; set; } = 32;
    public long VolumesPerVolumeAccessGroupCountMax { get; set; } = 2000;
}
