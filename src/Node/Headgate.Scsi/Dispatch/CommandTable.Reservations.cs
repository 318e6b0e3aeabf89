using Headgate.Scsi.Commands;
using Headgate.Scsi.Reservations;

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
        ActionRow("PERSISTENT RESERVE IN, READ KEYS", PersistentIn(0x00),
            Informs, ReservationRule.Allowed, PersistentReserveIn.PlanReadKeys),
        ActionRow("PERSISTENT RESERVE IN, READ RESERVATION", PersistentIn(0x01),
            Informs, ReservationRule.Allowed, PersistentReserveIn.PlanReadReservation),
        ActionRow("PERSISTENT RESERVE IN, REPORT CAPABILITIES", PersistentIn(0x02),
            Informs, ReservationRule.Allowed, PersistentReserveIn.PlanReportCapabilities),
        ActionRow("PERSISTENT RESERVE IN, READ FULL STATUS", PersistentIn(0x03),
            Informs, ReservationRule.Allowed, PersistentReserveIn.PlanReadFullStatus),
        PersistentOut("REGISTER", ReservationAction.Register),
        PersistentOut("RESERVE", ReservationAction.Reserve),
        PersistentOut("RELEASE", ReservationAction.Release),
        PersistentOut("CLEAR", ReservationAction.Clear),
        PersistentOut("PREEMPT", ReservationAction.Preempt),
        PersistentOut("PREEMPT AND ABORT", ReservationAction.PreemptAndAbort),
        PersistentOut("REGISTER AND IGNORE EXISTING KEY", ReservationAction.RegisterAndIgnoreExistingKey),
    ];

    private static string PersistentIn(byte serviceAction) => $"5E {serviceAction:X2} 00 00 00 00 00 FF FF 00";

    /// <summary>SCOPE and TYPE are looked at or, by SPC-4 6.16.2, ignored; either way they may be anything here.</summary>
    private static CommandDefinition PersistentOut(string name, ReservationAction action) => ActionRow(
        $"PERSISTENT RESERVE OUT, {name}", $"5F {(byte)action:X2} FF 00 00 FF FF FF FF 00",
        CommandTraits.None, ReservationRule.OwnRule, PersistentReserveOut.Plan, PersistentReserveOut.Execute);
}
