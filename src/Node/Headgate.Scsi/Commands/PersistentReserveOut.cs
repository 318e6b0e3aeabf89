using Headgate.Scsi.Dispatch;
using Headgate.Scsi.Reservations;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Commands;

/// <summary>PERSISTENT RESERVE OUT (SPC-4 6.16): reads the order; <see cref="ReservationRules"/> decides.</summary>
internal static class PersistentReserveOut
{
    private const int ScopeAndType = 2;
    private const int ParameterListLength = 5;

    /// <summary>Without SPEC_I_PT the list has exactly this length (6.16.3).</summary>
    private const int ListBytes = 24;

    private const int FlagsField = 20;
    private const byte SpecifyInitiatorPorts = 0x08;
    private const byte AllTargetPorts = 0x04;
    private const byte ActivatePersistThroughPowerLoss = 0x01;

    public static CommandPlan Plan(in CommandContext context)
    {
        var cdb = context.Cdb;
        if (NeedsType(Action(cdb)))
        {
            if (cdb[ScopeAndType] >> 4 != 0)
                return CommandPlan.Respond(context.InvalidField(ScopeAndType, 7));
            if (!PersistentReservations.IsKnown(cdb[ScopeAndType] & 0x0F))
                return CommandPlan.Respond(context.InvalidField(ScopeAndType, 3));
        }

        return Cdb.U32(cdb, ParameterListLength) == ListBytes
            ? new CommandPlan { Kind = PlanKind.Execute, DataOutBytes = ListBytes }
            : CommandPlan.Respond(context.Fail(AdditionalSense.ParameterListLengthError));
    }

    public static ScsiResult Execute(in CommandContext context, ReadOnlySpan<byte> dataOut, IMedium medium)
    {
        if (dataOut.Length != ListBytes)
            return context.Fail(AdditionalSense.ParameterListLengthError);
        var (action, flags) = (Action(context.Cdb), dataOut[FlagsField]);
        var registers = action is ReservationAction.Register or ReservationAction.RegisterAndIgnoreExistingKey;
        var wrong = flags & ~(registers ? AllTargetPorts | ActivatePersistThroughPowerLoss : 0) & 0xFF;
        if (registers && context.Unit.ReservationStore is null)
            wrong |= flags & ActivatePersistThroughPowerLoss;
        // Other service actions ignore the three flags (6.16.3); only the reserved bits count.
        if (!registers)
            wrong &= ~(SpecifyInitiatorPorts | AllTargetPorts | ActivatePersistThroughPowerLoss);
        if (wrong != 0)
            return context.InvalidParameter(FlagsField, System.Numerics.BitOperations.Log2((uint)wrong));
        var order = new ReservationOrder(
            action,
            context.Nexus.InitiatorPort,
            NeedsType(action) ? (ReservationType)(context.Cdb[ScopeAndType] & 0x0F) : ReservationType.None,
            Cdb.U64(dataOut, 0),
            Cdb.U64(dataOut, 8),
            (flags & ActivatePersistThroughPowerLoss) != 0);
        return Carry(context, order);
    }

    private static ScsiResult Carry(in CommandContext context, ReservationOrder order)
    {
        var decision = context.Unit.Reserve(order, out var saved);
        if (decision.IsConflict)
            return ScsiResult.ReservationConflict;
        if (decision.Next is null)
            return context.Fail(decision.Sense);
        var aborts = order.Action == ReservationAction.PreemptAndAbort && decision.Preempted.Count > 0 ? decision.Preempted : null;
        return saved
            ? ScsiResult.Good with { AbortsPorts = aborts }
            : context.Fail(new SenseData(SenseKey.HardwareError, AdditionalSense.InternalTargetFailure));
    }

    private static ReservationAction Action(ReadOnlySpan<byte> cdb) =>
        (ReservationAction)(cdb[1] & CommandTable.ServiceActionMask);

    private static bool NeedsType(ReservationAction action) =>
        action is ReservationAction.Reserve or ReservationAction.Release or ReservationAction.Preempt or ReservationAction.PreemptAndAbort;
}
