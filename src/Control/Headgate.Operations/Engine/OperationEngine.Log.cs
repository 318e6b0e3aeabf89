using Headgate.Primitives;
using Microsoft.Extensions.Logging;

namespace Headgate.Operations;

public sealed partial class OperationEngine
{
    [LoggerMessage(2000, LogLevel.Information, "Took over {Count} operation(s) that an earlier process of this server left unfinished")]
    private partial void LogResumed(int count);

    [LoggerMessage(2001, LogLevel.Debug, "{Kind} {Operation}: step {Step}: {Result}")]
    private partial void LogStep(string kind, Guid operation, string step, string result);

    [LoggerMessage(2002, LogLevel.Information, "{Kind} {Operation} succeeded")]
    private partial void LogSucceeded(string kind, Guid operation);

    [LoggerMessage(2006, LogLevel.Warning, "{Kind} {Operation} failed: {Fault}")]
    private partial void LogFailed(string kind, Guid operation, Fault? fault);

    [LoggerMessage(2003, LogLevel.Error, "{Kind} {Operation}: step {Step} threw")]
    private partial void LogStepThrew(Exception exception, string kind, Guid operation, string step);

    [LoggerMessage(2004, LogLevel.Error, "{Kind} {Operation} could not be journalled; it is taken up again when its lease has run out")]
    private partial void LogRunFailed(Exception exception, string kind, Guid operation);

    [LoggerMessage(2005, LogLevel.Error, "The engine could not read its work; it looks again soon")]
    private partial void LogLoopFailed(Exception exception);
}
