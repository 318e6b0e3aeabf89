namespace Headgate.Scsi;

/// <summary>What a command needs, decided from its CDB alone.</summary>
public enum PlanKind
{
    /// <summary>Answered already: status, sense and data-in are in <see cref="CommandPlan.Result"/>.</summary>
    Respond,

    /// <summary>Plain read of <see cref="CommandPlan.Blocks"/> blocks at <see cref="CommandPlan.Lba"/>: the node's I/O engine does it.</summary>
    Read,

    /// <summary>Plain write; data-out is blocks × block size bytes.</summary>
    Write,

    /// <summary>Takes <see cref="CommandPlan.DataOutBytes"/> of parameters or data, then <see cref="LogicalUnit.Execute"/> on a thread that may wait.</summary>
    Execute,
}

/// <summary>What to do for one command. A value type: planning a READ or WRITE allocates nothing.</summary>
public readonly record struct CommandPlan
{
    /// <summary>What it needs.</summary>
    public PlanKind Kind { get; init; }

    /// <summary>First logical block, for reads and writes.</summary>
    public ulong Lba { get; init; }

    /// <summary>Number of logical blocks, for reads and writes.</summary>
    public uint Blocks { get; init; }

    /// <summary>FUA: a write is on the medium before its status; a read comes from there.</summary>
    public bool Fua { get; init; }

    /// <summary>Bytes that the command takes from the initiator (the CDB's word, not the PDU's).</summary>
    public long DataOutBytes { get; init; }

    /// <summary>Bytes that it may return at most, for <see cref="PlanKind.Execute"/>.</summary>
    public long DataInBytes { get; init; }

    /// <summary>Bytes of medium that it touches, for the QoS cost; 0 for what moves no data.</summary>
    public long CostBytes { get; init; }

    /// <summary>Whether it counts as a write.</summary>
    public bool IsWrite { get; init; }

    /// <summary>Goes through <see cref="LogicalUnit.Begin"/> and is done in pieces, not by <see cref="LogicalUnit.Execute"/>.</summary>
    public bool IsLong { get; init; }

    /// <summary>For <see cref="PlanKind.Respond"/>.</summary>
    public ScsiResult Result { get; init; }

    internal static CommandPlan Respond(in ScsiResult result) => new() { Kind = PlanKind.Respond, Result = result };
}
