using Headgate.Domain;
using Headgate.Primitives;

namespace Headgate.Domain.Tests;

/// <summary>Walks every state against every command: whatever is not in the table must be refused, with a sentence.</summary>
public class StateMachineTests
{
    private static readonly Cause Why = new("why", "Because.");

    private static Volume AVolume(VolumeState state) => new()
    {
        Id = Guid.Empty, Name = "v", AccountId = default, ZoneId = default, PoolId = default, DiskOfferingId = default,
        State = state, Size = ByteSize.GiB(1), Promises = [], CreatedAt = default,
        Handle = state is VolumeState.Creating or VolumeState.Allocated or VolumeState.Expunged ? null : "h",
    };

    private static readonly VolumeCommand[] VolumeCommands =
    [
        new VolumeCommand.ConfirmCreated("h", ByteSize.GiB(1), []), new VolumeCommand.ReportCreateFailed(Why),
        new VolumeCommand.BeginResize(ByteSize.GiB(2)), new VolumeCommand.ConfirmResized(ByteSize.GiB(2), []),
        new VolumeCommand.ReportResizeFailed(), new VolumeCommand.BeginChange(), new VolumeCommand.ConfirmChanged(default, []),
        new VolumeCommand.ReportChangeFailed(), new VolumeCommand.BeginRevert(0), new VolumeCommand.ConfirmReverted(),
        new VolumeCommand.ReportRevertFailed(), new VolumeCommand.Delete(), new VolumeCommand.ConfirmDeleted(default),
        new VolumeCommand.ReportDeleteFailed(), new VolumeCommand.Recover(), new VolumeCommand.Expunge(),
        new VolumeCommand.ConfirmExpunged(), new VolumeCommand.ReportExpungeFailed(Why), new VolumeCommand.ReportMissing(Why),
        new VolumeCommand.BeginMove(0), new VolumeCommand.ConfirmMoved(default, default, "h2", ByteSize.GiB(1), default, []), new VolumeCommand.ReportMoveFailed(),
        new VolumeCommand.ReportFound(), new VolumeCommand.ConfirmAllocated(), new VolumeCommand.BeginProvision(), new VolumeCommand.ReportProvisionFailed(Why),
        new VolumeCommand.Unmanage(), new VolumeCommand.ConfirmUnmanaged(), new VolumeCommand.ReportUnmanageFailed(),
    ];

    private static readonly Dictionary<(VolumeState, Type), VolumeState> VolumeMoves = new()
    {
        [(VolumeState.Creating, typeof(VolumeCommand.ConfirmCreated))] = VolumeState.Ready,
        [(VolumeState.Creating, typeof(VolumeCommand.ReportCreateFailed))] = VolumeState.Expunged,
        [(VolumeState.Ready, typeof(VolumeCommand.BeginResize))] = VolumeState.Resizing,
        [(VolumeState.Resizing, typeof(VolumeCommand.ConfirmResized))] = VolumeState.Ready,
        [(VolumeState.Resizing, typeof(VolumeCommand.ReportResizeFailed))] = VolumeState.Ready,
        [(VolumeState.Ready, typeof(VolumeCommand.BeginChange))] = VolumeState.Changing,
        [(VolumeState.Changing, typeof(VolumeCommand.ConfirmChanged))] = VolumeState.Ready,
        [(VolumeState.Changing, typeof(VolumeCommand.ReportChangeFailed))] = VolumeState.Ready,
        [(VolumeState.Ready, typeof(VolumeCommand.BeginRevert))] = VolumeState.Reverting,
        [(VolumeState.Reverting, typeof(VolumeCommand.ConfirmReverted))] = VolumeState.Ready,
        [(VolumeState.Reverting, typeof(VolumeCommand.ReportRevertFailed))] = VolumeState.Ready,
        [(VolumeState.Ready, typeof(VolumeCommand.Delete))] = VolumeState.Deleting,
        [(VolumeState.Deleting, typeof(VolumeCommand.ConfirmDeleted))] = VolumeState.Deleted,
        [(VolumeState.Deleting, typeof(VolumeCommand.ReportDeleteFailed))] = VolumeState.Ready,
        [(VolumeState.Deleted, typeof(VolumeCommand.Recover))] = VolumeState.Ready,
        [(VolumeState.Deleted, typeof(VolumeCommand.Expunge))] = VolumeState.Expunging,
        [(VolumeState.Error, typeof(VolumeCommand.Expunge))] = VolumeState.Expunging,
        [(VolumeState.Expunging, typeof(VolumeCommand.ConfirmExpunged))] = VolumeState.Expunged,
        [(VolumeState.Expunging, typeof(VolumeCommand.ReportExpungeFailed))] = VolumeState.Error,
        [(VolumeState.Ready, typeof(VolumeCommand.BeginMove))] = VolumeState.Moving,
        [(VolumeState.Moving, typeof(VolumeCommand.ConfirmMoved))] = VolumeState.Ready,
        [(VolumeState.Moving, typeof(VolumeCommand.ReportMoveFailed))] = VolumeState.Ready,
        [(VolumeState.Ready, typeof(VolumeCommand.ReportMissing))] = VolumeState.Error,
        [(VolumeState.Deleted, typeof(VolumeCommand.ReportMissing))] = VolumeState.Error,
        [(VolumeState.Error, typeof(VolumeCommand.Recover))] = VolumeState.Ready,
        [(VolumeState.Creating, typeof(VolumeCommand.ConfirmAllocated))] = VolumeState.Allocated,
        [(VolumeState.Creating, typeof(VolumeCommand.ReportProvisionFailed))] = VolumeState.Allocated,
        [(VolumeState.Ready, typeof(VolumeCommand.ReportProvisionFailed))] = VolumeState.Allocated,
        [(VolumeState.Allocated, typeof(VolumeCommand.BeginProvision))] = VolumeState.Creating,
        [(VolumeState.Allocated, typeof(VolumeCommand.Delete))] = VolumeState.Deleting,
        [(VolumeState.Ready, typeof(VolumeCommand.Unmanage))] = VolumeState.Releasing,
        [(VolumeState.Allocated, typeof(VolumeCommand.Unmanage))] = VolumeState.Releasing,
        [(VolumeState.Error, typeof(VolumeCommand.Unmanage))] = VolumeState.Releasing,
        [(VolumeState.Releasing, typeof(VolumeCommand.ConfirmUnmanaged))] = VolumeState.Expunged,
        [(VolumeState.Releasing, typeof(VolumeCommand.ReportUnmanageFailed))] = VolumeState.Ready,
    };

