using Headgate.Scsi.Commands;

namespace Headgate.Scsi.Dispatch;

/// <summary>Reservations: those of SPC-2 and the persistent ones of SPC-4 5.12.</summary>
internal static partial class CommandTable
{
    private static CommandDefinition[] ReservationCommands() =>
    [
        Row("RESERVE(6)", "16 00 00 00 00 00", CommandTraits.None, ReservationRule.OwnRule, ReserveRelease.PlanReserve),
        Row("RELEASE(6)", "17 00 00 00 00 00",
            CommandTraits.BypassesReserve, ReservationRule.OwnRule, ReserveRelease.PlanRelease),
        Row("RESERVE(10)", "56 00 00 00 00 00 00 00 00 00",
            CommandTraits.None, ReservationRule.OwnRule, ReserveRelease.PlanReserve),
        Row("RELEASE(10)", "57 00 00 00 00 00 00 00 00 00",
            CommandTraits.BypassesReserve, ReservationRule.OwnRule, ReserveRelease.PlanRelease),
    ];
}
