using System.Net;
using Microsoft.Extensions.Logging;

namespace Headgate.Node.Target;

public sealed partial class IscsiTarget
{
    [LoggerMessage(3101, LogLevel.Information, "iSCSI target listens on {Portal}")]
    private partial void LogListening(IPEndPoint portal);

    [LoggerMessage(3102, LogLevel.Warning, "An iSCSI connection could not be accepted")]
    private partial void LogAcceptFailed(Exception failure);

    [LoggerMessage(3103, LogLevel.Warning, "iSCSI connection from {Remote} is turned away: there are {Connections} connections, {Strangers} of them not logged in, and no room for one more from there")]
    private partial void LogTooMany(EndPoint? remote, int connections, int strangers);
}
