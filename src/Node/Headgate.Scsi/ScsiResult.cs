namespace Headgate.Scsi;

/// <summary>The statuses of SAM-5 5.3 that this layer gives.</summary>
public static class ScsiStatus
{
    /// <summary>It went well.</summary>
    public const byte Good = 0x00;

    /// <summary>It did not; the sense data says why.</summary>
    public const byte CheckCondition = 0x02;

    /// <summary>Try again later.</summary>
    public const byte Busy = 0x08;

    /// <summary>Another nexus holds a reservation that forbids it.</summary>
    public const byte ReservationConflict = 0x18;
}

/// <summary>Status, sense and data-in of a finished command.</summary>
/// <param name="Status">SAM status: 0x00 GOOD, 0x02 CHECK CONDITION, 0x08 BUSY, 0x18 RESERVATION CONFLICT, …</param>
/// <param name="DataIn">Data for the initiator, already cut to the allocation length; may be empty.</param>
/// <param name="Sense">Sense data (fixed or descriptor as D_SENSE says), without the 2-byte iSCSI length; empty unless CHECK CONDITION.</param>
public readonly record struct ScsiResult(byte Status, ReadOnlyMemory<byte> DataIn, ReadOnlyMemory<byte> Sense)
{
    /// <summary>Its status waits until the sanitize operation that it began is over.</summary>
    public bool AwaitsSanitize { get; init; }

    /// <summary>Initiator ports whose commands have to end before the status is given (PREEMPT AND ABORT); or null.</summary>
    public IReadOnlyList<string>? AbortsPorts { get; init; }

    /// <summary>GOOD, no data.</summary>
    public static ScsiResult Good => default;

    internal static ScsiResult ReservationConflict => new(ScsiStatus.ReservationConflict, default, default);

    /// <summary>GOOD with data, cut to what the initiator allocated (SPC-4 4.2.5.6: not an error).</summary>
    internal static ScsiResult Data(byte[] data, ulong allocationLength) =>
        new(ScsiStatus.Good, data.AsMemory(0, (int)Math.Min((ulong)data.Length, allocationLength)), default);
}
