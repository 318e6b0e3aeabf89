using Headgate.Primitives;

namespace Headgate.Domain;

//            made, written, compared
//  Making ──────────────────────────▶ Ready ──found to be gone──▶ Error
//    │  ▲                                                          │
//    │  └──────────── a volume is asked for on the pool ───────────┤
//    └──────────────── given up (with cause) ──────────────────────┘

/// <summary>Where a copy stands.</summary>
public enum TemplateCopyState
{
    /// <summary>Being made and written.</summary>
    Making,

    /// <summary>Volumes are cloned from it.</summary>
    Ready,

    /// <summary>Not there: the cause says why. The next volume asked for makes it again.</summary>
    Error,
}

/// <summary>
/// A template's content on one pool: a volume of the storage that no host ever sees and that others are cloned from. One per
/// template and pool; its id is its key on the storage. The row goes when the copy is gone.
/// </summary>
public sealed record TemplateCopy : IAggregate
{
    public required Guid Id { get; init; }

    public required Guid TemplateId { get; init; }

    public required Guid PoolId { get; init; }

    public TemplateCopyState State { get; init; }

    /// <summary>Why it is in state error.</summary>
    public Cause? Cause { get; init; }

    /// <summary>The storage's name for it; null until it is made.</summary>
    public string? Handle { get; init; }

    /// <summary>Its size there: the template's, rounded up to what the storage makes.</summary>
    public required ByteSize Size { get; init; }

    /// <summary>Bytes held in the pool's ledger for it.</summary>
    public ByteSize ReservedBytes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public long Version { get; init; }

    /// <summary>Made, written and compared.</summary>
    public TemplateCopy Made() => this with { State = TemplateCopyState.Ready, Cause = null };

    /// <summary>Not there (any more).</summary>
    public TemplateCopy Lost(Cause cause) => this with { State = TemplateCopyState.Error, Cause = cause, Handle = null };

    /// <summary>To be made again.</summary>
    public TemplateCopy Again(ByteSize size) => this with { State = TemplateCopyState.Making, Cause = null, Handle = null, Size = size };
}
