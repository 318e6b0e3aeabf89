namespace Headgate.Api.Contract;

/// <summary>
/// POST /api/v1/templates: the server fetches the image itself; admins only. To upload one instead: PUT
/// /api/v1/templates/{name}/image with the image as the body, application/octet-stream, and format, checksum and public as query
/// parameters. Both answer 202 with an operation.
/// </summary>
public sealed record CreateTemplate
{
    /// <summary>Unique among the account's templates: 1 to 64 of a-z, A-Z, 0-9, '-', '_', '.'.</summary>
    public required string Name { get; init; }

    /// <summary>http: or https:, without credentials in it.</summary>
    public required string Url { get; init; }

    /// <summary>raw or qcow2; may be left out: it is found in the image.</summary>
    public string? Format { get; init; }

    /// <summary>sha256: and 64 hexadecimal digits. An image with another one is not used.</summary>
    public string? Checksum { get; init; }

    /// <summary>Whether every account may use it.</summary>
    public bool Public { get; init; }
}

/// <summary>GET /api/v1/templates: an account's own and the public ones. DELETE /api/v1/templates/{ref} ends the image and its copies on pools.</summary>
public sealed record TemplateView
{
    /// <summary>Id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Account name.</summary>
    public required string Account { get; init; }

    /// <summary>Whether every account may use it.</summary>
    public required bool Public { get; init; }

    /// <summary>registering, ready, error, deleting, deleted.</summary>
    public required string State { get; init; }

    /// <summary>Why it is in state error; null otherwise.</summary>
    public string? Cause { get; init; }

    /// <summary>raw or qcow2; null until it is known.</summary>
    public string? Format { get; init; }

    /// <summary>Size of the disk: a volume made from it has at least that. Null until it is known.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>Bytes of the file as it came; null until it has come.</summary>
    public long? FileBytes { get; init; }

    /// <summary>sha256: of the file as it came; null until it has come.</summary>
    public string? Checksum { get; init; }

    /// <summary>Where it was fetched from; for admins.</summary>
    public string? Url { get; init; }

    /// <summary>Pools where it lies ready to be cloned, or is being written; for admins.</summary>
    public required IReadOnlyList<TemplateOnPoolView> Pools { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A template's copy on a pool: making, ready, or error (made again with the next volume).</summary>
public sealed record TemplateOnPoolView(string Pool, string State, string? Cause);
