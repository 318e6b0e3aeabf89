using Headgate.Scsi.Dispatch;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Commands;

/// <summary>A LUN that is not there (SPC-4 6.6.2, 6.33, 6.39; SAM-5 4.6.4): the target's only one is 0.</summary>
internal static class AbsentLun
{
    private const byte NotCapable = 0x7F;

    private static readonly SenseData NotSupported = SenseData.IllegalRequest(AdditionalSense.LogicalUnitNotSupported);

    public static CommandPlan Plan(LogicalUnit unit, ReadOnlySpan<byte> cdb)
    {
        if (CommandTable.Find(cdb, out _) is not { } command || !IsAnswered(command.Opcode) || cdb.Length < command.Usage.Length)
            return Fail(NotSupported);
        return command.TryFindReservedBit(cdb, out var reservedBit) ? Fail(reservedBit) : Answer(unit, cdb);
    }

    private static bool IsAnswered(byte opcode) => opcode is 0x12 or 0x03 or 0xA0;

    private static CommandPlan Answer(LogicalUnit unit, ReadOnlySpan<byte> cdb)
    {
        switch (cdb[0])
        {
            case 0x03:
                return CommandPlan.Respond(RequestSense.Answer(cdb, NotSupported));
            case 0xA0:
                return ReportLuns.List(cdb) is { } luns
                    ? CommandPlan.Respond(ScsiResult.Data(luns, Cdb.U32(cdb, 6)))
                    : Fail(SenseData.InvalidFieldInCdb(2));
            default:
                if ((cdb[1] & 1) != 0 || cdb[2] != 0)
                    return Fail(SenseData.InvalidFieldInCdb(2));
                var data = Inquiry.Standard(unit);
                data[0] = NotCapable;
                return CommandPlan.Respond(ScsiResult.Data(data, Cdb.U16(cdb, 3)));
        }
    }

    private static CommandPlan Fail(in SenseData sense) =>
        CommandPlan.Respond(new ScsiResult(ScsiStatus.CheckCondition, default, sense.Encode(descriptorFormat: false)));
}
