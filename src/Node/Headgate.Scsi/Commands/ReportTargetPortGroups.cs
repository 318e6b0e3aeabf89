using System.Buffers.Binary;
using Headgate.Scsi.Dispatch;

namespace Headgate.Scsi.Commands;

/// <summary>REPORT TARGET PORT GROUPS (SPC-4 6.37): one group, one port, active/optimized and never otherwise.</summary>
internal static class ReportTargetPortGroups
{
    private const int AllocationLength = 6;
    private const int GroupBytes = 12;
    private const byte ExtendedHeader = 0x20;

    public static CommandPlan Plan(in CommandContext context)
    {
        var extended = (context.Cdb[1] & ExtendedHeader) != 0;
        var header = extended ? 8 : 4;
        var data = new byte[header + GroupBytes];
        BinaryPrimitives.WriteInt32BigEndian(data, data.Length - 4);
        if (extended)
            data[4] = 0x10; // RETURN DATA FORMAT 1; no implicit transition time
        var group = data.AsSpan(header);
        group[1] = 0x01; // AO_SUP
        BinaryPrimitives.WriteUInt16BigEndian(group[2..], DeviceIdentification.TargetPort);
        group[7] = 1; // target port count
        BinaryPrimitives.WriteUInt16BigEndian(group[10..], DeviceIdentification.TargetPort);
        return CommandPlan.Respond(ScsiResult.Data(data, Cdb.U32(context.Cdb, AllocationLength)));
    }
}
