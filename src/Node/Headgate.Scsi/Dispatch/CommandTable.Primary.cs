using Headgate.Scsi.Commands;

namespace Headgate.Scsi.Dispatch;

/// <summary>SPC-4 commands.</summary>
internal static partial class CommandTable
{
    private const CommandTraits Informs = CommandTraits.DuringSanitize | CommandTraits.AfterFailedSanitize;
    private const CommandTraits AnswersAlways = CommandTraits.BypassesAttention | CommandTraits.BypassesReserve | Informs;

    private static CommandDefinition[] PrimaryCommands() =>
    [
        Row("TEST UNIT READY", "00 00 00 00 00 00",
            CommandTraits.NeedsMedium, ReservationRule.Allowed, static (in _) => default),
        Row("REQUEST SENSE", "03 01 00 00 FF 00", AnswersAlways, ReservationRule.Allowed, RequestSense.Plan),
        Row("INQUIRY", "12 01 FF FF FF 00", AnswersAlways, ReservationRule.Allowed, Inquiry.Plan),
        Row("MODE SELECT(6)", "15 10 00 00 FF 00",
            CommandTraits.None, ReservationRule.WritesMedium, ModeSelect.Plan, ModeSelect.Execute),
        Row("MODE SENSE(6)", "1A 08 FF FF FF 00", CommandTraits.None, ReservationRule.ReadsMedium, ModeSense.Plan),
        Row("MODE SELECT(10)", "55 10 00 00 00 00 00 FF FF 00",
            CommandTraits.None, ReservationRule.WritesMedium, ModeSelect.Plan, ModeSelect.Execute),
        Row("MODE SENSE(10)", "5A 18 FF FF 00 00 00 FF FF 00", CommandTraits.None, ReservationRule.ReadsMedium, ModeSense.Plan),
        Row("REPORT LUNS", "A0 00 FF 00 00 00 FF FF FF FF 00 00", AnswersAlways, ReservationRule.Allowed, ReportLuns.Plan),
        Row("SEND DIAGNOSTIC", "1D 04 00 FF FF 00", CommandTraits.None, ReservationRule.ReadsMedium, SendDiagnostic.Plan),
        ActionRow("EXTENDED COPY(LID1)", "83 00 0000000000000000 FFFFFFFF 00 00",
            CommandTraits.NeedsMedium, ReservationRule.WritesMedium, ExtendedCopy.Plan),
        ActionRow("RECEIVE COPY STATUS(LID1)", "84 00 FF 00000000000000 FFFFFFFF 00 00",
            CommandTraits.None, ReservationRule.ReadsMedium, ReceiveCopyResults.PlanCopyStatus),
        ActionRow("RECEIVE COPY OPERATING PARAMETERS", "84 03 00 00000000000000 FFFFFFFF 00 00",
            CommandTraits.None, ReservationRule.ReadsMedium, ReceiveCopyResults.PlanOperatingParameters),
        ActionRow("REPORT SUPPORTED TASK MANAGEMENT FUNCTIONS", "A3 0D 80 00 00 00 FF FF FF FF 00 00",
            Informs, ReservationRule.ReadsMedium, ReportSupportedTaskManagement.Plan),
        ActionRow("REPORT TARGET PORT GROUPS", "A3 2A 00 00 00 00 FF FF FF FF 00 00",
            Informs, ReservationRule.Allowed, ReportTargetPortGroups.Plan),
        ActionRow("REPORT SUPPORTED OPERATION CODES", "A3 0C 87 FF FF FF FF FF FF FF 00 00",
            Informs, ReservationRule.ReadsMedium, ReportSupportedOperationCodes.Plan),
    ];
}
