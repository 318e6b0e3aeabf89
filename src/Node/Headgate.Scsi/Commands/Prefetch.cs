using Headgate.Scsi.Dispatch;

namespace Headgate.Scsi.Commands;

/// <summary>
/// PRE-FETCH (10) and (16) (SBC-3). A hint that nothing needs: GOOD says that the blocks may not all be in the cache,
/// which is always true to say.
/// </summary>
internal static class Prefetch
{
    public static CommandPlan Plan(in CommandContext context)
    {
        var (lba, blocks) = Cdb.Extent(context.Cdb);
        return context.IsInRange(lba, blocks) ? default : CommandPlan.Respond(context.OutOfRange(lba));
    }
}
