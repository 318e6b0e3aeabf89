using System.Net;

namespace Headgate.Node.Target;

/// <summary>A normal session in full feature phase, as <c>ListISCSISessions</c> shows it.</summary>
/// <param name="SessionId">Unique while the process runs.</param>
/// <param name="VolumeId">The Element volumeID of its LUN 0.</param>
/// <param name="TargetName">The volume's target name.</param>
/// <param name="InitiatorName">As logged in.</param>
/// <param name="InitiatorAlias">InitiatorAlias of the login, or null.</param>
/// <param name="Isid">6 bytes, the most significant first.</param>
/// <param name="Tsih">Target session identifying handle.</param>
/// <param name="Initiator">Remote address and port.</param>
/// <param name="Portal">Local address and port.</param>
/// <param name="ChapUser">The user name proven by CHAP, or null.</param>
/// <param name="ChapAlgorithm">CHAP_A chosen (5 MD5, 6 SHA1, 7 SHA-256, 8 SHA3-256), or null.</param>
/// <param name="MutualChap">Whether the target proved itself too.</param>
/// <param name="Created">When it reached full feature phase.</param>
/// <param name="LastPdu">When its last PDU came.</param>
/// <param name="LastScsiCommand">When its last SCSI command came.</param>
public sealed record SessionView(
    ulong SessionId, long VolumeId, string TargetName, string InitiatorName, string? InitiatorAlias, ulong Isid,
    ushort Tsih, IPEndPoint Initiator, IPEndPoint Portal, string? ChapUser, int? ChapAlgorithm, bool MutualChap,
    DateTimeOffset Created, DateTimeOffset LastPdu, DateTimeOffset LastScsiCommand);

/// <summary>Why a session is cut; the initiator hears it as an Async Message (RFC 7143 section 11.9).</summary>
public enum CutReason
{
    /// <summary>The initiator may no longer use the volume. AsyncEvent 3.</summary>
    AccessRevoked,

    /// <summary>The volume is gone. AsyncEvent 3.</summary>
    VolumeDeleted,

    /// <summary>The account of the volume is locked or gone. AsyncEvent 3.</summary>
    AccountLocked,

    /// <summary>The node stops. AsyncEvent 1, a request to log out, and then the end.</summary>
    NodeStopping,
}
