namespace Headgate.Node.Target;

/// <summary>The two CHAP secrets of a user name (RFC 7143 section 12.1.3).</summary>
/// <param name="Username">CHAP_N that the initiator sends.</param>
/// <param name="InitiatorSecret">What the initiator proves that it knows.</param>
/// <param name="TargetSecret">What the target proves when the initiator asks (mutual CHAP); null when it cannot.</param>
public sealed record ChapSecrets(string Username, string InitiatorSecret, string? TargetSecret)
{
    /// <summary>Without the secrets.</summary>
    public override string ToString() => $"CHAP user {Username}";
}

/// <summary>What login shall ask of an initiator before it knows who it is.</summary>
public enum AuthenticationRule
{
    /// <summary>AuthMethod=None will do; CHAP is checked when the initiator offers only that.</summary>
    Optional,

    /// <summary>CHAP, or the login ends with 0x0201.</summary>
    ChapRequired,
}

/// <summary>Why a login to a target was turned down; each maps to one login status (RFC 7143 section 11.13.5).</summary>
public enum TargetRefusal
{
    /// <summary>0x0203: no such target, or one that is deleted.</summary>
    NotFound,

    /// <summary>0x0202: there is one, but not for this initiator.</summary>
    NotAuthorized,

    /// <summary>0x0301: it exists and is allowed, but cannot be served now.</summary>
    Unavailable,
}

/// <summary>Answer of <see cref="ITargetDirectory.Authorize"/>: a volume, or why not.</summary>
public readonly record struct TargetGrant(VolumeRuntime? Volume, TargetRefusal Refusal);

/// <summary>A target that is served elsewhere (RFC 7143 section 11.13.5, status class 1).</summary>
/// <param name="Address"><c>HOST:PORT</c>.</param>
/// <param name="IsPermanent">Status 0102h, which initiators may remember, and not 0101h.</param>
public sealed record TargetRedirect(string Address, bool IsPermanent);

/// <summary>
/// What the iSCSI target asks of the catalog: who may log in where. Implemented by the catalog; called on connection
/// threads, must not block on I/O.
/// </summary>
public interface ITargetDirectory
{
    /// <summary>Whether CHAP is a must for this initiator at this target; <paramref name="targetName"/> is null for discovery.</summary>
    AuthenticationRule RuleFor(string initiatorName, string? targetName);

    /// <summary>The secrets of a CHAP user name as this initiator may use it, or null.</summary>
    ChapSecrets? FindChap(string username, string initiatorName);

    /// <summary>May this initiator, proven to be <paramref name="chapUser"/> (null: not proven), use the target?</summary>
    TargetGrant Authorize(string initiatorName, string? chapUser, string targetName);

    /// <summary>Where logins to a target are sent on to, once it is known that they may use it; null: nowhere.</summary>
    TargetRedirect? FindRedirect(string targetName) => null;

    /// <summary>The volume in service whose logical unit has this designator (VPD page 83h), for copies; null when there is none.</summary>
    VolumeRuntime? FindByDesignator(ReadOnlySpan<byte> designator) => null;

    /// <summary>The targets that discovery shows it (RFC 7143 appendix C).</summary>
    IReadOnlyList<string> VisibleTargets(string initiatorName, string? chapUser);
}
