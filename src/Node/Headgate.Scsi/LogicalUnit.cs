using Headgate.Scsi.Commands;
using Headgate.Scsi.Copying;
using Headgate.Scsi.Dispatch;
using Headgate.Scsi.Reservations;
using Headgate.Scsi.Sanitizing;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi;

/// <summary>
/// The SCSI side of a volume: SPC-4 and SBC-3 without a wire and without a thread. Safe for many threads at once;
/// planning a plain READ or WRITE takes no lock and allocates nothing.
/// </summary>
public sealed partial class LogicalUnit
{
    private readonly Lock _gate = new();
    private readonly List<Nexus> _nexuses = [];
    private volatile UnitState _state;

    /// <summary>Puts a logical unit in service.</summary>
    /// <param name="identity">Who it is.</param>
    /// <param name="geometry">What it offers.</param>
    /// <param name="reservations">Keeps persistent reservations over a restart; without one APTPL is refused.</param>
    /// <param name="sanitizes">Keeps a sanitize operation over a restart.</param>
    public LogicalUnit(
        LogicalUnitIdentity identity, LogicalUnitGeometry geometry, IReservationStore? reservations = null, ISanitizeStore? sanitizes = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(geometry.Blocks);
        if (geometry.LogicalBlockBytes is not (512 or 4096) || geometry.PhysicalBlockBytes % geometry.LogicalBlockBytes != 0)
            throw new ArgumentException($"Block sizes {geometry.LogicalBlockBytes}/{geometry.PhysicalBlockBytes}: 512/512, 512/4096 and 4096/4096 there are.", nameof(geometry));
        (Identity, Geometry, ReservationStore, SanitizeStore) = (identity, geometry, reservations, sanitizes);
        _state = new UnitState
        {
            Blocks = geometry.Blocks,
            WriteProtected = geometry.WriteProtected,
            Persistent = reservations?.Load() is { } kept ? kept.ToReservations() : PersistentReservations.None,
            Sanitize = sanitizes?.Load(),
        };
    }

    /// <summary>Who it is.</summary>
    public LogicalUnitIdentity Identity { get; }

    /// <summary>What it was made with; <see cref="Blocks"/> follows growth.</summary>
    public LogicalUnitGeometry Geometry { get; }

    /// <summary>Number of logical blocks now.</summary>
    public ulong Blocks => _state.Blocks;

    internal IReservationStore? ReservationStore { get; }

    internal UnitState State => _state;

    internal CopyRecords Copies { get; } = new();

    /// <summary>
    /// Serialises the commands that this layer carries out against each other where one must not see half of another
    /// (COMPARE AND WRITE and its kin, SBC-3 5.2). Held for at most one chunk or one atomic command.
    /// </summary>
    internal Lock MediumGate { get; } = new();

    /// <summary>A session came (UNIT ATTENTION 29h/00h is pending for it).</summary>
    public Nexus OpenNexus(string initiatorPort)
    {
        var nexus = new Nexus(initiatorPort);
        nexus.Attend(AdditionalSense.PowerOnOrReset);
        lock (_gate)
            _nexuses.Add(nexus);
        return nexus;
    }

    /// <summary>A session went, by logout or by loss: RESERVE(6), PREVENT and the like of it end.</summary>
    public void CloseNexus(Nexus nexus)
    {
        lock (_gate)
        {
            _nexuses.Remove(nexus);
            nexus.PreventsRemoval = false;
            if (_state.ReservedBy == nexus)
                _state = _state with { ReservedBy = null };
        }
    }

    /// <summary>Decides what a command needs: checks CDB, unit attentions, reservations, readiness and range.</summary>
    /// <param name="nexus">Who asks.</param>
    /// <param name="cdb">The CDB; bytes beyond the command's length are ignored.</param>
    /// <param name="dataOutOffered">
    /// What the initiator said it will send, in bytes (iSCSI: Expected Data Transfer Length of a write), so that commands
    /// that must not run with another length than their CDB's are refused; -1 when not known.
    /// </param>
    public CommandPlan Plan(Nexus nexus, ReadOnlySpan<byte> cdb, long dataOutOffered = CommandContext.Unknown)
    {
        var state = _state;
        var context = new CommandContext(this, nexus, state, cdb, dataOutOffered);
        var command = CommandTable.Find(cdb, Geometry, out var unknown);
        if (!(command?.Has(CommandTraits.BypassesAttention) ?? false) && nexus.TryTakeAttention(out var attention))
            return CommandPlan.Respond(context.Fail(new SenseData(SenseKey.UnitAttention, attention)));
        return command is null
            ? CommandPlan.Respond(context.Fail(unknown))
            : PlanChecked(command, context);
    }

    /// <summary>Plans a command for a LUN that is not there (INQUIRY, REPORT LUNS and REQUEST SENSE answer all the same).</summary>
    public CommandPlan PlanForAbsentLun(ReadOnlySpan<byte> cdb) => AbsentLun.Plan(this, cdb);

