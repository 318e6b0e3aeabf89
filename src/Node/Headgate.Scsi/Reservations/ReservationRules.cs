using System.Collections.Immutable;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Reservations;

/// <summary>The rules of SPC-4 5.12 as a pure function from state and order to the next state.</summary>
internal static class ReservationRules
{
    /// <summary>SERVICE ACTION RESERVATION KEY in the parameter list.</summary>
    private const int ActionKeyField = 8;

    public static ReservationDecision Decide(PersistentReservations present, ReservationOrder order)
    {
        var registration = present.Find(order.Port);
        return order.Action switch
        {
            ReservationAction.Register when order.Key != (registration?.Key ?? 0) => ReservationDecision.Conflict,
            ReservationAction.Register or ReservationAction.RegisterAndIgnoreExistingKey =>
                Register(present, order, registration),
            _ when registration is null || registration.Key != order.Key => ReservationDecision.Conflict,
            ReservationAction.Reserve => Reserve(present, order),
            ReservationAction.Release => Release(present, order),
            ReservationAction.Clear => Clear(present, order),
            _ => Preempt(present, order),
        };
    }

    /// <summary>Registers, changes the key or, with a key of zero, unregisters (5.12.7, 5.12.11.3).</summary>
    private static ReservationDecision Register(
        PersistentReservations present, ReservationOrder order, Registration? registration)
    {
        if (order.ActionKey == 0)
            return registration is null ? ReservationDecision.Done(present) : Unregister(present, order);
        if (registration is null && present.Registrations.Length >= ScsiLimits.MaxRegistrations)
        {
            return ReservationDecision.Refused(
                SenseData.IllegalRequest(AdditionalSense.InsufficientRegistrationResources));
        }

        var renewed = new Registration(order.Port, order.ActionKey);
        return ReservationDecision.Done(present with
        {
            Generation = present.Generation + 1,
            PersistsThroughPowerLoss = order.PersistsThroughPowerLoss,
            Registrations = registration is null
                ? present.Registrations.Add(renewed)
                : present.Registrations.Replace(registration, renewed),
        });
    }

    private static ReservationDecision Unregister(PersistentReservations present, ReservationOrder order)
    {
        var left = present.Registrations.RemoveAll(one => one.InitiatorPort == order.Port);
        var next = present with
        {
            Generation = present.Generation + 1,
            PersistsThroughPowerLoss = order.PersistsThroughPowerLoss,
            Registrations = left,
        };
        // All registrants hold until the last one goes; others lose the reservation with its holder.
        var released = present.IsReserved && (present.HeldByAllRegistrants ? left.IsEmpty : present.HolderPort == order.Port);
        if (!released)
            return ReservationDecision.Done(next);
        var told = present.IsForRegistrants ? Tell(left, AdditionalSense.ReservationsReleased) : [];
        return ReservationDecision.Done(WithoutReservation(next), told);
    }

    private static ReservationDecision Reserve(PersistentReservations present, ReservationOrder order)
    {
        if (present.IsReserved)
        {
            return present.IsHolder(order.Port) && present.Type == order.Type
                ? ReservationDecision.Done(present)
                : ReservationDecision.Conflict;
        }

        return ReservationDecision.Done(WithReservation(present, order));
    }

    /// <summary>Of a nexus that holds nothing: GOOD, nothing done (5.12.11.2).</summary>
    private static ReservationDecision Release(PersistentReservations present, ReservationOrder order)
    {
        if (!present.IsHolder(order.Port))
            return ReservationDecision.Done(present);
        if (present.Type != order.Type)
            return ReservationDecision.Refused(SenseData.IllegalRequest(AdditionalSense.InvalidRelease));
        var told = present.IsForRegistrants
            ? Tell(Others(present.Registrations, order.Port), AdditionalSense.ReservationsReleased)
            : [];
        return ReservationDecision.Done(WithoutReservation(present), told);
    }

    private static ReservationDecision Clear(PersistentReservations present, ReservationOrder order) => ReservationDecision.Done(
        WithoutReservation(present) with { Generation = present.Generation + 1, Registrations = [] },
        Tell(Others(present.Registrations, order.Port), AdditionalSense.ReservationsPreempted));

    /// <summary>5.12.11.4: removes registrations, and takes the reservation when one of those holds it.</summary>
    private static ReservationDecision Preempt(PersistentReservations present, ReservationOrder order)
    {
        if (order.ActionKey == 0)
        {
            return present.HeldByAllRegistrants
                ? TakeOver(present, order, one => one.InitiatorPort != order.Port)
                : ReservationDecision.Refused(SenseData.InvalidFieldInParameterList(ActionKeyField, 7));
        }

        var holderKey = present.HolderPort is { } holder ? present.Find(holder)?.Key : null;
        if (holderKey == order.ActionKey)
            return TakeOver(present, order, one => one.Key == order.ActionKey && one.InitiatorPort != order.Port);
        var removed = present.Registrations.RemoveAll(one => one.Key != order.ActionKey);
        if (removed.IsEmpty)
            return ReservationDecision.Conflict;
        var next = present with
        {
            Generation = present.Generation + 1,
            Registrations = present.Registrations.RemoveAll(one => one.Key == order.ActionKey),
        };
        if (next.Registrations.IsEmpty)
            next = WithoutReservation(next);
        return ReservationDecision.Done(next, Tell(Others(removed, order.Port), AdditionalSense.RegistrationsPreempted)) with
        {
            Preempted = Ports(removed),
        };
    }

    private static ReservationDecision TakeOver(
        PersistentReservations present, ReservationOrder order, Predicate<Registration> isVictim)
    {
        var victims = present.Registrations.RemoveAll(one => !isVictim(one));
        var left = present.Registrations.RemoveAll(isVictim);
        var next = WithReservation(present with { Generation = present.Generation + 1, Registrations = left }, order);
        var told = Tell(victims, AdditionalSense.RegistrationsPreempted);
        if (present.Type != order.Type)
            told = told.AddRange(Tell(Others(left, order.Port), AdditionalSense.ReservationsReleased));
        return ReservationDecision.Done(next, told) with { Preempted = Ports(victims) };
    }

    private static PersistentReservations WithReservation(PersistentReservations present, ReservationOrder order)
    {
        var reserved = present with { Type = order.Type };
        return reserved with { HolderPort = reserved.HeldByAllRegistrants ? null : order.Port };
    }

    private static PersistentReservations WithoutReservation(PersistentReservations present) =>
        present with { Type = ReservationType.None, HolderPort = null };

    private static ImmutableArray<Registration> Others(ImmutableArray<Registration> all, string port) =>
        all.RemoveAll(one => one.InitiatorPort == port);

    private static string[] Ports(ImmutableArray<Registration> whose) => [.. whose.Select(one => one.InitiatorPort)];

    private static ImmutableArray<ReservationNotice> Tell(ImmutableArray<Registration> whom, AdditionalSense what) =>
        [.. whom.Select(one => new ReservationNotice(one.InitiatorPort, what))];
}
