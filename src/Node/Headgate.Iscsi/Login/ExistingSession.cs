using Headgate.Iscsi.Text;

namespace Headgate.Iscsi.Login;

/// <summary>A session that a login wants to go on with (its TSIH is not 0, RFC 7143 sections 6.3.4 and 11.12.6).</summary>
/// <param name="ConnectionId">CID of its only connection.</param>
/// <param name="TargetName">Its target, in lower case.</param>
/// <param name="Parameters">What its leading login agreed on.</param>
public sealed record ExistingSession(ushort ConnectionId, string TargetName, SessionParameters Parameters);

/// <summary>Where an initiator shall log in instead (RFC 7143 section 11.13.5, status class 1).</summary>
/// <param name="Address"><c>HOST:PORT</c>, without a portal group tag (section 13.8).</param>
/// <param name="IsPermanent">It may remember that.</param>
public sealed record Redirection(string Address, bool IsPermanent);
