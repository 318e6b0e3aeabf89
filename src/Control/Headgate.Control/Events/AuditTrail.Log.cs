using Microsoft.Extensions.Logging;

namespace Headgate.Control.Events;

public sealed partial class AuditTrail
{
    [LoggerMessage(2140, LogLevel.Error, "{Records} audit records could not be written")]
    private partial void LogLost(int records, Exception exception);

    [LoggerMessage(2141, LogLevel.Warning, "The result of {Operation}, {Status}, came too late for the audit trail: the server stops")]
    private partial void LogLate(string operation, int status);
}