    /// <summary>Carries out a plan of kind Execute; may wait for the medium.</summary>
    /// <param name="nexus">Who asked.</param>
    /// <param name="cdb">The CDB that was planned.</param>
    /// <param name="dataOut">What came for it; may be shorter than <see cref="CommandPlan.DataOutBytes"/>.</param>
    /// <param name="medium">Where the blocks are.</param>
    public ScsiResult Execute(Nexus nexus, ReadOnlySpan<byte> cdb, ReadOnlySpan<byte> dataOut, IMedium medium)
    {
        var context = new CommandContext(this, nexus, _state, cdb, CommandContext.Unknown);
        if (CommandTable.Find(cdb, Geometry, out var unknown) is not { } command)
            return context.Fail(unknown);

        // Planned again: the unit may have changed while the command waited for its turn and its data.
        var plan = PlanChecked(command, context);
        if (plan is { Kind: PlanKind.Execute, IsLong: false })
            return command.Execute!(context, dataOut.Length > plan.DataOutBytes ? dataOut[..(int)plan.DataOutBytes] : dataOut, medium);
        return plan.Kind == PlanKind.Respond ? plan.Result : context.Fail(AdditionalSense.InvalidOperationCode);
    }

    /// <summary>Starts a command whose plan is long; null when <paramref name="answer"/> holds its answer already.</summary>
    /// <param name="nexus">Who asked.</param>
    /// <param name="cdb">The CDB that was planned.</param>
    /// <param name="dataOut">What came for it.</param>
    /// <param name="targets">The units that it may name.</param>
    /// <param name="answer">Its answer when there is nothing more to do.</param>
    public LongCommand? Begin(
        Nexus nexus, ReadOnlySpan<byte> cdb, ReadOnlySpan<byte> dataOut, ICopyTargets targets, out ScsiResult answer)
    {
        var context = new CommandContext(this, nexus, _state, cdb, CommandContext.Unknown);
        if (CommandTable.Find(cdb, Geometry, out var unknown) is not { } command)
        {
            answer = context.Fail(unknown);
            return null;
        }

        var plan = PlanChecked(command, context);
        if (plan.IsLong)
            return ExtendedCopy.Begin(context, dataOut, targets, out answer);
        answer = plan.Result;
        return null;
    }

    /// <summary>
    /// Judges a plain WRITE once more when its turn has come: what holds it back may have come while it waited (a preempting
    /// host, write protection, a sanitize). Null: it may go on.
    /// </summary>
    public ScsiResult? Recheck(Nexus nexus, ReadOnlySpan<byte> cdb)
    {
        var context = new CommandContext(this, nexus, _state, cdb, CommandContext.Unknown);
        return CommandTable.Find(cdb, Geometry, out _) is { } command ? Refusal(command, context) : null;
    }

    /// <summary>
    /// Bytes to charge for a plan of kind Execute now that its data-out is there: UNMAP's list says what it frees, and a
    /// WRITE SAME with UNMAP is cheap only when its pattern is zeros, else a tenant could write past its limit with it.
    /// </summary>
    public long CostOf(in CommandPlan plan, ReadOnlySpan<byte> cdb, ReadOnlySpan<byte> dataOut)
    {
        if (plan.Kind != PlanKind.Execute)
            return plan.CostBytes;
        return cdb[0] switch
        {
            CommandTable.UnmapOpcode => Unmap.Cost(dataOut, Geometry.LogicalBlockBytes),
            CommandTable.WriteSame10Opcode or CommandTable.WriteSame16Opcode => WriteSame.Cost(plan, cdb, dataOut),
            _ => plan.CostBytes,
        };
    }

    /// <summary>Bytes that a plan of kind Execute moves to and from the medium, now that its data-out is there: 0 for what only frees.</summary>
    public static long TransferOf(in CommandPlan plan, ReadOnlySpan<byte> cdb, ReadOnlySpan<byte> dataOut) => cdb[0] switch
    {
        CommandTable.UnmapOpcode => 0,
        CommandTable.WriteSame10Opcode or CommandTable.WriteSame16Opcode when WriteSame.Frees(cdb, dataOut) => 0,
        _ => plan.CostBytes,
    };

    /// <summary>The answer to a plain read or write that the medium failed (sense key, code, INFORMATION = LBA).</summary>
    public ScsiResult MediumFault(MediumStatus status, ulong lba, bool isWrite) => new(
        ScsiStatus.CheckCondition, default, SenseOf.Medium(status, lba, isWrite).Encode(_state.DescriptorSense));

    private static CommandPlan PlanChecked(CommandDefinition command, in CommandContext context)
    {
        if (context.Cdb.Length < command.Usage.Length)
            return CommandPlan.Respond(context.InvalidField(context.Cdb.Length));
        if (command.TryFindReservedBit(context.Cdb, out var reservedBit))
            return CommandPlan.Respond(context.Fail(reservedBit));
        return Refusal(command, context) is { } refusal ? CommandPlan.Respond(refusal) : command.Plan(context);
    }

    /// <summary>Why the unit, as it is now, does not take the command.</summary>
    private static ScsiResult? Refusal(CommandDefinition command, in CommandContext context)
    {
        var state = context.State;
        if (ReservationCheck.Conflicts(command, context.Nexus, state))
            return ScsiResult.ReservationConflict;
        if (state.Sanitize is { } sanitize && !command.Has(sanitize.HasFailed ? CommandTraits.AfterFailedSanitize : CommandTraits.DuringSanitize))
            return context.Fail(SanitizeSense(state));
        if (state.Ejected && command.Has(CommandTraits.NeedsMedium))
            return context.Fail(new SenseData(SenseKey.NotReady, AdditionalSense.MediumNotPresentTrayOpen));
        return command.Has(CommandTraits.Writes) && state.AnyWriteProtection ? context.Fail(WriteProtection(state)) : null;
    }

    private static SenseData WriteProtection(UnitState state) => new(
        SenseKey.DataProtect, state.WriteProtected ? AdditionalSense.WriteProtected : AdditionalSense.SoftwareWriteProtected);
}
