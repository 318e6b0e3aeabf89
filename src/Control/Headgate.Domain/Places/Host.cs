namespace Headgate.Domain;

/// <summary>Whether a host takes work.</summary>
public enum HostState
{
    /// <summary>In service.</summary>
    Up,

    /// <summary>Takes no new work.</summary>
    Maintenance,
}

/// <summary>A host of a cluster; storage knows it by its initiator name.</summary>
public sealed record Host : INamed
{
    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required Guid ClusterId { get; init; }

    public required Guid ZoneId { get; init; }

    /// <summary>iSCSI node name, RFC 7143 section 4.2.7; unique among hosts.</summary>
    public required string InitiatorName { get; init; }

    public required HostState State { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public long Version { get; init; }
}
