using Headgate.Scsi.Dispatch;

namespace Headgate.Scsi.Commands;

/// <summary>
/// SYNCHRONIZE CACHE (10) and (16) (SBC-3). The whole cache goes to the medium, whichever blocks are named; with
/// IMMED the status comes after it, too, which promises more than asked.
/// </summary>
internal static class SynchronizeCache
{
    public static CommandPlan Plan(in CommandContext context)
    {
        var (lba, blocks) = Cdb.Extent(context.Cdb);
        return context.IsInRange(lba, blocks)
            ? new CommandPlan { Kind = PlanKind.Execute }
            : CommandPlan.Respond(context.OutOfRange(lba));
    }

    public static ScsiResult Execute(in CommandContext context, ReadOnlySpan<byte> dataOut, IMedium medium)
    {
        var status = medium.Flush();
        return status == MediumStatus.Good
            ? ScsiResult.Good
            : context.MediumFault(status, Cdb.Extent(context.Cdb).Lba, isWrite: true);
    }
}
