using Headgate.Scsi.Reservations;

namespace Headgate.Scsi;

/// <summary>Persistent reservations: decide, save, then show.</summary>
public sealed partial class LogicalUnit
{
    /// <summary>One PERSISTENT RESERVE OUT after the other: the order in which they were saved is the order in which they hold.</summary>
    private readonly Lock _reserveGate = new();

    /// <summary>
    /// Whether a copy for this nexus may read, or write, here. At the unit that got the command its port decides; at another
    /// one the initiator's own sessions there do, by its node name, since each session has an ISID of its own.
    /// </summary>
    internal bool IsOpenTo(Nexus nexus, bool writes)
    {
        var state = _state;
        bool isHere;
        lock (_gate)
            isHere = _nexuses.Contains(nexus);
        if (state.ReservedBy is { } holder && (isHere ? holder != nexus : holder.InitiatorName != nexus.InitiatorName))
            return false;
        if (state.Persistent.Allows(nexus.InitiatorPort, writes))
            return true;
        return !isHere && state.Persistent.Registrations.Any(one =>
            Nexus.NameOf(one.InitiatorPort) == nexus.InitiatorName && state.Persistent.Allows(one.InitiatorPort, writes));
    }

    /// <summary>Carries out an order.</summary>
    /// <param name="order">What is asked for.</param>
    /// <param name="saved">False: it could not be made durable, so it was not done (SPC-4 5.12.5).</param>
    internal ReservationDecision Reserve(ReservationOrder order, out bool saved)
    {
        lock (_reserveGate)
        {
            var present = _state.Persistent;
            var decision = ReservationRules.Decide(present, order);
            saved = true;
            if (decision.Next is not { } next || next == present)
                return decision;
            if (next.PersistsThroughPowerLoss || present.PersistsThroughPowerLoss)
                saved = ReservationStore?.Save(KeptReservations.Of(next)) ?? true;
            if (!saved)
                return decision;
            lock (_gate)
                _state = _state with { Persistent = next };
            foreach (var notice in decision.Notices)
                Attend(notice.Port, notice.What);
            return decision;
        }
    }
}
