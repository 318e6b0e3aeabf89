using System.Numerics;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Dispatch;

/// <summary>Plans one command whose CDB has been checked against its usage map.</summary>
internal delegate CommandPlan Planner(in CommandContext context);

/// <summary>Carries out one command that its planner sent to <see cref="PlanKind.Execute"/>.</summary>
internal delegate ScsiResult Executor(in CommandContext context, ReadOnlySpan<byte> dataOut, IMedium medium);

/// <summary>How a command fares against reservations of others (SPC-4 table 70, SBC-3).</summary>
internal enum ReservationRule
{
    /// <summary>Allowed under every persistent reservation.</summary>
    Allowed,

    /// <summary>Conflicts with exclusive access; allowed under write exclusive.</summary>
    ReadsMedium,

    /// <summary>Conflicts with both.</summary>
    WritesMedium,

    /// <summary>Its handler decides.</summary>
    OwnRule,
}

/// <summary>What holds for a command before its handler sees it.</summary>
[Flags]
internal enum CommandTraits
{
    None = 0,

    /// <summary>Served with a unit attention pending, and leaves it pending (SAM-5 5.14; SPC-4 6.4, 6.33).</summary>
    BypassesAttention = 1,

    /// <summary>Served while another nexus holds RESERVE(6) (SPC-2 5.5.1).</summary>
    BypassesReserve = 2,

    /// <summary>NOT READY without a medium.</summary>
    NeedsMedium = 4,

    /// <summary>DATA PROTECT on a write-protected unit.</summary>
    Writes = 8,

    /// <summary>Served while a sanitize operation is under way (SBC-3 4.11.2).</summary>
    DuringSanitize = 16,

    /// <summary>Served after one has failed: also SANITIZE itself.</summary>
    AfterFailedSanitize = 32,
}

/// <summary>
/// One row of the command table: drives dispatch, the check of every reserved bit, and REPORT SUPPORTED OPERATION CODES.
/// </summary>
internal sealed class CommandDefinition
{
    /// <summary>
    /// CDB usage data of SPC-4 6.35.3: operation code, then a one for every bit that is evaluated; in byte 1 of a command
    /// with service actions, its service action. Its length is the CDB's.
    /// </summary>
    public required byte[] Usage { get; init; }

    public required string Name { get; init; }

    public bool HasServiceAction { get; init; }

    public CommandTraits Traits { get; init; }

    public ReservationRule Reservations { get; init; }

    public required Planner Plan { get; init; }

    public Executor? Execute { get; init; }

    /// <summary>Whether units of a geometry have it; null: all have.</summary>
    public Predicate<LogicalUnitGeometry>? OfferedBy { get; init; }

    public bool IsOfferedBy(LogicalUnitGeometry geometry) => OfferedBy?.Invoke(geometry) ?? true;

    public byte Opcode => Usage[0];

    public byte ServiceAction => HasServiceAction ? (byte)(Usage[1] & CommandTable.ServiceActionMask) : (byte)0;

    public bool Has(CommandTraits trait) => (Traits & trait) != 0;

    /// <summary>Finds the first bit that should be zero and is not (SPC-4 4.2.2: reserved; or a feature not offered).</summary>
    public bool TryFindReservedBit(ReadOnlySpan<byte> cdb, out SenseData sense)
    {
        for (var at = 1; at < Usage.Length; at++)
        {
            var allowed = at == 1 && HasServiceAction ? Usage[1] | CommandTable.ServiceActionMask : Usage[at];
            var wrong = at < cdb.Length ? cdb[at] & ~allowed & 0xFF : 0;
            if (wrong == 0)
                continue;
            sense = SenseData.InvalidFieldInCdb(at, BitOperations.Log2((uint)wrong));
            return true;
        }

        sense = default;
        return false;
    }
}
