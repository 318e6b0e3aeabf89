using Headgate.Iscsi.Pdu;
using Headgate.Scsi;

namespace Headgate.Node.Target;

/// <summary>Task management (RFC 7143 sections 11.5 and 11.6), and the end of tasks with their session.</summary>
internal sealed partial class Session
{
    private void HandleTaskManagement(BasicHeader header)
    {
        var request = new TaskManagementRequest(header);
        var (outcome, scope) = Judge(request, header.Lun);
        Action? whenSent = null;
        if (outcome == TaskManagementOutcome.Complete && request.Function == TaskManagementFunction.TargetColdReset)
            whenSent = DropAllSessions;
        var pending = new PendingManagement(Pump, header.InitiatorTaskTag, whenSent) { Outcome = outcome };

        foreach (var session in scope)
        {
            var lostTasks = session.AbortTasks(null, pending, isOwnThread: session == this);
            if (lostTasks && session != this && request.Function == TaskManagementFunction.ClearTaskSet) session.NoteCleared();
        }
        if (outcome == TaskManagementOutcome.Complete) Carry(request, header.CmdSn, pending);
        Connection.LogTaskManagement(Id, request.Function, pending.Outcome);
        pending.Done();
    }

    /// <summary>The response, and the sessions whose tasks all end.</summary>
    private (TaskManagementOutcome Outcome, IReadOnlyList<Session> Scope) Judge(TaskManagementRequest request, ulong lun)
    {
        switch (request.Function)
        {
            case TaskManagementFunction.AbortTask:
                return (TaskManagementOutcome.Complete, []); // unless it turns out to be over
            case TaskManagementFunction.TargetWarmReset or TaskManagementFunction.TargetColdReset:
                return (TaskManagementOutcome.Complete, _shared.All);
            case TaskManagementFunction.AbortTaskSet or TaskManagementFunction.ClearTaskSet
                or TaskManagementFunction.LogicalUnitReset when !IsLunZero(lun):
                return (TaskManagementOutcome.LunDoesNotExist, []);
            case TaskManagementFunction.AbortTaskSet:
                return (TaskManagementOutcome.Complete, [this]);
            case TaskManagementFunction.ClearTaskSet or TaskManagementFunction.LogicalUnitReset:
                return (TaskManagementOutcome.Complete, _shared.All);
            case TaskManagementFunction.TaskReassign:
                return (TaskManagementOutcome.ReassignNotSupported, []); // needs error recovery level 2
            default:
                return (TaskManagementOutcome.NotSupported, []);
        }
    }

    private void Carry(TaskManagementRequest request, uint cmdSn, PendingManagement pending)
    {
        switch (request.Function)
        {
            case TaskManagementFunction.AbortTask:
                // Found and aborted in one step: a task is either answered or reported as aborted, never both (SAM-5 7.2).
                // A command that never came counts as come, and aborted, when its number is still due (section 11.6.1).
                if (!AbortTasks(request.ReferencedTaskTag, pending, isOwnThread: true) && !Numbers.TryPlug(request.ReferencedCmdSn, before: cmdSn))
                    pending.Outcome = TaskManagementOutcome.TaskDoesNotExist;
                break;
            case TaskManagementFunction.LogicalUnitReset or TaskManagementFunction.TargetWarmReset:
                Volume.Unit.Reset(ResetKind.LogicalUnit);
                break;
            case TaskManagementFunction.TargetColdReset:
                Volume.Unit.Reset(ResetKind.PowerOn);
                break;
        }
    }

    /// <summary>
    /// Aborts one task or all. Those that wait for their turn are taken back; for those at the medium
    /// <paramref name="pending"/> waits; data that still comes is thrown away. Returns whether there were any.
    /// </summary>
    private bool AbortTasks(uint? tag, TaskWait? pending, bool isOwnThread)
    {
        var takenBack = new List<ScsiTask>();
        var dropped = new List<ScsiTask>();
        var any = false;
        lock (_gate)
        {
            foreach (var task in _tasks.All)
            {
                if (tag is { } wanted && task.TaskTag != wanted) continue;
                if (task.IsAborted)
                {
                    if (task.Phase == TaskPhase.Submitted && pending is not null) AwaitEnd(task, pending); // another aborts it, too
                    continue;
                }
                task.IsAborted = true;
                any = true;
                if (task.Phase == TaskPhase.Waiting)
                {
                    task.Wait = null; // what it began goes on (SBC-3 4.11.1)
                    takenBack.Add(task);
                }
                else if (task.Phase == TaskPhase.Collecting)
                {
                    // Its buffer may be being filled: only the connection's own thread may let it go.
                    if (isOwnThread) dropped.Add(task);
                    else _hasAbortedCollecting = true;
                }
                else if (_context.Io.Abort(task))
                {
                    takenBack.Add(task);
                }
                else if (pending is not null)
                {
                    AwaitEnd(task, pending);
                }
            }
            foreach (var task in dropped) _tasks.Remove(task);
        }
        foreach (var task in dropped) Forget(task);
        foreach (var task in takenBack) OnTaskCompleted(task, Blocks.IoFault.Gone);
        return any;
    }

    private static void AwaitEnd(ScsiTask task, TaskWait wait)
    {
        wait.Add();
        task.WhenOver += wait.Done;
    }

    /// <summary>Its tasks end without a status (TAS is 0), so a unit attention tells it (SAM-5 sections 5.6 and 7.4).</summary>
    private void NoteCleared() => _openNexus?.NoteCommandsCleared();

    /// <summary>Lets go of tasks that another session's reset aborted while their data was due.</summary>
    private void SweepAborted()
    {
        _hasAbortedCollecting = false;
        var dropped = new List<ScsiTask>();
        lock (_gate)
        {
            foreach (var task in _tasks.All)
                if (task.IsAborted && task.Phase == TaskPhase.Collecting) dropped.Add(task);
            foreach (var task in dropped) _tasks.Remove(task);
        }
        foreach (var task in dropped) Forget(task);
    }

    private void AbortAllAtEnd()
    {
        AbortTasks(null, pending: null, isOwnThread: true);
        SweepAborted();
    }

    /// <summary>A cold reset ends the connections of all initiators (RFC 7143 section 11.5.1), ours among them.</summary>
    private void DropAllSessions()
    {
        foreach (var session in _shared.All) session.Connection.Abort("target cold reset");
    }
}
