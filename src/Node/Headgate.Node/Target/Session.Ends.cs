using Headgate.Blocks;
using Headgate.Scsi;

namespace Headgate.Node.Target;

/// <summary>From the moment a task may touch its volume to its end: the write guard, pieces of copies, what waits for what.</summary>
internal sealed partial class Session
{
    /// <summary>
    /// Commands before it is tried again whether an initiator has one at a time: at queue depth 2 one in 17 then waits for
    /// the one before it.
    /// </summary>
    private const int OverlapsFor = 16;

    private int _notAloneFor;

    /// <summary>On an engine thread, or wherever the I/O path or the write guard ended it.</summary>
    public void OnTaskCompleted(ScsiTask task, IoFault fault)
    {
        var guard = task.GuardedBy;
        guard?.Leave(task);
        task.GuardedBy = null;
        if (task.Copy is not null) EndPiece(task);
        var goesOn = task.Copy is not null && TryGoOn(task, fault);
        var isOver = !goesOn && End(task, fault);
        guard?.StartParked(static next => next.Session.Go(next));
        if (isOver) LeaveEngine();
    }

    /// <summary>Lets it at its volume: past the write guard if it writes, then into the queue.</summary>
    /// <param name="task">The task.</param>
    /// <param name="isOnlyOne">On the connection's thread, which has nothing else to do: see <see cref="IsOnlyOne"/>.</param>
    private void Launch(ScsiTask task, bool isOnlyOne = false)
    {
        if (task.IsWrite)
        {
            var guard = (task.Volume == Volume ? _shared : _context.Volumes.Of(task.Volume)).Writes;
            task.GuardedBy = guard;
            if (!guard.TryEnter(task)) return;
        }
        Go(task, isOnlyOne);
    }

    /// <summary>
    /// Whether the initiator waits for this command and for nothing else, as far as one can know: then the connection's
    /// thread makes the access itself (<see cref="Io.IoPath.SubmitAlone"/>). An initiator that sends the next one meanwhile
    /// keeps more than one under way; its commands go to other threads for a while, so that they overlap.
    /// </summary>
    private bool IsOnlyOne()
    {
        if (_notAloneFor == 0) return Connection.IsDrained && Volatile.Read(ref _inEngine) == 2; // this one, and the session itself
        _notAloneFor--;
        return false;
    }

    private void Go(ScsiTask task, bool isOnlyOne = false)
    {
        bool isAborted;
        lock (_gate) isAborted = task.IsAborted;
        if (isAborted)
        {
            OnTaskCompleted(task, IoFault.Gone);
            return;
        }
        // Behind the guard nothing exclusive runs: what has changed since the command was planned is seen now.
        if (task.Plan.Kind == PlanKind.Write && Volume.Unit.Recheck(_openNexus!, task.Cdb) is { } refusal)
        {
            Refuse(task, refusal);
            return;
        }
        if (!isOnlyOne)
        {
            _context.Io.Submit(task);
        }
        else if (SubmitAlone(task))
        {
            return;
        }
        // Aborted in between, it was not in the queue where the aborter looked. Who takes it back is the one who ends it.
        if (task.IsAborted && _context.Io.Abort(task)) OnTaskCompleted(task, IoFault.Gone);
    }

    private bool SubmitAlone(ScsiTask task)
    {
        Connection.NoteAway();
        var isDone = _context.Io.SubmitAlone(task);
        Connection.NoteBack();
        if (isDone && Connection.HasMore) _notAloneFor = OverlapsFor;
        return isDone;
    }

    private void Refuse(ScsiTask task, ScsiResult refusal)
    {
        (task.Result, task.IsRefused) = (refusal, true);
        OnTaskCompleted(task, IoFault.None);
    }

