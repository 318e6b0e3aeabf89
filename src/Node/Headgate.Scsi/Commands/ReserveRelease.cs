using Headgate.Scsi.Dispatch;

namespace Headgate.Scsi.Commands;

/// <summary>RESERVE and RELEASE of 6 and 10 bytes (SPC-2 7.21 to 7.24). With keys registered they conflict (SPC-4 5.12.3, CRH=0).</summary>
internal static class ReserveRelease
{
    public static CommandPlan PlanReserve(in CommandContext context)
    {
        var nexus = context.Nexus;
        var reserved = context.Unit.Change(state =>
            state.Persistent.Registrations.Length > 0 || (state.ReservedBy is { } holder && holder != nexus)
                ? null
                : state with { ReservedBy = nexus });
        return reserved ? default : CommandPlan.Respond(ScsiResult.ReservationConflict);
    }

    /// <summary>RELEASE by a nexus that holds nothing is GOOD and does nothing.</summary>
    public static CommandPlan PlanRelease(in CommandContext context)
    {
        var nexus = context.Nexus;
        if (context.State.Persistent.Registrations.Length > 0)
            return CommandPlan.Respond(ScsiResult.ReservationConflict);
        context.Unit.Change(state => state.ReservedBy == nexus ? state with { ReservedBy = null } : null);
        return default;
    }
}
