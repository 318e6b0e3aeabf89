using System.Buffers.Binary;
using Headgate.Scsi.Copying;
using Headgate.Scsi.Dispatch;

namespace Headgate.Scsi.Commands;

/// <summary>RECEIVE COPY RESULTS (SPC-4 6.24): how a copy went, and what copies may be like.</summary>
internal static class ReceiveCopyResults
{
    private const int ListIdentifier = 2;
    private const int AllocationLength = 10;
    private const int OperatingBytes = 44;

    public static CommandPlan PlanCopyStatus(in CommandContext context)
    {
        const byte bytes = 0, kibibytes = 1;
        if (context.Unit.Copies.Find(context.Nexus.InitiatorPort, context.Cdb[ListIdentifier]) is not { } copy)
            return CommandPlan.Respond(context.InvalidField(ListIdentifier, 7));
        var data = new byte[12];
        var fits = copy.Bytes <= uint.MaxValue;
        data[3] = (byte)(data.Length - 4);
        data[4] = (byte)copy.Status;
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(5), (ushort)copy.Segments);
        data[7] = fits ? bytes : kibibytes;
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(8), (uint)(fits ? copy.Bytes : copy.Bytes >> 10));
        return Answer(context, data);
    }

    public static CommandPlan PlanOperatingParameters(in CommandContext context)
    {
        const byte noListIdentifier = 0x01;
        var descriptors = CopyLimits.Descriptors;
        var data = new byte[OperatingBytes + descriptors.Length];
        BinaryPrimitives.WriteInt32BigEndian(data, data.Length - 4);
        data[4] = noListIdentifier;
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(8), CopyLimits.MaxTargets);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(10), CopyLimits.MaxSegments);
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(12), CopyLimits.MaxListBytes);
        BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(16), CopyLimits.MaxSegmentBytes);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(34), CopyLimits.MaxConcurrent);
        data[36] = CopyLimits.MaxConcurrent;
        data[37] = (byte)System.Numerics.BitOperations.Log2((uint)context.BlockBytes); // DATA SEGMENT GRANULARITY
        data[43] = (byte)descriptors.Length;
        descriptors.CopyTo(data.AsSpan(OperatingBytes));
        return Answer(context, data);
    }

    private static CommandPlan Answer(in CommandContext context, byte[] data) =>
        CommandPlan.Respond(ScsiResult.Data(data, Cdb.U32(context.Cdb, AllocationLength)));
}
