using System.Buffers.Binary;
using Headgate.Scsi.Dispatch;

namespace Headgate.Scsi.Commands;

/// <summary>REPORT SUPPORTED OPERATION CODES (SPC-4 6.35), read off the command table.</summary>
internal static class ReportSupportedOperationCodes
{
    private const int OptionField = 2;
    private const int OpcodeField = 3;
    private const int ServiceActionField = 4;
    private const int AllocationLength = 6;
    private const byte WantsTimeouts = 0x80;
    private const int TimeoutsBytes = 12;
    private const byte NotSupported = 1;
    private const byte Supported = 3;

    public static CommandPlan Plan(in CommandContext context)
    {
        var cdb = context.Cdb;
        var timeouts = (cdb[OptionField] & WantsTimeouts) != 0;
        var (opcode, action) = (cdb[OpcodeField], Cdb.U16(cdb, ServiceActionField));
        byte[] data;
        switch (cdb[OptionField] & 0x07)
        {
            case 0:
                data = AllCommands(context.Unit.Geometry, timeouts);
                break;
            case 1 when CommandTable.HasServiceActions(opcode):
                return CommandPlan.Respond(context.InvalidField(OptionField, 2));
            case 1:
                data = OneCommand(Offered(CommandTable.Find(opcode), context), timeouts);
                break;
            case 2 when CommandTable.Find(opcode) is not null:
                return CommandPlan.Respond(context.InvalidField(OptionField, 2));
            case 2:
                data = OneCommand(Offered(CommandTable.Find(opcode, action), context), timeouts);
                break;
            case 3:
                data = OneCommand(Offered(FindEither(opcode, action), context), timeouts);
                break;
            default:
                return CommandPlan.Respond(context.InvalidField(OptionField, 2));
        }

        return CommandPlan.Respond(ScsiResult.Data(data, Cdb.U32(cdb, AllocationLength)));
    }

    /// <summary>REPORTING OPTIONS 011b: a command without service actions goes by service action zero.</summary>
    private static CommandDefinition? FindEither(byte opcode, int action) =>
        CommandTable.HasServiceActions(opcode) ? CommandTable.Find(opcode, action)
        : action == 0 ? CommandTable.Find(opcode) : null;

    private static CommandDefinition? Offered(CommandDefinition? command, in CommandContext context) =>
        command is not null && command.IsOfferedBy(context.Unit.Geometry) ? command : null;

    private static byte[] AllCommands(LogicalUnitGeometry geometry, bool timeouts)
    {
        var entryBytes = 8 + (timeouts ? TimeoutsBytes : 0);
        var offered = 0;
        foreach (var command in CommandTable.All)
            offered += command.IsOfferedBy(geometry) ? 1 : 0;
        var data = new byte[4 + offered * entryBytes];
        BinaryPrimitives.WriteInt32BigEndian(data, data.Length - 4);
        var entry = data.AsSpan(4);
        foreach (var command in CommandTable.All)
        {
            if (!command.IsOfferedBy(geometry))
                continue;
            entry[0] = command.Opcode;
            entry[3] = command.ServiceAction;
            entry[5] = (byte)((timeouts ? 0x02 : 0) | (command.HasServiceAction ? 0x01 : 0));
            entry[7] = (byte)command.Usage.Length;
            if (timeouts)
                WriteTimeouts(entry[8..]);
            entry = entry[entryBytes..];
        }

        return data;
    }

    private static byte[] OneCommand(CommandDefinition? command, bool timeouts)
    {
        if (command is null)
            return [0, NotSupported, 0, 0];
        var usage = command.Usage;
        var data = new byte[4 + usage.Length + (timeouts ? TimeoutsBytes : 0)];
        data[1] = (byte)(Supported | (timeouts ? 0x80 : 0));
        data[3] = (byte)usage.Length;
        usage.CopyTo(data, 4);
        if (timeouts)
            WriteTimeouts(data.AsSpan(4 + usage.Length));
        return data;
    }

    /// <summary>Timeouts descriptor (SPC-4 6.35.4): times of zero, none is recommended; QoS, not the command, sets the pace.</summary>
    private static void WriteTimeouts(Span<byte> descriptor) => descriptor[1] = TimeoutsBytes - 2;
}
