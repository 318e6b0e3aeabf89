using Headgate.Scsi.Dispatch;

namespace Headgate.Scsi.Commands;

/// <summary>READ and WRITE of 6, 10, 12 and 16 bytes (SBC-3): only planned here, the node moves the data.</summary>
internal static class ReadWrite
{
    private const byte FuaBit = 0x08;
    private const byte ReadSix = 0x08;
    private const byte WriteSix = 0x0A;

    public static CommandPlan PlanRead(in CommandContext context) => Plan(context, PlanKind.Read);

    public static CommandPlan PlanWrite(in CommandContext context) => Plan(context, PlanKind.Write);

    private static CommandPlan Plan(in CommandContext context, PlanKind kind)
    {
        var (lba, blocks) = Cdb.Extent(context.Cdb);
        if (!context.IsInRange(lba, blocks))
            return CommandPlan.Respond(context.OutOfRange(lba));
        var bytes = (long)blocks * context.BlockBytes;
        if (bytes > ScsiLimits.MaxTransferBytes)
            return CommandPlan.Respond(context.InvalidField(Cdb.LengthField(context.Cdb), 7));
        if (blocks == 0)
            return default;
        return new CommandPlan
        {
            Kind = kind,
            Lba = lba,
            Blocks = blocks,
            Fua = HasFua(context.Cdb),
            DataOutBytes = kind == PlanKind.Write ? bytes : 0,
            CostBytes = bytes,
            IsWrite = kind == PlanKind.Write,
        };
    }

    /// <summary>In the 6-byte forms that bit belongs to the block address.</summary>
    private static bool HasFua(ReadOnlySpan<byte> cdb) => cdb[0] is not (ReadSix or WriteSix) && (cdb[1] & FuaBit) != 0;
}
