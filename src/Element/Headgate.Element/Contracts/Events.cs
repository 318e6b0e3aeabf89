using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Headgate.Element.Wire;

namespace Headgate.Element.Contracts;

#pragma warning disable CS1591 // members are the wire's own, spelled like it

public sealed record ListEventsParams
{
    /// <summary>The newest so many.</summary>
    public long? MaxEvents { get; init; }

    public long? StartEventID { get; init; }
    public long? EndEventID { get; init; }
    public string? EventType { get; init; }
}

/// <summary>Something that happened on the cluster.</summary>
public sealed record ClusterEvent
{
    public long EventID { get; init; }

    /// <summary>0 (for the record) to 3 (broken).</summary>
    public long Severity { get; init; }

    public string EventInfoType { get; init; } = "";
    public string Message { get; init; } = "";
    public long ServiceID { get; init; }
    public long NodeID { get; init; }
    public long DriveID { get; init; }
    public IReadOnlyList<long> DriveIDs { get; init; } = [];
    public JsonObject? Details { get; init; } = [];

    [JsonConverter(typeof(MicrosTimeConverter))]
    public DateTimeOffset TimeOfReport { get; init; }

    [JsonConverter(typeof(MicrosTimeConverter))]
    public DateTimeOffset TimeOfPublish { get; init; }
}

public sealed record ListEventsResult
{
    public string EventQueueType { get; init; } = "";

    /// <summary>The newest first.</summary>
    public IReadOnlyList<ClusterEvent> Events { get; init; } = [];
}
