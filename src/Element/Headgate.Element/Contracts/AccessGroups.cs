using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Headgate.Element.Contracts;

#pragma warning disable CS1591 // members are the wire's own, spelled like it

/// <summary>Initiators and the volumes that they may log in to without the account's CHAP.</summary>
public sealed record VolumeAccessGroup
{
    public long VolumeAccessGroupID { get; set; }
    public string Name { get; set; } = "";
    public JsonObject? Attributes { get; set; } = [];

    /// <summary>Names: IQN or WWPN.</summary>
    public IReadOnlyList<string> Initiators { get; set; } = [];

    public IReadOnlyList<long> InitiatorIDs { get; set; } = [];
    public IReadOnlyList<long> Volumes { get; set; } = [];

    /// <summary>Deleted volumes wait here until they are restored or purged.</summary>
    public IReadOnlyList<long> DeletedVolumes { get; set; } = [];
}

/// <summary>An initiator that the cluster knows, with CHAP of its own when <see cref="RequireChap"/>.</summary>
public sealed record Initiator
{
    public long InitiatorID { get; set; }
    public string InitiatorName { get; set; } = "";
    public string Alias { get; set; } = "";
    public JsonObject? Attributes { get; set; } = [];

    /// <summary>At most one.</summary>
    public IReadOnlyList<long> VolumeAccessGroups { get; set; } = [];

    public IReadOnlyList<long> VirtualNetworkIDs { get; set; } = [];
    public bool RequireChap { get; set; }
    public string? ChapUsername { get; set; }
    public string? InitiatorSecret { get; set; }
    public string? TargetSecret { get; set; }

    /// <summary>Without the secrets.</summary>
    public override string ToString() => $"initiator {InitiatorID} {InitiatorName}";
}

public sealed record CreateVolumeAccessGroupParams
{
    public string? Name { get; set; }

    /// <summary>Names, or IDs as digits; unknown names are created.</summary>
    public IReadOnlyList<string>? Initiators { get; set; }

    public IReadOnlyList<long>? Volumes { get; set; }
    public JsonObject? Attributes { get; set; }
    public IReadOnlyList<long>? VirtualNetworkID { get; set; }
    public IReadOnlyList<long>? VirtualNetworkTags { get; set; }
}

public sealed record ModifyVolumeAccessGroupParams
{
    public long VolumeAccessGroupID { get; set; }
    public string? Name { get; set; }

    /// <summary>Replaces the list when given.</summary>
    public IReadOnlyList<string>? Initiators { get; set; }

    /// <summary>Replaces the list when given.</summary>
    public IReadOnlyList<long>? Volumes { get; set; }

    public JsonObject? Attributes { get; set; }
    public bool? DeleteOrphanInitiators { get; set; }
}

public sealed record DeleteVolumeAccessGroupParams
{
    public long VolumeAccessGroupID { get; set; }
    public bool? DeleteOrphanInitiators { get; set; }
    public bool? Force { get; set; }
}

public sealed record ListVolumeAccessGroupsParams
{
    public long? StartVolumeAccessGroupID { get; set; }
    public long? Limit { get; set; }
    public IReadOnlyList<long>? VolumeAccessGroups { get; set; }
}

/// <summary>AddVolumesToVolumeAccessGroup and RemoveVolumesFromVolumeAccessGroup.</summary>
public sealed record GroupVolumesParams
{
    public long VolumeAccessGroupID { get; set; }
    public IReadOnlyList<long>? Volumes { get; set; }
}

/// <summary>AddInitiatorsToVolumeAccessGroup and RemoveInitiatorsFromVolumeAccessGroup; names, or IDs as digits.</summary>
public sealed record GroupInitiatorsParams
{
    public long VolumeAccessGroupID { get; set; }
    public IReadOnlyList<string>? Initiators { get; set; }
    public bool? DeleteOrphanInitiators { get; set; }
}

public sealed record VolumeAccessGroupParams { public long VolumeAccessGroupID { get; set; } }

public sealed record LunAssignment { public long VolumeID { get; set; } public long Lun { get; set; } }

public sealed record ModifyLunAssignmentsParams
{
    public long VolumeAccessGroupID { get; set; }
    public IReadOnlyList<LunAssignment>? LunAssignments { get; set; }
}

public sealed record CreateVolumeAccessGroupResult
{
    public long VolumeAccessGroupID { get; set; }
    public VolumeAccessGroup? VolumeAccessGroup { get; set; }
}

public sealed record VolumeAccessGroupResult { public VolumeAccessGroup VolumeAccessGroup { get; set; } = new(); }

public sealed record ListVolumeAccessGroupsResult
{
    public IReadOnlyList<VolumeAccessGroup> VolumeAccessGroups { get; set; } = [];
    public IReadOnlyList<long> VolumeAccessGroupsNotFound { get; set; } = [];
}

/// <summary>LUN numbers matter to Fibre Channel only: over iSCSI every volume is LUN 0 of its own target.</summary>
public sealed record LunAssignments
{
    public long VolumeAccessGroupID { get; set; }

    [JsonPropertyName("lunAssignments")]
    public IReadOnlyList<LunAssignment> Assignments { get; set; } = [];

    public IReadOnlyList<LunAssignment> DeletedLunAssignments { get; set; } = [];
}

public sealed record LunAssignmentsResult { public LunAssignments VolumeAccessGroupLunAssignments { get; set; } = new(); }

public sealed record CreateInitiator
{
    public string? Name { get; set; }
    public string? Alias { get; set; }
    public JsonObject? Attributes { get; set; }
    public long? VolumeAccessGroupID { get; set; }
    public IReadOnlyList<long>? VirtualNetworkIDs { get; set; }
    public bool? RequireChap { get; set; }
    public string? ChapUsername { get; set; }
    public string? InitiatorSecret { get; set; }
    public string? TargetSecret { get; set; }

    /// <summary>Without the secrets.</summary>
    public override string ToString() => $"initiator {Name}";
}

public sealed record ModifyInitiator
{
    public long InitiatorID { get; set; }
    public string? Alias { get; set; }
    public JsonObject? Attributes { get; set; }

    /// <summary>Absent (Undefined): unchanged. Null: leave the group. A number: move into that group.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement VolumeAccessGroupID { get; set; }

    public IReadOnlyList<long>? VirtualNetworkIDs { get; set; }
    public bool? RequireChap { get; set; }
    public string? ChapUsername { get; set; }
    public string? InitiatorSecret { get; set; }
    public string? TargetSecret { get; set; }

    /// <summary>Without the secrets.</summary>
    public override string ToString() => $"initiator {InitiatorID}";
}

public sealed record CreateInitiatorsParams { public IReadOnlyList<CreateInitiator>? Initiators { get; set; } }
public sealed record ModifyInitiatorsParams { public IReadOnlyList<ModifyInitiator>? Initiators { get; set; } }
public sealed record DeleteInitiatorsParams { public IReadOnlyList<long>? Initiators { get; set; } }
public sealed record ListInitiatorsParams
{
    public IReadOnlyList<long>? Initiators { get; set; }
    public long? StartInitiatorID { get; set; }
    public long? Limit { get; set; }
}
public sealed record InitiatorsResult { public IReadOnlyList<Initiator> Initiators { get; set; } = []; }
