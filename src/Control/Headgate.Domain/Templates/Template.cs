using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>How an image file is laid out.</summary>
public enum ImageFormat
{
    /// <summary>The disk's bytes as they are.</summary>
    Raw,

    /// <summary>QEMU's copy-on-write format, version 2 or 3.</summary>
    Qcow2,
}

/// <summary>
/// A disk image that volumes begin with. The management server keeps its content; the first volume made from it on a pool
/// leaves a copy there (<see cref="TemplateCopy"/>) that later ones are cloned from. States and commands: <see cref="TemplateMachine"/>.
/// </summary>
public sealed record Template : IAggregate
{
    public required Guid Id { get; init; }

    /// <summary>Unique among the account's templates that are not deleted.</summary>
    public required string Name { get; init; }

    public required Guid AccountId { get; init; }

    /// <summary>Whether every account may use it.</summary>
    public bool IsPublic { get; init; }

    public TemplateState State { get; init; }

    /// <summary>Why it is in state error.</summary>
    public Cause? Cause { get; init; }

    /// <summary>Where it is fetched from; null for one that was uploaded.</summary>
    public string? Url { get; init; }

    /// <summary>As stated; found in the image where nothing was.</summary>
    public ImageFormat? Format { get; init; }

    /// <summary>SHA-256 of the file that was asked for, 64 hexadecimal digits; null for none.</summary>
    public string? Checksum { get; init; }

    /// <summary>Bytes of the file as it came.</summary>
    public ByteSize FileSize { get; init; }

    /// <summary>SHA-256 of the file as it came.</summary>
    public string? FileSha256 { get; init; }

    /// <summary>Size of the disk in it; 0 until it is known.</summary>
    public ByteSize Size { get; init; }

    /// <summary>SHA-256 of the disk's bytes, all <see cref="Size"/> of them: what a copy is compared with.</summary>
    public string? ContentSha256 { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public long Version { get; init; }
}
