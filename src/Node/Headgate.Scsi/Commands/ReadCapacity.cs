using System.Buffers.Binary;
using System.Numerics;
using Headgate.Scsi.Dispatch;

namespace Headgate.Scsi.Commands;

/// <summary>READ CAPACITY (10) and (16) (SBC-3).</summary>
internal static class ReadCapacity
{
    private const int AllocationLength16 = 10;
    private const byte ThinProvisioned = 0x80;
    private const byte UnmappedReadsZeros = 0x40;

    public static CommandPlan Plan10(in CommandContext context)
    {
        var data = new byte[8];
        // All ones: "ask READ CAPACITY(16)".
        BinaryPrimitives.WriteUInt32BigEndian(data, (uint)Math.Min(context.State.Blocks - 1, uint.MaxValue));
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(4), context.BlockBytes);
        return CommandPlan.Respond(ScsiResult.Data(data, (ulong)data.Length));
    }

    public static CommandPlan Plan16(in CommandContext context)
    {
        var data = new byte[32];
        BinaryPrimitives.WriteUInt64BigEndian(data, context.State.Blocks - 1);
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(8), context.BlockBytes);
        data[13] = (byte)BitOperations.Log2((uint)(context.Unit.Geometry.PhysicalBlockBytes / context.BlockBytes));
        data[14] = context.Unit.Geometry.OffersUnmap ? (byte)(ThinProvisioned | UnmappedReadsZeros) : (byte)0;
        return CommandPlan.Respond(ScsiResult.Data(data, Cdb.U32(context.Cdb, AllocationLength16)));
    }
}
