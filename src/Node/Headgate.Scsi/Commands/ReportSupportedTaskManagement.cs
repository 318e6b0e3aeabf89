using Headgate.Scsi.Dispatch;

namespace Headgate.Scsi.Commands;

/// <summary>REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS (SPC-4 6.36): those of iSCSI at error recovery level 0.</summary>
internal static class ReportSupportedTaskManagement
{
    private const int AllocationLength = 6;
    private const byte Extended = 0x80;

    /// <summary>ABORT TASK, ABORT TASK SET, CLEAR TASK SET, LOGICAL UNIT RESET; target resets (bits 1 and 0 are obsolete ones in SPC-4, which iSCSI has).</summary>
    private const byte Functions = 0x80 | 0x40 | 0x10 | 0x08 | 0x02;

    private const int ShortBytes = 4;
    private const int ExtendedBytes = 16;

    public static CommandPlan Plan(in CommandContext context)
    {
        if (Cdb.U32(context.Cdb, AllocationLength) < ShortBytes)
            return CommandPlan.Respond(context.InvalidField(AllocationLength, 7));
        var isExtended = (context.Cdb[2] & Extended) != 0;
        var data = new byte[isExtended ? ExtendedBytes : ShortBytes];
        data[0] = Functions;
        data[3] = (byte)(data.Length - ShortBytes);
        return CommandPlan.Respond(ScsiResult.Data(data, Cdb.U32(context.Cdb, AllocationLength)));
    }
}
