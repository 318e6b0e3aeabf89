using System.Collections.Immutable;

namespace Headgate.Scsi.Reservations;

/// <summary>One registered initiator port and its reservation key.</summary>
/// <param name="InitiatorPort">iSCSI initiator port name.</param>
/// <param name="Key">Reservation key.</param>
public sealed record KeptRegistration(string InitiatorPort, ulong Key);

/// <summary>Reservations that outlive a power loss (APTPL, SPC-4 5.12.5).</summary>
/// <param name="Registrations">All registrations.</param>
/// <param name="Type">TYPE of the reservation (SPC-4 table 69); 0 when there is none.</param>
/// <param name="HolderPort">Who holds it; null when nobody or all registrants do.</param>
public sealed record KeptReservations(IReadOnlyList<KeptRegistration> Registrations, byte Type, string? HolderPort)
{
    internal PersistentReservations ToReservations()
    {
        var registered = new PersistentReservations
        {
            Registrations = [.. Registrations.Select(kept => new Registration(kept.InitiatorPort, kept.Key))],
            PersistsThroughPowerLoss = true,
        };
        var reserved = registered with
        {
            Type = PersistentReservations.IsKnown(Type) ? (ReservationType)Type : ReservationType.None,
            HolderPort = HolderPort,
        };
        // A reservation without a registered holder could never be released; a damaged file must not make one.
        return reserved.HeldByAllRegistrants || (HolderPort is not null && registered.Find(HolderPort) is not null)
            ? reserved
            : registered;
    }

    internal static KeptReservations? Of(PersistentReservations present) => !present.PersistsThroughPowerLoss
        ? null
        : new(
            present.Registrations.Select(one => new KeptRegistration(one.InitiatorPort, one.Key)).ToImmutableArray(),
            (byte)present.Type,
            present.HolderPort);
}

/// <summary>Keeps reservations over a restart of the node. Called on threads that may wait.</summary>
public interface IReservationStore
{
    /// <summary>What was saved last, or null.</summary>
    KeptReservations? Load();

    /// <summary>Saves, durably when it returns; null forgets. False when it could not.</summary>
    bool Save(KeptReservations? kept);
}
