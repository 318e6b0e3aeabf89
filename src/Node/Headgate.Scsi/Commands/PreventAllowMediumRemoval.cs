using Headgate.Scsi.Dispatch;

namespace Headgate.Scsi.Commands;

/// <summary>PREVENT ALLOW MEDIUM REMOVAL (SBC-3): each nexus prevents for itself, until it allows, leaves or a reset.</summary>
internal static class PreventAllowMediumRemoval
{
    public static CommandPlan Plan(in CommandContext context)
    {
        var prevents = (context.Cdb[4] & 1) != 0;
        if (prevents && !context.State.Persistent.Allows(context.Nexus.InitiatorPort, writes: true))
            return CommandPlan.Respond(ScsiResult.ReservationConflict);
        context.Unit.SetPrevention(context.Nexus, prevents);
        return default;
    }
}
