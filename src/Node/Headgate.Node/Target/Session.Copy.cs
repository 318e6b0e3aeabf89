using System.Buffers;
using Headgate.Blocks;
using Headgate.Node.Io;
using Headgate.Scsi;

namespace Headgate.Node.Target;

/// <summary>A copy under way for a task: the work, its buffer, and the volumes that it reaches.</summary>
internal sealed class CopyTask(ITargetDirectory directory, string initiatorName, string? chapUser, VolumeRuntime own) : ICopyTargets
{
    private readonly List<VolumeRuntime> _volumes = [own];

    public LongCommand? Work { get; set; }

    public byte[] Buffer { get; set; } = [];

    /// <summary>What the budgets were charged for the buffer.</summary>
    public int ChargedBytes { get; set; }

    /// <inheritdoc/>
    public LogicalUnit? Find(ReadOnlySpan<byte> designator)
    {
        if (own.Unit.Identity.IsNamed(designator)) return own.Unit;
        if (directory.FindByDesignator(designator) is not { } volume || !MayUse(volume)) return null;
        if (!_volumes.Contains(volume)) _volumes.Add(volume);
        return volume.Unit;
    }

    public VolumeRuntime VolumeOf(LogicalUnit unit) => _volumes.First(volume => volume.Unit == unit);

    /// <summary>As a login now would be judged: access that was taken away ends a copy, too.</summary>
    public bool MayUse(VolumeRuntime volume) =>
        volume == own || directory.Authorize(initiatorName, chapUser, volume.TargetName).Volume == volume;
}

/// <summary>EXTENDED COPY: each piece goes through the queue of the volume that it reads or writes, and pays there.</summary>
internal sealed partial class Session
{
    /// <summary>Reads the parameter list and sets up the first piece; false when the answer is settled.</summary>
    private bool TryBeginCopy(ScsiTask task)
    {
        var copy = new CopyTask(_context.Directory, InitiatorName, _chapUser, Volume);
        var dataOut = task.Buffer.Span[..(int)task.DataOut.Wanted];
        if (Volume.Unit.Begin(_openNexus!, task.Cdb, dataOut, copy, out var answer) is not { } work)
        {
            Settle(task, answer);
            return false;
        }
        if (work.Next is null)
        {
            Settle(task, work.Result);
            return false;
        }
        if (!TryCharge(work.BufferBytes))
        {
            work.Abandon();
            Settle(task, new ScsiResult(SenseData.TaskSetFull, default, default));
            return false;
        }
        (copy.Work, copy.Buffer, copy.ChargedBytes) = (work, ArrayPool<byte>.Shared.Rent(work.BufferBytes), work.BufferBytes);
        task.Copy = copy;
        SetPiece(task, copy, work.Next.Value);
        return true;
    }

    private static void SetPiece(ScsiTask task, CopyTask copy, WorkQuantum piece)
    {
        task.Kind = IoKind.Call;
        task.Volume = copy.VolumeOf(piece.On);
        (task.CostBytes, task.TransferBytes) = (piece.Bytes, piece.Bytes);
        (task.IsWrite, task.IsExclusive) = (piece.IsWrite, piece.IsExclusive);
    }

    /// <summary>On an engine thread.</summary>
    private void RunPiece(ScsiTask task, CopyTask copy)
    {
        if (!copy.MayUse(task.Volume)) copy.Work!.Lose();
        else copy.Work!.Run((task.Volume == Volume ? _shared : _context.Volumes.Of(task.Volume)).Medium, copy.Buffer);
    }

    /// <summary>Sends the next piece on its way; false when there is none, or it was aborted.</summary>
    private bool TryGoOn(ScsiTask task, IoFault fault)
    {
        var copy = task.Copy!;
        bool isAborted;
        lock (_gate) isAborted = task.IsAborted;
        if (!isAborted && fault != IoFault.None) copy.Work!.Lose(); // the volume went out of service, or a bug
        if (isAborted || copy.Work!.Next is not { } next) return false;
        lock (_gate) SetPiece(task, copy, next); // who fences its volume sees it, or it sees the fence when it runs
        Launch(task);
        return true;
    }

    /// <summary>Tells those who wait for it; what comes next is judged when it runs.</summary>
    private void EndPiece(ScsiTask task)
    {
        Action? whenOver;
        lock (_gate) (whenOver, task.WhenPieceOver) = (task.WhenPieceOver, null);
        whenOver?.Invoke();
    }

    /// <summary><paramref name="wait"/> hears of the end of pieces that copies from here have under way at another volume.</summary>
    private void AwaitPieces(VolumeRuntime at, TaskWait wait)
    {
        if (at == Volume) return; // whole tasks are waited for there
        lock (_gate)
        {
            foreach (var task in _tasks.All)
            {
                if (task.Copy is null || task.Phase != TaskPhase.Submitted || task.Volume != at) continue;
                wait.Add();
                task.WhenPieceOver += wait.Done;
            }
        }
    }

    /// <summary>As above, for each volume that the copies may no longer use, or no longer write to.</summary>
    public void AwaitRefusedPieces(TaskWait wait)
    {
        List<(CopyTask Copy, VolumeRuntime At)>? pieces = null;
        lock (_gate)
        {
            foreach (var task in _tasks.All)
            {
                if (task.Copy is { } copy && task.Volume != Volume) (pieces ??= []).Add((copy, task.Volume));
            }
        }
        if (pieces is null) return;
        // Not under the lock: the directory has locks of its own.
        foreach (var at in pieces.Where(piece => piece.At.Unit.IsWriteProtected || !piece.Copy.MayUse(piece.At)).Select(piece => piece.At).Distinct())
            AwaitPieces(at, wait);
    }

    private void EndCopy(ScsiTask task, CopyTask copy)
    {
        copy.Work!.Abandon();
        task.Result = copy.Work.Result;
        ArrayPool<byte>.Shared.Return(copy.Buffer);
        Interlocked.Add(ref _bufferedBytes, -copy.ChargedBytes);
        _context.BufferBudget.GiveBack(copy.ChargedBytes);
        task.Copy = null;
        (task.Volume, task.IsWrite, task.IsExclusive) = (Volume, false, false);
    }
}
