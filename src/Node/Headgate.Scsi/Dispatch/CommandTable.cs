using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Dispatch;

/// <summary>
/// All commands of a logical unit, one row each. What is not here is not implemented: dispatch, checks and
/// REPORT SUPPORTED OPERATION CODES have no other source.
/// </summary>
internal static partial class CommandTable
{
    /// <summary>SERVICE ACTION in byte 1.</summary>
    public const byte ServiceActionMask = 0x1F;

    public const byte UnmapOpcode = 0x42;
    public const byte WriteSame10Opcode = 0x41;
    public const byte WriteSame16Opcode = 0x93;

    private static readonly CommandDefinition[] Rows = Sort([.. PrimaryCommands(), .. ReservationCommands(), .. BlockCommands()]);

    private static readonly CommandDefinition?[] Plain = IndexPlain();
    private static readonly CommandDefinition?[]?[] ByServiceAction = IndexServiceActions();

    /// <summary>By operation code, then service action (SPC-4 6.35.2 asks for no order; a stable one reads better).</summary>
    public static ReadOnlySpan<CommandDefinition> All => Rows;

    /// <summary>Whether the operation code is one with service actions.</summary>
    public static bool HasServiceActions(byte opcode) => ByServiceAction[opcode] is not null;

    public static CommandDefinition? Find(byte opcode) => Plain[opcode];

    public static CommandDefinition? Find(byte opcode, int serviceAction) =>
        serviceAction <= ServiceActionMask ? ByServiceAction[opcode]?[serviceAction] : null;

    /// <summary>Finds the row of a CDB, or says why a unit of this geometry has none.</summary>
    public static CommandDefinition? Find(ReadOnlySpan<byte> cdb, LogicalUnitGeometry geometry, out SenseData unknown) =>
        Find(cdb, out unknown) is { } command && command.IsOfferedBy(geometry) ? command : null;

    /// <summary>Finds the row of a CDB, or says why there is none.</summary>
    public static CommandDefinition? Find(ReadOnlySpan<byte> cdb, out SenseData unknown)
    {
        unknown = SenseData.IllegalRequest(AdditionalSense.InvalidOperationCode);
        if (cdb.IsEmpty)
            return null;
        if (ByServiceAction[cdb[0]] is not { } actions)
            return Plain[cdb[0]];
        unknown = SenseData.InvalidFieldInCdb(1, 4);
        return cdb.Length > 1 ? actions[cdb[1] & ServiceActionMask] : null;
    }

    private static CommandDefinition Row(
        string name, string usage, CommandTraits traits, ReservationRule reservations, Planner plan, Executor? execute = null) =>
        new()
        {
            Name = name,
            Usage = Convert.FromHexString(usage.Replace(" ", "", StringComparison.Ordinal)),
            Traits = traits,
            Reservations = reservations,
            Plan = plan,
            Execute = execute,
        };

    private static CommandDefinition WhereOffered(Predicate<LogicalUnitGeometry> offeredBy, CommandDefinition row) => new()
    {
        Name = row.Name,
        Usage = row.Usage,
        HasServiceAction = row.HasServiceAction,
        Traits = row.Traits,
        Reservations = row.Reservations,
        Plan = row.Plan,
        Execute = row.Execute,
        OfferedBy = offeredBy,
    };

    private static CommandDefinition ActionRow(
        string name, string usage, CommandTraits traits, ReservationRule reservations, Planner plan, Executor? execute = null)
    {
        var row = Row(name, usage, traits, reservations, plan, execute);
        return new CommandDefinition
        {
            Name = name,
            Usage = row.Usage,
            HasServiceAction = true,
            Traits = traits,
            Reservations = reservations,
            Plan = plan,
            Execute = execute,
        };
    }

    private static CommandDefinition[] Sort(CommandDefinition[] rows)
    {
        Array.Sort(rows, (a, b) => (a.Opcode << 8 | a.ServiceAction) - (b.Opcode << 8 | b.ServiceAction));
        return rows;
    }

    private static CommandDefinition?[] IndexPlain()
    {
        var index = new CommandDefinition?[256];
        foreach (var row in Rows)
        {
            if (!row.HasServiceAction)
                index[row.Opcode] = row;
        }

        return index;
    }

    private static CommandDefinition?[]?[] IndexServiceActions()
    {
        var index = new CommandDefinition?[]?[256];
        foreach (var row in Rows)
        {
            if (row.HasServiceAction)
                (index[row.Opcode] ??= new CommandDefinition?[ServiceActionMask + 1])[row.ServiceAction] = row;
        }

        return index;
    }
}