    [Fact]
    public void A_volume_moves_by_the_table_and_refuses_or_ignores_everything_else()
    {
        var (accepted, repeats, refused) = (0, 0, 0);
        foreach (var state in Enum.GetValues<VolumeState>())
        {
            foreach (var command in VolumeCommands)
            {
                var volume = AVolume(state);
                var decision = VolumeMachine.Decide(volume, command);
                if (VolumeMoves.TryGetValue((state, command.GetType()), out var next))
                {
                    Assert.True(decision.Event is not null, $"{state} x {command.GetType().Name}");
                    Assert.Equal(next, VolumeMachine.Evolve(volume, decision.Event).State);
                    accepted++;
                    continue;
                }
                Assert.Null(decision.Event);
                if (decision.Refusal is { } refusal)
                {
                    Assert.Contains("volume v", refusal.Message, StringComparison.OrdinalIgnoreCase);
                    refused++;
                }
                else repeats++;
            }
        }
        Assert.Equal((35, 29, 313), (accepted, repeats, refused));
    }

    [Theory, InlineData(Volume.MissingCode), InlineData(Volume.UnreadableCode)]
    public void A_volume_that_its_storage_has_again_is_what_it_was_and_one_that_broke_otherwise_is_not(string code)
    {
        var lost = new VolumeCommand.ReportMissing(new Cause(code, "Because."));
        var found = new VolumeCommand.ReportFound();
        foreach (var before in new[] { AVolume(VolumeState.Ready), AVolume(VolumeState.Deleted) with { DeletedAt = DateTimeOffset.UnixEpoch, PurgeAt = DateTimeOffset.MaxValue } })
        {
            var broken = VolumeMachine.Apply(before, lost).ValueOrThrow();
            Assert.Equal((VolumeState.Error, code), (broken.State, broken.Cause?.Code));
            Assert.Equal(before, VolumeMachine.Apply(broken, found).ValueOrThrow());
        }
        var otherwise = AVolume(VolumeState.Error) with { Cause = new Cause("backend-unexpected", "Because.") };
        Assert.Equal(otherwise, VolumeMachine.Apply(otherwise, found).ValueOrThrow());
    }

    [Fact]
    public void A_protected_volume_is_neither_deleted_nor_expunged_nor_given_up_in_any_state()
    {
        foreach (var state in Enum.GetValues<VolumeState>())
        {
            foreach (var command in new VolumeCommand[] { new VolumeCommand.Delete(), new VolumeCommand.Expunge(), new VolumeCommand.Unmanage() })
                Assert.Equal("volume-protected", VolumeMachine.Decide(AVolume(state) with { IsProtected = true }, command).Refusal?.Code);
        }
    }

