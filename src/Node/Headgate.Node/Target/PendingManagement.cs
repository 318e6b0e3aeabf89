using Headgate.Iscsi.Pdu;

namespace Headgate.Node.Target;

/// <summary>
/// Something that waits for the end of aborted or refused tasks which the medium still works on: a task management
/// function (its response may go out only when they are over, RFC 7143 section 11.6.1), a PREEMPT AND ABORT, a change of access.
/// </summary>
internal class TaskWait(Action whenOver)
{
    private int _waitsFor = 1; // the one who aborts

    public void Add() => Interlocked.Increment(ref _waitsFor);

    /// <summary>One of the tasks is over, or all have been found.</summary>
    public void Done()
    {
        if (Interlocked.Decrement(ref _waitsFor) == 0) WhenOver();
    }

    protected virtual void WhenOver() => whenOver();
}

/// <summary>A task management function: the last task to end sends its response.</summary>
internal sealed class PendingManagement(ReplyPump pump, uint taskTag, Action? whenSent) : TaskWait(static () => { })
{
    /// <summary>What the response says; settled before the one who aborts is done.</summary>
    public TaskManagementOutcome Outcome { get; set; }

    protected override void WhenOver()
    {
        var response = pump.Rent(usesStatSn: true);
        ResponseHeader.WriteTaskManagementResponse(response.Header, taskTag, Outcome, default);
        response.WhenSent = whenSent;
        pump.Post(response);
    }
}
