namespace Headgate.Domain;

/// <summary>Where a grant stands.</summary>
public enum AccessState
{
    /// <summary>Asked for.</summary>
    Granting,

    /// <summary>The initiator may log in.</summary>
    Granted,

    /// <summary>Being taken away.</summary>
    Revoking,
}

/// <summary>A grant: one initiator may see one volume. The row goes when the grant is gone.</summary>
public sealed record VolumeAccess : IAggregate
{
    public required Guid Id { get; init; }

    public required Guid VolumeId { get; init; }

    /// <summary>iSCSI node name, RFC 7143 section 4.2.7.</summary>
    public required string InitiatorName { get; init; }

    /// <summary>The host of ours that has this initiator name; null for one that we do not manage.</summary>
    public Guid? HostId { get; init; }

    public AccessState State { get; init; }

    /// <summary>What the initiator needs to log in, CHAP secrets included, JSON sealed for <c>access/ID/connection</c>.</summary>
    public string? SealedConnection { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public long Version { get; init; }
}