    /// <summary>Its answer, unless it was aborted or has to wait; true when it is over for the volume.</summary>
    private bool End(ScsiTask task, IoFault fault)
    {
        if (task.Copy is { } copy) EndCopy(task, copy);
        else if (!task.IsRefused) SetResult(task, fault);
        if (fault == IoFault.None && Volume.Unit.IsSanitizing && task.Plan is { Kind: PlanKind.Execute, IsWrite: true })
            Volume.SanitizerOf(_context.Io, _context.Clock).Start();

        bool isAborted, waits;
        Action? whenOver;
        lock (_gate)
        {
            (isAborted, whenOver) = (task.IsAborted, task.WhenOver + task.WhenPieceOver);
            (task.WhenOver, task.WhenPieceOver) = (null, null); // a task that waits ends once more
            waits = !isAborted && fault == IoFault.None && task.Result.AwaitsSanitize;
            if (waits)
            {
                (task.Phase, task.Wait) = (TaskPhase.Waiting, new SanitizeWait(this, task));
            }
            else
            {
                _tasks.Remove(task);
                task.Phase = TaskPhase.Done;
            }
        }
        if (waits) Await(task);
        else if (isAborted) Forget(task);
        else if (task.Result.AbortsPorts is { } ports) PostAfterAborting(task, ports);
        else Pump.Post(task); // it may be another command from here on
        whenOver?.Invoke();
        return !waits;
    }

    private void Await(ScsiTask task)
    {
        if (task.Wait is { } wait) Volume.SanitizerOf(_context.Io, _context.Clock).Add(wait);
    }

    /// <summary>The sanitize operation is over: gives the status, if the task has not been aborted meanwhile.</summary>
    public void EndWait(ScsiTask task, SanitizeWait wait)
    {
        lock (_gate)
        {
            if (task.Wait != wait) return;
            task.Wait = null;
            _tasks.Remove(task);
            task.Phase = TaskPhase.Done;
        }
        task.Result = Volume.Unit.SanitizeResult;
        Pump.Post(task);
        LeaveEngine();
    }

    /// <summary>PREEMPT AND ABORT: the status comes when the commands of the preempted are over (SPC-4 5.12.11.2.6).</summary>
    private void PostAfterAborting(ScsiTask task, IReadOnlyList<string> ports)
    {
        Interlocked.Increment(ref _inEngine);
        var wait = new TaskWait(() =>
        {
            Pump.Post(task);
            LeaveEngine();
        });
        foreach (var session in _shared.All)
        {
            if (session._openNexus is { } nexus && ports.Contains(nexus.InitiatorPort)) session.AbortTasks(null, wait, isOwnThread: false);
        }
        foreach (var session in _context.Sessions.Held())
        {
            if (session._openNexus is { } nexus && ports.Contains(nexus.InitiatorPort)) session.AwaitPieces(Volume, wait);
        }
        wait.Done();
    }

    /// <summary>
    /// Judges its writes again after a change of the volume: those that wait for their turn and are no longer allowed are
    /// answered, and <paramref name="wait"/> hears of the end of those that are at the medium.
    /// </summary>
    public void RejudgeWrites(TaskWait wait)
    {
        var takenBack = new List<ScsiTask>();
        lock (_gate)
        {
            foreach (var task in _tasks.All)
            {
                if (task.Phase != TaskPhase.Submitted || !task.Plan.IsWrite) continue;
                if (!task.IsAborted && _context.Io.Abort(task))
                {
                    takenBack.Add(task);
                    continue;
                }
                AwaitEnd(task, wait);
            }
        }
        foreach (var task in takenBack)
        {
            if (Volume.Unit.Recheck(_openNexus!, task.Cdb) is { } refusal) Refuse(task, refusal);
            else _context.Io.Submit(task);
        }
    }

    /// <summary>No command of it may touch the volume from now on; <paramref name="wait"/> hears when those at the medium are over.</summary>
    public void Fence(TaskWait wait)
    {
        _isFenced = true;
        AbortTasks(null, wait, isOwnThread: false);
    }
}