    [Fact]
    public void A_volume_that_was_never_made_ends_when_it_is_deleted_and_one_that_could_not_be_given_up_is_what_it_was()
    {
        var deleting = VolumeMachine.Apply(AVolume(VolumeState.Allocated), new VolumeCommand.Delete()).ValueOrThrow();
        Assert.Equal(VolumeState.Allocated, VolumeMachine.Apply(deleting, new VolumeCommand.ReportDeleteFailed()).ValueOrThrow().State);
        Assert.Equal(VolumeState.Expunged, VolumeMachine.Apply(deleting, new VolumeCommand.ConfirmDeleted(default)).ValueOrThrow().State);
        foreach (var before in new[] { AVolume(VolumeState.Ready), AVolume(VolumeState.Allocated), AVolume(VolumeState.Error) with { Cause = Why } })
        {
            var releasing = VolumeMachine.Apply(before, new VolumeCommand.Unmanage()).ValueOrThrow();
            Assert.Equal(before, VolumeMachine.Apply(releasing, new VolumeCommand.ReportUnmanageFailed()).ValueOrThrow());
        }
    }

    [Fact]
    public void Every_state_but_expunged_has_a_way_on()
    {
        foreach (var state in Enum.GetValues<VolumeState>())
        {
            var ways = VolumeCommands.Count(c => VolumeMachine.Decide(AVolume(state), c).Event is not null);
            Assert.True(state is VolumeState.Expunged ? ways == 0 : ways > 0, $"{state} has {ways} way(s) on");
        }
    }

    [Fact]
    public void A_volume_cannot_shrink_and_a_connected_one_can_neither_be_reverted_nor_moved()
    {
        var ready = AVolume(VolumeState.Ready);
        Assert.Equal("size-out-of-range", VolumeMachine.Decide(ready, new VolumeCommand.BeginResize(ByteSize.MiB(1))).Refusal?.Code);
        Assert.Equal("volume-connected", VolumeMachine.Decide(ready, new VolumeCommand.BeginRevert(2)).Refusal?.Code);
        Assert.Equal("volume-connected", VolumeMachine.Decide(ready, new VolumeCommand.BeginMove(1)).Refusal?.Code);
    }

    [Fact]
    public void A_snapshot_answers_every_command_in_every_state()
    {
        SnapshotCommand[] commands =
        [
            new SnapshotCommand.ConfirmCreated("h", default), new SnapshotCommand.ReportCreateFailed(Why), new SnapshotCommand.BeginRevert(),
            new SnapshotCommand.EndRevert(), new SnapshotCommand.Delete(), new SnapshotCommand.ConfirmDeleted(), new SnapshotCommand.ReportDeleteFailed(Why),
        ];
        var moves = new List<string>();
        foreach (var state in Enum.GetValues<SnapshotState>())
        {
            foreach (var command in commands)
            {
                var snapshot = new Snapshot
                {
                    Id = default, Name = "s", AccountId = default, VolumeId = default, PoolId = default, State = state, Size = default, CreatedAt = default,
                };
                if (SnapshotMachine.Decide(snapshot, command).Event is { } e)
                    moves.Add($"{state} {command.GetType().Name} {SnapshotMachine.Evolve(snapshot, e).State}");
            }
        }
        Assert.Equal(
        [
            "Creating ConfirmCreated Ready", "Creating ReportCreateFailed Deleted", "Ready BeginRevert Reverting", "Ready Delete Deleting",
            "Reverting EndRevert Ready", "Deleting ConfirmDeleted Deleted", "Deleting ReportDeleteFailed Error", "Error Delete Deleting",
        ], moves);
    }

