using Headgate.Scsi.Reservations;
using Headgate.Scsi.Sanitizing;

namespace Headgate.Scsi;

/// <summary>
/// All that planning looks at, as one immutable value: read without a lock, replaced whole under the unit's lock.
/// </summary>
internal sealed record UnitState
{
    public required ulong Blocks { get; init; }

    /// <summary>The administrator's word (Element access readOnly).</summary>
    public bool WriteProtected { get; init; }

    /// <summary>SWP of the control mode page: an initiator's word.</summary>
    public bool SoftwareWriteProtected { get; init; }

    /// <summary>D_SENSE of the control mode page.</summary>
    public bool DescriptorSense { get; init; }

    /// <summary>A removable medium is out.</summary>
    public bool Ejected { get; init; }

    /// <summary>Holder of RESERVE(6) or RESERVE(10) (SPC-2 5.5).</summary>
    public Nexus? ReservedBy { get; init; }

    public PersistentReservations Persistent { get; init; } = PersistentReservations.None;

    /// <summary>A sanitize operation that is under way or has failed.</summary>
    public KeptSanitize? Sanitize { get; init; }

    public bool AnyWriteProtection => WriteProtected || SoftwareWriteProtected;
}
