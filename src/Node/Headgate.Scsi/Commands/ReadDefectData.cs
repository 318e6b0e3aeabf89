using Headgate.Scsi.Dispatch;

namespace Headgate.Scsi.Commands;

/// <summary>READ DEFECT DATA (10) and (12) (SBC-3): both lists are empty, in whatever format is asked for.</summary>
internal static class ReadDefectData
{
    private const int HeaderBytes10 = 4;
    private const int HeaderBytes12 = 8;

    public static CommandPlan Plan10(in CommandContext context)
    {
        var data = new byte[HeaderBytes10];
        data[1] = context.Cdb[2];
        return CommandPlan.Respond(ScsiResult.Data(data, Cdb.U16(context.Cdb, 7)));
    }

    public static CommandPlan Plan12(in CommandContext context)
    {
        var data = new byte[HeaderBytes12];
        data[1] = context.Cdb[1];
        return CommandPlan.Respond(ScsiResult.Data(data, Cdb.U32(context.Cdb, 6)));
    }
}
