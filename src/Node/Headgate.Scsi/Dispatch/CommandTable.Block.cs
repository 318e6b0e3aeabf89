using Headgate.Scsi.Commands;

namespace Headgate.Scsi.Dispatch;

/// <summary>
/// SBC-3 commands. In READ and WRITE byte 1 allows DPO and FUA; RDPROTECT and WRPROTECT must be zero (PROTECT=0).
/// SYNCHRONIZE CACHE allows SYNC_NV, obsolete since SBC-3: initiators of SBC-2 set it, and all goes to the medium anyway.
/// </summary>
internal static partial class CommandTable
{
    private const CommandTraits Reads = CommandTraits.NeedsMedium;
    private const CommandTraits WritesTo = CommandTraits.NeedsMedium | CommandTraits.Writes;
    private const CommandTraits Sanitizes = WritesTo | CommandTraits.AfterFailedSanitize;

    private static CommandDefinition[] BlockCommands() =>
    [
        Row("READ(6)", "08 1F FF FF FF 00", Reads, ReservationRule.ReadsMedium, ReadWrite.PlanRead),
        Row("WRITE(6)", "0A 1F FF FF FF 00", WritesTo, ReservationRule.WritesMedium, ReadWrite.PlanWrite),
        Row("START STOP UNIT", "1B 01 00 0F F7 00",
            CommandTraits.None, ReservationRule.OwnRule, StartStopUnit.Plan, StartStopUnit.Execute),
        Row("PREVENT ALLOW MEDIUM REMOVAL", "1E 00 00 00 01 00",
            CommandTraits.None, ReservationRule.OwnRule, PreventAllowMediumRemoval.Plan),
        Row("READ CAPACITY(10)", "25 00 00 00 00 00 00 00 00 00", Reads, ReservationRule.Allowed, ReadCapacity.Plan10),
        Row("READ(10)", "28 18 FF FF FF FF 1F FF FF 00", Reads, ReservationRule.ReadsMedium, ReadWrite.PlanRead),
        Row("WRITE(10)", "2A 18 FF FF FF FF 1F FF FF 00", WritesTo, ReservationRule.WritesMedium, ReadWrite.PlanWrite),
        Row("WRITE AND VERIFY(10)", "2E 12 FF FF FF FF 1F FF FF 00",
            WritesTo, ReservationRule.WritesMedium, WriteAndVerify.Plan, WriteAndVerify.Execute),
        Row("VERIFY(10)", "2F 16 FF FF FF FF 1F FF FF 00", Reads, ReservationRule.ReadsMedium, Verify.Plan, Verify.Execute),
        Row("PRE-FETCH(10)", "34 02 FF FF FF FF 1F FF FF 00", Reads, ReservationRule.ReadsMedium, Prefetch.Plan),
        Row("SYNCHRONIZE CACHE(10)", "35 06 FF FF FF FF 1F FF FF 00",
            Reads, ReservationRule.WritesMedium, SynchronizeCache.Plan, SynchronizeCache.Execute),
        Row("READ DEFECT DATA(10)", "37 00 1F 00 00 00 00 FF FF 00", Reads, ReservationRule.ReadsMedium, ReadDefectData.Plan10),
        Row("WRITE SAME(10)", "41 08 FF FF FF FF 1F FF FF 00",
            WritesTo, ReservationRule.WritesMedium, WriteSame.Plan, WriteSame.Execute),
        WhereOffered(geometry => geometry.OffersUnmap, Row("UNMAP", "42 00 00 00 00 00 1F FF FF 00",
            WritesTo, ReservationRule.WritesMedium, Unmap.Plan, Unmap.Execute)),
        ActionRow("SANITIZE, OVERWRITE", "48 A1 00 00 00 00 00 FF FF 00",
            Sanitizes, ReservationRule.WritesMedium, Sanitize.PlanOverwrite, Sanitize.Overwrite),
        WhereOffered(geometry => geometry.OffersUnmap, ActionRow("SANITIZE, BLOCK ERASE", "48 A2 00 00 00 00 00 FF FF 00",
            Sanitizes, ReservationRule.WritesMedium, Sanitize.PlanWithoutList, Sanitize.BlockErase)),
        WhereOffered(geometry => geometry.OffersUnmap, ActionRow("SANITIZE, CRYPTO ERASE", "48 A3 00 00 00 00 00 FF FF 00",
            Sanitizes, ReservationRule.WritesMedium, Sanitize.PlanWithoutList, Sanitize.CryptoErase)),
        ActionRow("SANITIZE, EXIT FAILURE MODE", "48 BF 00 00 00 00 00 FF FF 00",
            Sanitizes, ReservationRule.WritesMedium, Sanitize.PlanWithoutList, Sanitize.ExitFailureMode),
        Row("READ(16)", "88 18 FFFFFFFFFFFFFFFF FFFFFFFF 1F 00", Reads, ReservationRule.ReadsMedium, ReadWrite.PlanRead),
        Row("COMPARE AND WRITE", "89 18 FFFFFFFFFFFFFFFF 000000 FF 1F 00",
            WritesTo, ReservationRule.WritesMedium, CompareAndWrite.Plan, CompareAndWrite.Execute),
        Row("WRITE(16)", "8A 18 FFFFFFFFFFFFFFFF FFFFFFFF 1F 00",
            WritesTo, ReservationRule.WritesMedium, ReadWrite.PlanWrite),
        Row("ORWRITE(16)", "8B 18 FFFFFFFFFFFFFFFF FFFFFFFF 1F 00",
            WritesTo, ReservationRule.WritesMedium, OrWrite.Plan, OrWrite.Execute),
        Row("WRITE AND VERIFY(16)", "8E 12 FFFFFFFFFFFFFFFF FFFFFFFF 1F 00",
            WritesTo, ReservationRule.WritesMedium, WriteAndVerify.Plan, WriteAndVerify.Execute),
        Row("VERIFY(16)", "8F 16 FFFFFFFFFFFFFFFF FFFFFFFF 1F 00",
            Reads, ReservationRule.ReadsMedium, Verify.Plan, Verify.Execute),
        Row("PRE-FETCH(16)", "90 02 FFFFFFFFFFFFFFFF FFFFFFFF 1F 00", Reads, ReservationRule.ReadsMedium, Prefetch.Plan),
        Row("SYNCHRONIZE CACHE(16)", "91 06 FFFFFFFFFFFFFFFF FFFFFFFF 1F 00",
            Reads, ReservationRule.WritesMedium, SynchronizeCache.Plan, SynchronizeCache.Execute),
        Row("WRITE SAME(16)", "93 09 FFFFFFFFFFFFFFFF FFFFFFFF 1F 00",
            WritesTo, ReservationRule.WritesMedium, WriteSame.Plan, WriteSame.Execute),
        ActionRow("READ CAPACITY(16)", "9E 10 0000000000000000 FFFFFFFF 00 00",
            Reads, ReservationRule.Allowed, ReadCapacity.Plan16),
        WhereOffered(geometry => geometry.OffersUnmap, ActionRow("GET LBA STATUS", "9E 12 FFFFFFFFFFFFFFFF FFFFFFFF 00 00",
            Reads, ReservationRule.ReadsMedium, GetLbaStatus.Plan, GetLbaStatus.Execute)),
        WhereOffered(geometry => geometry.AtomicWriteBytes > 0, Row("WRITE ATOMIC(16)", "9C 18 FFFFFFFFFFFFFFFF 0000 FFFF 1F 00",
            WritesTo, ReservationRule.WritesMedium, WriteAtomic.Plan, WriteAtomic.Execute)),
        Row("READ(12)", "A8 18 FF FF FF FF FF FF FF FF 1F 00", Reads, ReservationRule.ReadsMedium, ReadWrite.PlanRead),
        Row("WRITE(12)", "AA 18 FF FF FF FF FF FF FF FF 1F 00",
            WritesTo, ReservationRule.WritesMedium, ReadWrite.PlanWrite),
        Row("WRITE AND VERIFY(12)", "AE 12 FF FF FF FF FF FF FF FF 1F 00",
            WritesTo, ReservationRule.WritesMedium, WriteAndVerify.Plan, WriteAndVerify.Execute),
        Row("VERIFY(12)", "AF 16 FF FF FF FF FF FF FF FF 1F 00",
            Reads, ReservationRule.ReadsMedium, Verify.Plan, Verify.Execute),
        Row("READ DEFECT DATA(12)", "B7 1F FF FF FF FF FF FF FF FF 00 00",
            Reads, ReservationRule.ReadsMedium, ReadDefectData.Plan12),
    ];
}
