using Headgate.Blocks;
using Headgate.Node.Io;
using Headgate.Scsi.Sanitizing;

namespace Headgate.Node.Target;

/// <summary>A command whose status comes with the end of the sanitize operation.</summary>
internal sealed record SanitizeWait(Session Session, ScsiTask Task)
{
    public void Done() => Session.EndWait(Task, this);
}

/// <summary>
/// Carries out the sanitize operation of a volume, whoever comes and goes meanwhile. Each piece waits in the volume's own
/// queue and is charged like a write, so no other volume pays for it; the pace below bounds what is left to it.
/// </summary>
internal sealed class VolumeSanitizer : VolumeIo
{
    /// <summary>
    /// Bytes in a second at most. Half of what a SATA disk writes: sanitizing is never urgent, and the page cache has to take
    /// it without pushing out what other volumes read.
    /// </summary>
    public const long BytesPerSecond = 80_000_000;

    private readonly Lock _gate = new();
    private readonly List<SanitizeWait> _waiting = [];
    private readonly List<SanitizeWait> _waitingForNext = []; // of one that began before the last was put away
    private readonly IoPath _io;
    private readonly TimeProvider _clock;
    private readonly BlockMedium _medium;
    private SanitizeRun? _run;
    private long _beganAt;
    private long _bytes;
    private bool _isOver;

    public VolumeSanitizer(VolumeRuntime volume, IoPath io, TimeProvider clock)
    {
        (Volume, _io, _clock) = (volume, io, clock);
        _medium = new BlockMedium(volume.Device, volume.Unit.Geometry.LogicalBlockBytes);
    }

    /// <summary>Begins, or goes on after a restart, with what the unit says is under way. Any thread; twice is fine.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_run is not null || !Volume.Unit.IsSanitizing) return; // one that is over sees in Finish what has begun since
            Begin();
        }
        SubmitNext();
    }

    /// <summary>Tells a command when the operation is over; at once when it is.</summary>
    public void Add(SanitizeWait wait)
    {
        lock (_gate)
        {
            if (_run is not null)
            {
                (_run.IsOver && Volume.Unit.IsSanitizing ? _waitingForNext : _waiting).Add(wait);
                return;
            }
        }
        wait.Done();
    }

    /// <inheritdoc/>
    public override IoFault Execute()
    {
        _isOver = _run!.Step(_medium);
        return IoFault.None;
    }

    /// <inheritdoc/>
    public override void OnCompleted(IoFault fault)
    {
        _bytes += CostBytes;
        // Gone: the volume is deleted, or the node stops; the mark in its store says what to go on with. Else it was a bug.
        if (fault is not (IoFault.None or IoFault.Gone)) _run!.Fail();
        if (_isOver || fault != IoFault.None)
        {
            Finish(fault);
            return;
        }
        var due = TimeSpan.FromSeconds((double)_bytes / BytesPerSecond) - _clock.GetElapsedTime(_beganAt);
        if (due <= TimeSpan.Zero) SubmitNext();
        else _ = SubmitAfterAsync(due);
    }

    private async Task SubmitAfterAsync(TimeSpan pause)
    {
        await Task.Delay(pause, _clock).ConfigureAwait(false);
        SubmitNext();
    }

    private void SubmitNext()
    {
        var run = _run!;
        (Kind, CostBytes, IsWrite) = (IoKind.Call, run.CostBytes, true);
        TransferBytes = run.MovesData ? run.NextBytes : 0;
        _io.Submit(this);
    }

    private void Begin() =>
        (_run, _bytes, _beganAt, _isOver) = (new SanitizeRun(Volume.Unit), 0, _clock.GetTimestamp(), false);

    private void Finish(IoFault fault)
    {
        SanitizeWait[] waiting;
        bool goesOn;
        lock (_gate)
        {
            _run = null;
            goesOn = fault != IoFault.Gone && Volume.Unit.IsSanitizing;
            waiting = goesOn ? [.. _waiting] : [.. _waiting, .. _waitingForNext];
            _waiting.Clear();
            if (goesOn)
            {
                _waiting.AddRange(_waitingForNext);
                Begin();
            }
            _waitingForNext.Clear();
        }
        foreach (var wait in waiting) wait.Done();
        if (goesOn) SubmitNext();
    }
}
