using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Reservations;

/// <summary>Service actions of PERSISTENT RESERVE OUT (SPC-4 table 212) that the unit knows.</summary>
internal enum ReservationAction : byte
{
    Register = 0,
    Reserve = 1,
    Release = 2,
    Clear = 3,
    Preempt = 4,
    PreemptAndAbort = 5,
    RegisterAndIgnoreExistingKey = 6,
}

/// <summary>What a PERSISTENT RESERVE OUT asks for.</summary>
/// <param name="Action">Its service action.</param>
/// <param name="Port">The initiator port that asks.</param>
/// <param name="Type">TYPE; for those that make or end a reservation.</param>
/// <param name="Key">RESERVATION KEY: the asker's.</param>
/// <param name="ActionKey">SERVICE ACTION RESERVATION KEY: a new one, or a victim's.</param>
/// <param name="PersistsThroughPowerLoss">APTPL.</param>
internal sealed record ReservationOrder(
    ReservationAction Action, string Port, ReservationType Type, ulong Key, ulong ActionKey, bool PersistsThroughPowerLoss);

/// <summary>A unit attention for one initiator port.</summary>
internal readonly record struct ReservationNotice(string Port, AdditionalSense What);

/// <summary>What comes of an order: a next state and who is told, or why not.</summary>
internal sealed record ReservationDecision
{
    public static readonly ReservationDecision Conflict = new() { IsConflict = true };

    /// <summary>Null when it is refused.</summary>
    public PersistentReservations? Next { get; init; }

    public IReadOnlyList<ReservationNotice> Notices { get; init; } = [];

    /// <summary>Ports whose registration a PREEMPT took, the asker's own included when it named its own key.</summary>
    public IReadOnlyList<string> Preempted { get; init; } = [];

    public bool IsConflict { get; init; }

    public SenseData Sense { get; init; }

    public static ReservationDecision Done(PersistentReservations next, params IReadOnlyList<ReservationNotice> notices) =>
        new() { Next = next, Notices = notices };

    public static ReservationDecision Refused(SenseData sense) => new() { Sense = sense };
}
