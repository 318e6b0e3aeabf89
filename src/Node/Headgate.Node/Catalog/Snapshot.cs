using System.Text.Json;

namespace Headgate.Node.Catalog;

/// <summary>A volume as it was at one moment.</summary>
internal sealed record Snapshot
{
    public required long Id { get; init; }
    public required Guid Uuid { get; init; }
    public required long VolumeId { get; init; }
    public required string Name { get; init; }
    public required DateTimeOffset CreateTime { get; init; }

    /// <summary>Size of the volume then.</summary>
    public required long TotalSize { get; init; }

    /// <summary>The group snapshot that it belongs to; 0: none.</summary>
    public long GroupId { get; init; }

    /// <summary>When the node deletes it by itself; null: never.</summary>
    public DateTimeOffset? ExpirationTime { get; init; }

    public string? SnapMirrorLabel { get; init; }
    public bool EnableRemoteReplication { get; init; }
    public JsonElement Attributes { get; init; } = CatalogJson.NoAttributes;
}

/// <summary>Snapshots of several volumes at one moment; its members carry its id.</summary>
internal sealed record GroupSnapshot
{
    public required long Id { get; init; }
    public required Guid Uuid { get; init; }
    public required string Name { get; init; }
    public required DateTimeOffset CreateTime { get; init; }
    public bool EnableRemoteReplication { get; init; }
    public JsonElement Attributes { get; init; } = CatalogJson.NoAttributes;
}
