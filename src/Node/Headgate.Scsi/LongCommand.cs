namespace Headgate.Scsi;

/// <summary>One bounded piece of a long command: what it costs, and on which unit's medium it works.</summary>
/// <param name="On">The unit; not always the one that got the command.</param>
/// <param name="Bytes">Bytes that it moves; what QoS charges.</param>
/// <param name="IsWrite">Whether it writes them.</param>
/// <param name="IsExclusive">Whether it reads and then writes, so that no other write of that unit may run beside it.</param>
public readonly record struct WorkQuantum(LogicalUnit On, long Bytes, bool IsWrite, bool IsExclusive);

/// <summary>
/// A command that takes long and so is done in pieces, each of which waits for its turn in QoS and can be the last when the
/// command is aborted. One thread at a time.
/// </summary>
public abstract class LongCommand
{
    /// <summary>The piece to do next; null when the command is over and <see cref="Result"/> holds.</summary>
    public abstract WorkQuantum? Next { get; }

    /// <summary>Its answer.</summary>
    public ScsiResult Result { get; protected set; }

    /// <summary>Bytes of buffer that it needs from its start to its end.</summary>
    public abstract int BufferBytes { get; }

    /// <summary>Does <see cref="Next"/>.</summary>
    /// <param name="medium">Of the unit that it is on.</param>
    /// <param name="buffer">The same at each call; <see cref="BufferBytes"/> long.</param>
    public abstract void Run(IMedium medium, Span<byte> buffer);

    /// <summary>The unit of <see cref="Next"/> can no longer be used.</summary>
    public abstract void Lose();

    /// <summary>It ends without having got to its end: aborted, or lost with its session.</summary>
    public abstract void Abandon();
}

/// <summary>Finds the logical units that a copy command names, for one nexus.</summary>
public interface ICopyTargets
{
    /// <summary>The unit with this designator of VPD page 83h, when the nexus may use it; else null.</summary>
    LogicalUnit? Find(ReadOnlySpan<byte> designator);
}
