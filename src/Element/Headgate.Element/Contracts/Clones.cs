using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Headgate.Element.Wire;

namespace Headgate.Element.Contracts;

#pragma warning disable CS1591 // members are the wire's own, spelled like it

public sealed record CloneVolumeParams
{
    public long VolumeID { get; set; }
    public string? Name { get; set; }
    public long? NewAccountID { get; set; }
    public long? NewSize { get; set; }
    public string? Access { get; set; }
    public long? SnapshotID { get; set; }
    public JsonObject? Attributes { get; set; }
    public bool? Enable512e { get; set; }
    public bool? EnableSnapMirrorReplication { get; set; }
}

/// <summary>Returned at once; <see cref="AsyncHandle"/> tells the end.</summary>
public sealed record CloneVolumeResult
{
    public long AsyncHandle { get; set; }
    public long CloneID { get; set; }
    public long VolumeID { get; set; }
    public Volume? Volume { get; set; }
    public IReadOnlyDictionary<string, long> Curve { get; set; } = VolumeQosCurve.Default;
}

public sealed record CopyVolumeParams
{
    public long VolumeID { get; set; }
    public long DstVolumeID { get; set; }
    public long? SnapshotID { get; set; }
}
public sealed record CopyVolumeResult { public long CloneID { get; set; } public long AsyncHandle { get; set; } }

public sealed record CloneMultipleVolume
{
    public long VolumeID { get; set; }
    public string? Name { get; set; }
    public long? NewAccountID { get; set; }
    public long? NewSize { get; set; }
    public string? Access { get; set; }
    public JsonObject? Attributes { get; set; }
}
public sealed record CloneMultipleVolumesParams
{
    public IReadOnlyList<CloneMultipleVolume>? Volumes { get; set; }
    public long? GroupSnapshotID { get; set; }
    public long? NewAccountID { get; set; }
    public string? Access { get; set; }
}
public sealed record GroupCloneMember { public long SrcVolumeID { get; set; } public long VolumeID { get; set; } }
public sealed record CloneMultipleVolumesResult
{
    public long AsyncHandle { get; set; }
    public long GroupCloneID { get; set; }
    public IReadOnlyList<GroupCloneMember> Members { get; set; } = [];
}

public sealed record CancelCloneParams { public long CloneID { get; set; } }

public sealed record GetAsyncResultParams
{
    public long AsyncHandle { get; set; }

    /// <summary>False: the first read of a completed result removes it.</summary>
    public bool? KeepResult { get; set; }
}

/// <summary>How an asynchronous call is getting on.</summary>
public sealed record GetAsyncResultResult
{
    public const string Running = "running";
    public const string Complete = "complete";

    public string Status { get; set; } = Running;

    /// <summary>When complete and done; what is in it depends on <see cref="ResultType"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonObject? Result { get; set; }

    /// <summary>When complete and failed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ElementErrorBody? Error { get; set; }

    /// <summary>Clone, DriveAdd, BulkVolume and more.</summary>
    public string ResultType { get; set; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonObject? Details { get; set; }

    [JsonConverter(typeof(SecondsTimeConverter))]
    public DateTimeOffset CreateTime { get; set; }

    [JsonConverter(typeof(SecondsTimeConverter))]
    public DateTimeOffset LastUpdateTime { get; set; }
}

public sealed record ListAsyncResultsParams { public IReadOnlyList<string>? AsyncResultTypes { get; set; } }

public sealed record AsyncResultRow
{
    public long AsyncResultID { get; set; }
    public bool Completed { get; set; }
    public bool Success { get; set; }

    [JsonConverter(typeof(SecondsTimeConverter))]
    public DateTimeOffset CreateTime { get; set; }

    [JsonConverter(typeof(SecondsTimeConverter))]
    public DateTimeOffset LastUpdateTime { get; set; }

    public string ResultType { get; set; } = "";
    public JsonObject? Data { get; set; } = [];
}
public sealed record ListAsyncResultsResult { public IReadOnlyList<AsyncResultRow> AsyncHandles { get; set; } = []; }

public sealed record ListSyncJobsResult { public IReadOnlyList<JsonElement> SyncJobs { get; set; } = []; }
public sealed record ListBulkVolumeJobsResult { public IReadOnlyList<JsonElement> BulkVolumeJobs { get; set; } = []; }
