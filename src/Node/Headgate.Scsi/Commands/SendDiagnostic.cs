using Headgate.Scsi.Dispatch;

namespace Headgate.Scsi.Commands;

/// <summary>
/// SEND DIAGNOSTIC (SPC-4 6.42), which SBC-3 demands of a disk: the default self-test, which a unit without hardware of its own
/// passes when it answers at all. No diagnostic pages and no extended self-tests: there is nothing that they could find.
/// </summary>
internal static class SendDiagnostic
{
    private const byte SelfTest = 0x04;

    public static CommandPlan Plan(in CommandContext context)
    {
        if (Cdb.U16(context.Cdb, 3) != 0)
            return CommandPlan.Respond(context.InvalidField(3, 7));
        return (context.Cdb[1] & SelfTest) != 0 ? default : CommandPlan.Respond(context.InvalidField(1, 2));
    }
}
