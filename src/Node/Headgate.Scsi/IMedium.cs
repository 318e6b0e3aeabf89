namespace Headgate.Scsi;

/// <summary>How an access to the medium went; each maps to one sense key and additional sense code.</summary>
public enum MediumStatus
{
    /// <summary>It went well.</summary>
    Good,

    /// <summary>The data could not be read: MEDIUM ERROR, UNRECOVERED READ ERROR (11h/00h).</summary>
    ReadError,

    /// <summary>The data could not be written: MEDIUM ERROR, WRITE ERROR (0Ch/00h).</summary>
    WriteError,

    /// <summary>A thin volume has no room: DATA PROTECT, SPACE ALLOCATION FAILED WRITE PROTECT (27h/07h), SBC-3 on thin provisioning.</summary>
    NoSpace,

    /// <summary>The backing store is gone: NOT READY, LOGICAL UNIT NOT READY, CAUSE NOT REPORTABLE (04h/00h).</summary>
    Gone,
}

/// <summary>
/// The medium under a logical unit, in logical blocks. Synchronous: called on a thread that may wait, never on one that
/// serves a connection. Plain READ and WRITE do not come this way (the node takes those to its I/O engine itself).
/// </summary>
public interface IMedium
{
    /// <summary>Reads whole blocks. Blocks never written, or unmapped, read as zeros (LBPRZ=1).</summary>
    MediumStatus Read(ulong lba, Span<byte> blocks);

    /// <summary>Writes whole blocks; with <paramref name="fua"/> they are on the medium when this returns.</summary>
    MediumStatus Write(ulong lba, ReadOnlySpan<byte> blocks, bool fua);

    /// <summary>As <see cref="Write"/>, but all or nothing, over a crash too. Called only when the geometry offers it.</summary>
    MediumStatus WriteAtomic(ulong lba, ReadOnlySpan<byte> blocks, bool fua) => MediumStatus.WriteError;

    /// <summary>All that was written before is on the medium when this returns.</summary>
    MediumStatus Flush();

    /// <summary>Frees the blocks; they read as zeros afterwards.</summary>
    MediumStatus Unmap(ulong lba, ulong count);

    /// <summary>After all blocks were overwritten or unmapped: does away with what is kept of former writes elsewhere.</summary>
    MediumStatus EraseTraces() => MediumStatus.Good;

    /// <summary>Whether the block at <paramref name="lba"/> is mapped, and for how many blocks from there that holds.</summary>
    MediumStatus GetMapping(ulong lba, out bool mapped, out ulong run);
}
