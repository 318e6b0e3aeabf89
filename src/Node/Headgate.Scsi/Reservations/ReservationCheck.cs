using Headgate.Scsi.Dispatch;

namespace Headgate.Scsi.Reservations;

/// <summary>Whether a reservation of another nexus forbids a command.</summary>
internal static class ReservationCheck
{
    public static bool Conflicts(CommandDefinition command, Nexus nexus, UnitState state)
    {
        if (state.ReservedBy is { } holder && holder != nexus && !command.Has(CommandTraits.BypassesReserve))
            return true;
        return command.Reservations switch
        {
            ReservationRule.ReadsMedium => !state.Persistent.Allows(nexus.InitiatorPort, writes: false),
            ReservationRule.WritesMedium => !state.Persistent.Allows(nexus.InitiatorPort, writes: true),
            _ => false,
        };
    }
}
