using System.Collections.Immutable;

namespace Headgate.Scsi.Reservations;

/// <summary>Types of persistent reservation (SPC-4 table 69).</summary>
internal enum ReservationType : byte
{
    None = 0x0,
    WriteExclusive = 0x1,
    ExclusiveAccess = 0x3,
    WriteExclusiveRegistrantsOnly = 0x5,
    ExclusiveAccessRegistrantsOnly = 0x6,
    WriteExclusiveAllRegistrants = 0x7,
    ExclusiveAccessAllRegistrants = 0x8,
}

/// <summary>One registered I_T nexus. There is one target port, so the initiator port names the nexus.</summary>
internal sealed record Registration(string InitiatorPort, ulong Key);

/// <summary>Registrations and the reservation of a logical unit (SPC-4 5.12), immutable.</summary>
internal sealed record PersistentReservations
{
    public static readonly PersistentReservations None = new();

    /// <summary>PRGENERATION: not kept over power loss, APTPL or not (SPC-4 6.13.2).</summary>
    public uint Generation { get; init; }

    public ImmutableArray<Registration> Registrations { get; init; } = [];

    public ReservationType Type { get; init; }

    /// <summary>Who holds it, unless all registrants do.</summary>
    public string? HolderPort { get; init; }

    /// <summary>APTPL of the last REGISTER: kept over power loss.</summary>
    public bool PersistsThroughPowerLoss { get; init; }

    public bool IsReserved => Type != ReservationType.None;

    public bool HeldByAllRegistrants =>
        Type is ReservationType.WriteExclusiveAllRegistrants or ReservationType.ExclusiveAccessAllRegistrants;

    public bool IsForRegistrants => HeldByAllRegistrants
        || Type is ReservationType.WriteExclusiveRegistrantsOnly or ReservationType.ExclusiveAccessRegistrantsOnly;

    private bool ExcludesReads => Type is ReservationType.ExclusiveAccess
        or ReservationType.ExclusiveAccessRegistrantsOnly or ReservationType.ExclusiveAccessAllRegistrants;

    public Registration? Find(string initiatorPort)
    {
        foreach (var registration in Registrations)
        {
            if (registration.InitiatorPort == initiatorPort)
                return registration;
        }

        return null;
    }

    public bool IsHolder(string initiatorPort) => IsReserved
        && (HeldByAllRegistrants ? Find(initiatorPort) is not null : HolderPort == initiatorPort);

    /// <summary>Whether a nexus may read, or write, the medium (SBC-3).</summary>
    public bool Allows(string initiatorPort, bool writes)
    {
        if (!IsReserved || (!writes && !ExcludesReads))
            return true;
        return IsForRegistrants ? Find(initiatorPort) is not null : HolderPort == initiatorPort;
    }

    public static bool IsKnown(int type) => type is 1 or 3 or 5 or 6 or 7 or 8;
}
