using System.Buffers;

namespace Headgate.Scsi.Sanitizing;

/// <summary>Carries out the sanitize operation of a unit, piece by piece. One thread at a time; made anew after a restart.</summary>
public sealed class SanitizeRun
{
    /// <summary>Bytes of one piece of an overwrite.</summary>
    public const int OverwriteBytes = 1 << 20;

    /// <summary>Bytes of one piece of a block erase: punching a hole moves no data.</summary>
    public const long EraseBytes = 256L << 20;

    /// <summary>Work between two saves of how far it is: 10 s at the node's pace are done again after a crash.</summary>
    private const long SavedEveryBytes = 1L << 30;

    private readonly LogicalUnit _unit;
    private KeptSanitize _now;
    private volatile bool _isOver;
    private long _unsaved;

    /// <summary>Goes on with what the unit's state says is under way.</summary>
    public SanitizeRun(LogicalUnit unit)
    {
        _unit = unit;
        _now = unit.State.Sanitize ?? throw new InvalidOperationException("No sanitize operation is under way.");
    }

    /// <summary>True from just before the unit knows it. Any thread.</summary>
    public bool IsOver => _isOver;

    /// <summary>Bytes that the next piece covers; 0 when only the end is left to be made durable.</summary>
    public long NextBytes => (long)NextBlocks * _unit.Geometry.LogicalBlockBytes;

    /// <summary>Bytes that it moves, for QoS: erasing moves none and is charged as UNMAP is.</summary>
    public long CostBytes => MovesData ? NextBytes : Math.Min(NextBytes, ScsiLimits.MaxUnmapCostBytes);

    /// <summary>Whether the present pass moves data.</summary>
    public bool MovesData => _now.Method == SanitizeMethod.Overwrite || IsDestroying;

    private bool IsDestroying => _now is { Method: SanitizeMethod.CryptoErase, Pass: 0 };

    private ulong NextBlocks
    {
        get
        {
            var most = (ulong)((MovesData ? OverwriteBytes : EraseBytes) / _unit.Geometry.LogicalBlockBytes);
            return _now.Pass == _now.Passes ? 0 : Math.Min(most, _unit.Blocks - _now.NextLba);
        }
    }

    /// <summary>Does the next piece; true when the operation is over, well or not (the unit knows which).</summary>
    public bool Step(IMedium medium)
    {
        var blocks = NextBlocks;
        if (blocks == 0)
            return Finish(medium.Flush() == MediumStatus.Good && medium.EraseTraces() == MediumStatus.Good);
        var status = IsDestroying ? Destroy(medium, ref blocks)
            : MovesData ? Overwrite(medium, blocks)
            : medium.Unmap(_now.NextLba, blocks);
        if (status != MediumStatus.Good)
            return Finish(succeeded: false);
        var next = _now.NextLba + blocks;
        // Each pass is on the medium before the next one begins, else only the last would ever get there.
        var endsPass = next >= _unit.Blocks;
        if (endsPass && medium.Flush() != MediumStatus.Good)
            return Finish(succeeded: false);
        _now = endsPass ? _now with { Pass = _now.Pass + 1, NextLba = 0 } : _now with { NextLba = next };
        _unsaved += (long)blocks * _unit.Geometry.LogicalBlockBytes;
        var saves = endsPass || _unsaved >= SavedEveryBytes;
        // What is saved as done has to be on the medium, or a crash would leave old data behind the mark.
        if (saves && !endsPass && medium.Flush() != MediumStatus.Good)
            return Finish(succeeded: false);
        if (saves)
            _unsaved = 0;
        _unit.NoteSanitize(_now, saves);
        return false;
    }

    /// <summary>Ends it as failed, for one who could not carry it out.</summary>
    public void Fail() => Finish(succeeded: false);

    private bool Finish(bool succeeded)
    {
        _isOver = true;
        _unit.EndSanitize(_now, succeeded);
        return true;
    }

    // Blocks that are not mapped hold nothing, and writing to them could fill the pool: their run is passed over in one piece.
    private MediumStatus Destroy(IMedium medium, ref ulong blocks)
    {
        var status = medium.GetMapping(_now.NextLba, out var mapped, out var run);
        if (status != MediumStatus.Good)
            return status;
        blocks = mapped ? Math.Min(blocks, run) : Math.Min(run, _unit.Blocks - _now.NextLba);
        return mapped ? Overwrite(medium, blocks) : MediumStatus.Good;
    }

    private MediumStatus Overwrite(IMedium medium, ulong blocks)
    {
        var blockBytes = _unit.Geometry.LogicalBlockBytes;
        var bytes = (int)blocks * blockBytes;
        var buffer = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            var data = buffer.AsSpan(0, bytes);
            Fill(data[..blockBytes]);
            for (var at = blockBytes; at < bytes; at += blockBytes)
                data[..blockBytes].CopyTo(data[at..]);
            return medium.Write(_now.NextLba, data, fua: false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The pattern begins anew in each block and is cut at its end (SBC-3, SANITIZE, overwrite).</summary>
    private void Fill(Span<byte> block)
    {
        var inverse = _now.Inverts && _now.Pass % 2 == 1 ? (byte)0xFF : (byte)0;
        for (var at = 0; at < block.Length; at++)
            block[at] = (byte)(_now.Pattern[at % _now.Pattern.Length] ^ inverse);
    }
}
