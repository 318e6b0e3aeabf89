namespace Headgate.Scsi;

// The public shape that the node relies on; the owner of this project fills it in and splits it up.

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

/// <summary>Status, sense and data-in of a finished command.</summary>
/// <param name="Status">SAM status: 0x00 GOOD, 0x02 CHECK CONDITION, 0x08 BUSY, 0x18 RESERVATION CONFLICT, …</param>
/// <param name="DataIn">Data for the initiator, already cut to the allocation length; may be empty.</param>
/// <param name="Sense">Sense data (fixed or descriptor as D_SENSE says), without the 2-byte iSCSI length; empty unless CHECK CONDITION.</param>
public readonly record struct ScsiResult(byte Status, ReadOnlyMemory<byte> DataIn, ReadOnlyMemory<byte> Sense);

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

    /// <summary>For <see cref="PlanKind.Respond"/>.</summary>
    public ScsiResult Result { get; init; }
}

/// <summary>How a logical unit is reset (SAM-5 6.3).</summary>
public enum ResetKind
{
    /// <summary>LOGICAL UNIT RESET, or a target warm reset.</summary>
    LogicalUnit,

    /// <summary>Target cold reset: as power on.</summary>
    PowerOn,
}

/// <summary>One initiator's nexus to a logical unit: pending unit attentions, its place in reservations.</summary>
public sealed class Nexus(string initiatorPort)
{
    /// <summary>iSCSI initiator port name: node name, ",i,0x", ISID (RFC 7143 section 4.4.1; TransportID of SPC-4 section 7.6.4.6).</summary>
    public string InitiatorPort { get; } = initiatorPort;
}

/// <summary>Who a logical unit says it is.</summary>
/// <param name="VendorId">8 characters of INQUIRY.</param>
/// <param name="ProductId">16 characters.</param>
/// <param name="Revision">4 characters.</param>
/// <param name="SerialNumber">VPD page 80h.</param>
/// <param name="Naa">NAA designator (16 bytes, NAA 6) of VPD page 83h.</param>
/// <param name="Eui64">EUI designator (8, 12 or 16 bytes).</param>
/// <param name="TargetName">iSCSI name, for the SCSI name string designators.</param>
public sealed record LogicalUnitIdentity(
    string VendorId, string ProductId, string Revision, string SerialNumber, byte[] Naa, byte[] Eui64, string TargetName);

/// <summary>The shape of its medium.</summary>
/// <param name="Blocks">Number of logical blocks.</param>
/// <param name="LogicalBlockBytes">512 or 4096.</param>
/// <param name="PhysicalBlockBytes">4096 for 512e and 4Kn, 512 for plain 512.</param>
/// <param name="WriteProtected">Writes fail with DATA PROTECT.</param>
/// <param name="Removable">RMB=1; can be ejected.</param>
public sealed record LogicalUnitGeometry(
    ulong Blocks, int LogicalBlockBytes, int PhysicalBlockBytes, bool WriteProtected = false, bool Removable = false);

/// <summary>
/// The SCSI side of a volume: SPC-4 and SBC-3 without a wire and without a thread. Safe for many threads at once;
/// planning a plain READ or WRITE takes no lock.
/// </summary>
public sealed class LogicalUnit
{
    public LogicalUnit(LogicalUnitIdentity identity, LogicalUnitGeometry geometry) =>
        (Identity, Geometry) = (identity, geometry);

    public LogicalUnitIdentity Identity { get; }

    public LogicalUnitGeometry Geometry { get; }

    /// <summary>A session came (UNIT ATTENTION 29h/00h is pending for it).</summary>
    public Nexus OpenNexus(string initiatorPort) => throw new NotSupportedException();

    /// <summary>A session went, by logout or by loss: RESERVE(6), PREVENT and the like of it end.</summary>
    public void CloseNexus(Nexus nexus) => throw new NotSupportedException();

    /// <summary>Decides what a command needs: checks CDB, unit attentions, reservations, readiness and range.</summary>
    public CommandPlan Plan(Nexus nexus, ReadOnlySpan<byte> cdb) => throw new NotSupportedException();

    /// <summary>Plans a command for a LUN that is not there (INQUIRY, REPORT LUNS and REQUEST SENSE answer all the same).</summary>
    public CommandPlan PlanForAbsentLun(ReadOnlySpan<byte> cdb) => throw new NotSupportedException();

    /// <summary>Carries out a plan of kind Execute; may wait for the medium.</summary>
    public ScsiResult Execute(Nexus nexus, ReadOnlySpan<byte> cdb, ReadOnlySpan<byte> dataOut, IMedium medium) =>
        throw new NotSupportedException();

    /// <summary>The answer to a plain read or write that the medium failed (sense key, code, INFORMATION = LBA).</summary>
    public ScsiResult MediumFault(MediumStatus status, ulong lba, bool isWrite) => throw new NotSupportedException();

    /// <summary>The volume grew: READ CAPACITY tells, and every nexus gets UNIT ATTENTION 2Ah/09h.</summary>
    public void SetBlocks(ulong blocks) => throw new NotSupportedException();

    /// <summary>Element access readOnly or readWrite.</summary>
    public void SetWriteProtected(bool isProtected) => throw new NotSupportedException();

    /// <summary>Every nexus gets a unit attention; reservations of RESERVE(6) end.</summary>
    public void Reset(ResetKind kind) => throw new NotSupportedException();
}
