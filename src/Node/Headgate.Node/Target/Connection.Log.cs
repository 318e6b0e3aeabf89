using System.Net;
using Headgate.Iscsi.Login;
using Headgate.Iscsi.Pdu;
using Microsoft.Extensions.Logging;

namespace Headgate.Node.Target;

internal sealed partial class Connection
{
    public void LogLoginRefused(string? initiator, string? target, LoginStatus status, string problem) =>
        LoginRefused(Remote, initiator, target, (ushort)status, problem);

    [LoggerMessage(3001, LogLevel.Information, "iSCSI login of {Initiator} at {Remote} to {Target} refused with 0x{Status:X4}: {Problem}")]
    private partial void LoginRefused(IPEndPoint remote, string? initiator, string? target, ushort status, string problem);

    [LoggerMessage(3002, LogLevel.Information, "iSCSI session {Session} opened: {Initiator} on {Target}, CHAP user {ChapUser}")]
    public partial void LogSessionOpened(ulong session, string initiator, string target, string? chapUser);

    [LoggerMessage(3003, LogLevel.Information, "iSCSI session {Session} is cut: {Reason}")]
    public partial void LogSessionCut(ulong session, CutReason reason);

    [LoggerMessage(3004, LogLevel.Debug, "iSCSI connection from {Remote} ended: {Reason}")]
    private partial void LogConnectionEnded(IPEndPoint remote, string reason);

    [LoggerMessage(3005, LogLevel.Error, "iSCSI connection from {Remote} is closed: unexpected failure")]
    private partial void LogConnectionThrew(Exception bug, IPEndPoint remote);

    [LoggerMessage(3006, LogLevel.Error, "SCSI command 0x{Opcode:X2} failed unexpectedly")]
    public partial void LogCommandThrew(Exception bug, byte opcode);

    [LoggerMessage(3007, LogLevel.Information, "iSCSI connection from {Remote} is closed: PDU 0x{Opcode:X2} has {Bytes} bytes of data, at most {Limit} were agreed on")]
    private partial void LogTooLong(IPEndPoint remote, byte opcode, int bytes, int limit);

    [LoggerMessage(3008, LogLevel.Warning, "iSCSI connection from {Remote} is closed: wrong header digest")]
    private partial void LogHeaderDigest(IPEndPoint remote);

    [LoggerMessage(3009, LogLevel.Debug, "iSCSI PDU 0x{Opcode:X2} rejected: {Reason}")]
    public partial void LogRejected(byte opcode, RejectReason reason);

    public void LogLoginThrew(Exception bug) => LoginThrew(bug, Remote);

    [LoggerMessage(3011, LogLevel.Error, "iSCSI login from {Remote} failed unexpectedly")]
    private partial void LoginThrew(Exception bug, IPEndPoint remote);

    [LoggerMessage(3010, LogLevel.Information, "iSCSI session {Session}: task management {Function}, response {Outcome}")]
    public partial void LogTaskManagement(ulong session, TaskManagementFunction function, TaskManagementOutcome outcome);
}
