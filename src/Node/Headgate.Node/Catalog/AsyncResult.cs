namespace Headgate.Node.Catalog;

/// <summary>What became, or is to become, of a clone; kept until a client has read it.</summary>
internal sealed record AsyncResult
{
    /// <summary>The <c>asyncHandle</c>.</summary>
    public required long Id { get; init; }

    /// <summary>The <c>cloneID</c>.</summary>
    public required long CloneId { get; init; }

    /// <summary>The new volume (clone) or the one copied onto (copy).</summary>
    public required long VolumeId { get; init; }

    public required DateTimeOffset CreateTime { get; init; }
    public required DateTimeOffset LastUpdateTime { get; init; }
    public bool Completed { get; init; }

    /// <summary>Element error name when it failed; null while it runs and when it went well.</summary>
    public string? ErrorName { get; init; }

    public string? ErrorMessage { get; init; }
}
