using System.Buffers.Binary;
using Headgate.Scsi.Dispatch;

namespace Headgate.Scsi.Commands;

/// <summary>GET LBA STATUS (SBC-3): runs of mapped and deallocated blocks from a block on, as many as there is room for.</summary>
internal static class GetLbaStatus
{
    private const int AllocationLength = 10;
    private const int HeaderBytes = 8;
    private const int DescriptorBytes = 16;
    private const byte Deallocated = 1;

    public static CommandPlan Plan(in CommandContext context)
    {
        var lba = Cdb.U64(context.Cdb, 2);
        return context.IsInRange(lba, 1)
            ? new CommandPlan { Kind = PlanKind.Execute, DataInBytes = HeaderBytes + Room(context) * DescriptorBytes }
            : CommandPlan.Respond(context.OutOfRange(lba));
    }

    public static ScsiResult Execute(in CommandContext context, ReadOnlySpan<byte> dataOut, IMedium medium)
    {
        var lba = Cdb.U64(context.Cdb, 2);
        var data = new byte[HeaderBytes + Room(context) * DescriptorBytes];
        var used = HeaderBytes;
        while (used < data.Length && lba < context.State.Blocks)
        {
            var status = medium.GetMapping(lba, out var mapped, out var run);
            if (status != MediumStatus.Good)
                return context.MediumFault(status, lba, isWrite: false);
            var descriptor = data.AsSpan(used);
            var blocks = (uint)Math.Clamp(Math.Min(run, context.State.Blocks - lba), 1, uint.MaxValue);
            BinaryPrimitives.WriteUInt64BigEndian(descriptor, lba);
            BinaryPrimitives.WriteUInt32BigEndian(descriptor[8..], blocks);
            descriptor[12] = mapped ? (byte)0 : Deallocated;
            lba += blocks;
            used += DescriptorBytes;
        }

        BinaryPrimitives.WriteInt32BigEndian(data, used - 4);
        return ScsiResult.Data(data[..used], Cdb.U32(context.Cdb, AllocationLength));
    }

    /// <summary>Descriptors that fit; at least one, which is then cut (SBC-3 on GET LBA STATUS).</summary>
    private static int Room(in CommandContext context)
    {
        var bytes = Math.Max(0L, Cdb.U32(context.Cdb, AllocationLength) - (long)HeaderBytes);
        return (int)Math.Clamp(bytes / DescriptorBytes, 1, ScsiLimits.MaxLbaStatusDescriptors);
    }
}