    [Fact]
    public void A_pool_answers_every_command_in_every_state()
    {
        var findings = new PoolFindings("b", "d", null, null, "{}", default, 0);
        PoolCommand[] commands =
        [
            new PoolCommand.ConfirmInitialized(findings), new PoolCommand.ReportInitializeFailed(Why), new PoolCommand.TakeUp(findings),
            new PoolCommand.Bound(null, 5), new PoolCommand.Enable(), new PoolCommand.Disable(),
            new PoolCommand.Maintain(), new PoolCommand.Remove(0), new PoolCommand.ConfirmRemoved(), new PoolCommand.ReportRemoveFailed(Why),
        ];
        var moves = new List<string>();
        foreach (var state in Enum.GetValues<PoolState>())
            foreach (var command in commands)
                if (PoolMachine.Decide(Pools.Pool("p") with { State = state, BackendId = "b" }, command).Event is { } e)
                    moves.Add($"{state} {command.GetType().Name} {PoolMachine.Evolve(Pools.Pool("p") with { State = state }, e).State}");
        Assert.Equal(
        [
            "Initializing ConfirmInitialized Up", "Initializing ReportInitializeFailed Removed",
            "Up TakeUp Up", "Up Bound Up", "Up Disable Disabled", "Up Maintain Maintenance", "Up Remove Removing",
            "Disabled TakeUp Disabled", "Disabled Bound Disabled", "Disabled Enable Up", "Disabled Maintain Maintenance", "Disabled Remove Removing",
            "Maintenance TakeUp Maintenance", "Maintenance Bound Maintenance", "Maintenance Enable Up", "Maintenance Remove Removing",
            "Removing ConfirmRemoved Removed", "Removing ReportRemoveFailed Error", "Error Remove Removing",
        ], moves);
        Assert.Equal("backend-changed", PoolMachine.Decide(Pools.Pool("p") with { BackendId = "a" }, new PoolCommand.TakeUp(findings)).Refusal?.Code);
        Assert.Equal("pool-in-use", PoolMachine.Decide(Pools.Pool("p"), new PoolCommand.Remove(3)).Refusal?.Code);
    }

    private static readonly TemplateCommand[] TemplateCommands =
    [
        new TemplateCommand.ConfirmRegistered(), new TemplateCommand.ReportRegisterFailed(Why), new TemplateCommand.Delete(0),
        new TemplateCommand.ConfirmDeleted(), new TemplateCommand.ReportDeleteFailed(Why),
    ];

    private static readonly Dictionary<(TemplateState, Type), TemplateState> TemplateMoves = new()
    {
        [(TemplateState.Registering, typeof(TemplateCommand.ConfirmRegistered))] = TemplateState.Ready,
        [(TemplateState.Registering, typeof(TemplateCommand.ReportRegisterFailed))] = TemplateState.Error,
        [(TemplateState.Ready, typeof(TemplateCommand.Delete))] = TemplateState.Deleting,
        [(TemplateState.Error, typeof(TemplateCommand.Delete))] = TemplateState.Deleting,
        [(TemplateState.Deleting, typeof(TemplateCommand.ConfirmDeleted))] = TemplateState.Deleted,
        [(TemplateState.Deleting, typeof(TemplateCommand.ReportDeleteFailed))] = TemplateState.Error,
    };

    [Fact]
    public void A_template_moves_by_the_table_and_refuses_or_ignores_everything_else()
    {
        var (accepted, repeats, refused) = (0, 0, 0);
        foreach (var state in Enum.GetValues<TemplateState>())
        {
            foreach (var command in TemplateCommands)
            {
                var template = new Template { Id = Guid.Empty, Name = "t", AccountId = default, State = state, CreatedAt = default };
                var decision = TemplateMachine.Decide(template, command);
                if (TemplateMoves.TryGetValue((state, command.GetType()), out var next))
                {
                    Assert.Equal(next, TemplateMachine.Evolve(template, decision.Event!).State);
                    accepted++;
                    continue;
                }
                Assert.Null(decision.Event);
                if (decision.Refusal is { } refusal)
                {
                    Assert.Contains("template t", refusal.Message, StringComparison.Ordinal);
                    refused++;
                }
                else repeats++;
            }
        }
        Assert.Equal((6, 6, 13), (accepted, repeats, refused));
    }

    [Fact]
    public void A_template_that_volumes_are_being_made_from_is_not_deleted()
    {
        var template = new Template { Id = Guid.Empty, Name = "t", AccountId = default, State = TemplateState.Ready, CreatedAt = default };
        Assert.Equal("template-in-use", TemplateMachine.Decide(template, new TemplateCommand.Delete(3)).Refusal?.Code);
    }

    [Theory]
    [InlineData("iqn.2026-11.org.headgate:mover.0123456789abcdef0123456789abcdef", true)]
    [InlineData("IQN.2026-11.org.headgate:MOVER.x", true)]
    [InlineData("iqn.2026-11.org.headgate:host1", false)]
    [InlineData("", false)]
    public void The_servers_own_names_are_known_in_any_case(string name, bool isReserved) => Assert.Equal(isReserved, MoverName.IsReserved(name));
}
