namespace Headgate.Scsi;

/// <summary>Bounds of one command. VPD page B0h tells initiators about them.</summary>
public static class ScsiLimits
{
    /// <summary>
    /// Bytes of one READ, WRITE, VERIFY and the like. 8 MiB is the least that still allows 2048 blocks of 4096 bytes,
    /// which copy tools write at once; it bounds what a session must buffer for a command.
    /// </summary>
    public const int MaxTransferBytes = 8 << 20;

    /// <summary>Blocks of one COMPARE AND WRITE. Cluster file systems use one; 32 keeps it well within a page or four.</summary>
    public const int MaxCompareAndWriteBlocks = 32;

    /// <summary>
    /// Bytes of one WRITE SAME, as many as of a WRITE. It may be real writing and is charged as such: 8 MiB cost 1200
    /// I/Os, which a volume of 100 IOPS pays in 12 s; Linux gives a WRITE SAME 120 s, other commands 30 s.
    /// </summary>
    public const int MaxWriteSameBytes = MaxTransferBytes;

    /// <summary>Logical blocks of one UNMAP command: 512 MiB at 512 bytes, a fraction of a second of hole punching.</summary>
    public const uint MaxUnmapBlocks = 1 << 20;

    /// <summary>Block descriptors of one UNMAP command.</summary>
    public const int MaxUnmapDescriptors = 256;

    /// <summary>What file systems can free: smaller holes are only zeroed. VPD B0h OPTIMAL UNMAP GRANULARITY.</summary>
    public const int UnmapGranularityBytes = 4096;

    /// <summary>What an UNMAP or a deallocating WRITE SAME is charged at most, however much it frees: it moves no data.</summary>
    public const long MaxUnmapCostBytes = 1 << 20;

    /// <summary>Descriptors that one GET LBA STATUS returns at most; the initiator asks again from where they end.</summary>
    public const int MaxLbaStatusDescriptors = 256;

    /// <summary>Medium is read and written in pieces of this size by commands that this layer carries out.</summary>
    internal const int ChunkBytes = 1 << 20;

    /// <summary>Registered I_T nexuses of one logical unit: 64 hosts with 16 paths each.</summary>
    public const int MaxRegistrations = 1024;
}
