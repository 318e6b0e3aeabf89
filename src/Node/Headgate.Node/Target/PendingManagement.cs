using Headgate.Iscsi.Pdu;

namespace Headgate.Node.Target;

/// <summary>
/// A task management function that waits for aborted tasks which the medium still works on: only when they are over may
/// its response go out (RFC 7143 section 11.6.1).
/// </summary>
internal sealed class PendingManagement(ReplyPump pump, uint taskTag, TaskManagementOutcome outcome, Action? whenSent)
{
    private int _waitsFor = 1; // the one who aborts

    public void Add() => Interlocked.Increment(ref _waitsFor);

    /// <summary>One of the tasks is over, or all have been found. The last sends the response.</summary>
    public void Done()
    {
        if (Interlocked.Decrement(ref _waitsFor) != 0) return;
        var response = pump.Rent(usesStatSn: true);
        ResponseHeader.WriteTaskManagementResponse(response.Header, taskTag, outcome, default);
        response.WhenSent = whenSent;
        pump.Post(response);
    }
}
