using Headgate.Domain;
using Headgate.Operations;
using Headgate.Primitives;
using Headgate.Storage.Filters;
using Headgate.Storage.Sdk;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Control.Tests.Lifecycle;

/// <summary>Groups of snapshots, and schedules that take and delete them.</summary>
public class SnapshotPlanTests
{
    private static readonly DateTimeOffset Begin = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_group_is_of_one_moment_reverted_and_deleted_as_one()
    {
        await using var world = await World.StartAsync();
        var handles = await TwoAsync(world);
        foreach (var handle in handles) world.Array.WriteMark(handle, "before");
        await world.DoneAsync(GroupAsync(world, "g1", oneMoment: true));
        Assert.Contains(StoreCall.CreateGroup, world.Plan.Calls);
        var group = (await world.Get<ReadSnapshotGroups>().GetAsync(world.Tenant, "g1", world.Stop)).ValueOrThrow();
        Assert.Equal(("ready", GroupConsistency.OneMoment, 2), (group.State, group.Group.Consistency, group.Members.Count));
        Assert.Equal("snapshot-group-not-found", (await world.Get<ReadSnapshotGroups>().GetAsync(world.Stranger, "g1", world.Stop)).Problem?.Code);

        foreach (var handle in handles) world.Array.WriteMark(handle, "after");
        await world.DoneAsync(world.Get<ChangeSnapshotGroup>().RevertAsync(world.Tenant, "g1", world.Stop));
        Assert.All(handles, handle => Assert.Equal("before", world.Array.ReadMark(handle)));
        await world.DoneAsync(world.Get<ChangeSnapshotGroup>().DeleteAsync(world.Tenant, "g1", world.Stop));
        Assert.Empty((await world.Get<ReadSnapshotGroups>().ListAsync(world.Tenant, new PageRequest(), world.Stop)).ValueOrThrow().Items);
        Assert.Empty((await world.Get<ListSnapshots>().ExecuteAsync(world.Tenant, new(), new PageRequest(), world.Stop)).ValueOrThrow().Items);
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task Where_a_storage_knows_no_groups_the_group_says_so_or_is_refused()
    {
        await using var world = await World.StartAsync(("groupSnapshots", "none"));
        await TwoAsync(world);
        Assert.Equal("not-one-moment", (await GroupAsync(world, "g1", oneMoment: true)).Problem?.Code);
        await world.DoneAsync(GroupAsync(world, "g1", oneMoment: false));
        Assert.Equal(GroupConsistency.PerVolume, (await world.Get<ReadSnapshotGroups>().GetAsync(world.Tenant, "g1", world.Stop)).ValueOrThrow().Group.Consistency);
    }

    [Fact]
    public async Task A_group_that_cannot_be_taken_whole_leaves_nothing()
    {
        await using var world = await World.StartAsync(("groupSnapshots", "none"));
        await TwoAsync(world);
        world.Plan.Next(StoreCall.CreateSnapshot, new InjectedFault.LoseReply()).Next(StoreCall.CreateSnapshot, new InjectedFault.Refuse(Faults.LimitReached("Full.")));
        var ended = await world.EndedAsync(GroupAsync(world, "g1", oneMoment: false));
        Assert.Equal(OperationStatus.Failed, ended.Operation.Status);
        Assert.Empty((await world.Get<ListSnapshots>().ExecuteAsync(world.Tenant, new(), new PageRequest(), world.Stop)).ValueOrThrow().Items);
        await world.DoneAsync(GroupAsync(world, "g1", oneMoment: false)); // its name is free again
        await world.AssertSoundAsync();
    }

    [Fact]
    public async Task A_schedule_takes_what_is_due_once_however_long_nobody_ran_and_keeps_what_it_shall()
    {
        var time = new FakeTimeProvider(Begin);
        await using var world = await World.StartAsync(provider => provider, time);
        await world.DoneAsync(world.CreateAsync("db1"));
        await world.DoneAsync(world.CreateAsync("web"));
        var made = (await MakeAsync(world, new CreateScheduleRequest("hourly", "0 * * * *", "UTC") { NamePattern = "db*", KeepLast = 2 })).ValueOrThrow();
        Assert.Equal(("db1", Begin.AddHours(1)), (string.Join(' ', made.Volumes), made.Schedule.NextAt));

        Assert.Equal([], await RunAsync(world));
        time.Advance(TimeSpan.FromHours(9.5)); // nine runs were missed
        Assert.Equal(["hourly-db1-20261123-130000"], await RunAsync(world));
        Assert.Equal(Begin.AddHours(10), (await ScheduleAsync(world)).NextAt);
        Assert.Equal(["hourly-db1-20261123-130000"], await RunAsync(world)); // not due again
        for (var n = 0; n < 3; n++)
        {
            time.Advance(TimeSpan.FromHours(1));
            await RunAsync(world);
        }
        await RunAsync(world);
        Assert.Equal(["hourly-db1-20261123-230000", "hourly-db1-20261124-000000"], await RunAsync(world));
        var schedule = await ScheduleAsync(world);
        Assert.Equal((ScheduleOutcome.Succeeded, (Cause?)null), (schedule.LastOutcome, schedule.LastProblem));
    }

    [Fact]
    public async Task A_run_that_a_dying_server_left_is_finished_and_not_repeated()
    {
        var time = new FakeTimeProvider(Begin);
        await using var world = await World.StartAsync(provider => provider, time);
        await world.DoneAsync(world.CreateAsync("db1"));
        await MakeAsync(world, new CreateScheduleRequest("hourly", "0 * * * *", "UTC") { NamePattern = "*", KeepLast = 5 });
        time.Advance(TimeSpan.FromHours(1));
        var before = await ScheduleAsync(world);
        await RunAsync(world);
        // As if the server had ended before it noted that it had run, its lease still held.
        await world.Database.WriteAsync(
            async (db, stop) => db.Put(before with { Version = (await db.SnapshotSchedules.SingleAsync(stop)).Version, LeaseOwner = "dead#1", LeaseUntil = time.GetUtcNow() + ScheduleRunner.LeaseTakes }),
            world.Stop);
        await RunAsync(world);
        Assert.Equal(before.NextAt, (await ScheduleAsync(world)).NextAt); // somebody else's for now
        time.Advance(ScheduleRunner.LeaseTakes);
        Assert.Equal(["hourly-db1-20261123-130000"], await RunAsync(world));
        Assert.Equal(Begin.AddHours(2), (await ScheduleAsync(world)).NextAt);
    }

    [Fact]
    public async Task A_run_that_fails_is_told_of_on_the_schedule_and_in_an_event()
    {
        var time = new FakeTimeProvider(Begin);
        await using var world = await World.StartAsync(provider => provider, time);
        await world.DoneAsync(world.CreateAsync("db1"));
        await MakeAsync(world, new CreateScheduleRequest("hourly", "0 * * * *", "UTC") { Volumes = ["db1"], KeepFor = TimeSpan.FromHours(3) });
        world.Plan.Next(StoreCall.CreateSnapshot, new InjectedFault.Refuse(Faults.LimitReached("32 snapshots are the most.")));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal([], await RunAsync(world));
        await world.Get<ScheduleRunner>().LookAsync(world.Stop);
        var schedule = await ScheduleAsync(world);
        Assert.Equal((ScheduleOutcome.Failed, FaultCodes.LimitReached), (schedule.LastOutcome, schedule.LastProblem?.Code));
        await using var db = world.Database.Open();
        Assert.Equal(world.Tenant.AccountId, (await db.Events.SingleAsync(e => e.Code == "snapshot-schedule.failed", world.Stop)).AccountId);
    }

    [Fact]
    public async Task A_schedule_as_a_group_takes_all_its_volumes_at_one_moment()
    {
        var time = new FakeTimeProvider(Begin);
        await using var world = await World.StartAsync(provider => provider, time);
        await TwoAsync(world);
        await MakeAsync(world, new CreateScheduleRequest("daily", "0 13 * * *", "UTC") { NamePattern = "*", AsGroup = true, KeepLast = 1 });
        time.Advance(TimeSpan.FromHours(1));
        await RunAsync(world);
        var group = Assert.Single((await world.Get<ReadSnapshotGroups>().ListAsync(world.Tenant, new PageRequest(), world.Stop)).ValueOrThrow().Items);
        Assert.Equal((GroupConsistency.OneMoment, 2), (group.Group.Consistency, group.Members.Count));
        time.Advance(TimeSpan.FromDays(1));
        await RunAsync(world);
        await RunAsync(world);
        Assert.Single((await world.Get<ReadSnapshotGroups>().ListAsync(world.Tenant, new PageRequest(), world.Stop)).ValueOrThrow().Items); // the earlier one's snapshots went
    }

    [Fact]
    public async Task What_makes_no_sense_as_a_schedule_is_refused_and_others_volumes_are_not_there()
    {
        await using var world = await World.StartAsync();
        await world.DoneAsync(world.CreateAsync("db1"));
        var good = new CreateScheduleRequest("s", "0 * * * *", "UTC") { NamePattern = "*", KeepLast = 1 };
        Assert.Equal("schedule-rule-invalid", (await MakeAsync(world, good with { Rule = "hourly" })).Problem?.Code);
        Assert.Equal("time-zone-unknown", (await MakeAsync(world, good with { TimeZone = "Mars/Olympus" })).Problem?.Code);
        Assert.Equal("schedule-invalid", (await MakeAsync(world, good with { KeepLast = null })).Problem?.Code);
        Assert.Equal("schedule-invalid", (await MakeAsync(world, good with { KeepLast = SnapshotSchedule.MostKept + 1 })).Problem?.Code);
        Assert.Equal("schedule-invalid", (await MakeAsync(world, good with { NamePattern = null })).Problem?.Code);
        var schedules = world.Get<SnapshotSchedules>();
        Assert.Equal("volume-not-found", (await schedules.CreateAsync(world.Stranger, good with { Volumes = ["db1"] }, world.Stop)).Problem?.Code);
        Assert.True((await MakeAsync(world, good)).IsDone);
        Assert.Equal("name-taken", (await MakeAsync(world, good)).Problem?.Code);
        Assert.Equal("snapshot-schedule-not-found", (await schedules.DeleteAsync(world.Stranger, "s", world.Stop)).Problem?.Code);
        Assert.False((await schedules.EnableAsync(world.Tenant, "s", isEnabled: false, world.Stop)).ValueOrThrow().Schedule.IsEnabled);
        Assert.True((await schedules.DeleteAsync(world.Tenant, "s", world.Stop)).IsDone);
    }

    [Theory]
    [InlineData(2, null, "c b")]
    [InlineData(null, 60L, "c")]
    [InlineData(5, 150L, "c b")]
    [InlineData(null, 1L, "c")] // the newest stays, however old
    public void Of_each_volume_is_kept_what_the_schedule_says(int? last, long? seconds, string kept)
    {
        var schedule = new SnapshotSchedule
        {
            Id = Guid.NewGuid(), Name = "s", AccountId = Guid.Empty, Rule = "* * * * *", TimeZone = "UTC", KeepLast = last, KeepSeconds = seconds, NextAt = default, CreatedAt = default,
        };
        Snapshot[] newestFirst = [.. new[] { "c", "b", "a" }.Select((name, index) => new Snapshot
        {
            Id = Guid.NewGuid(), Name = name, AccountId = Guid.Empty, VolumeId = Guid.Empty, PoolId = Guid.Empty, Size = default, CreatedAt = Begin.AddSeconds(-100 * (index + 1)),
        })];
        if (seconds == 150) Assert.Equal(100, (Begin - newestFirst[0].CreatedAt).TotalSeconds);
        var over = ScheduleRunner.Over(schedule, newestFirst, Begin.AddSeconds(seconds == 150 ? -60 : 0)).Select(s => s.Name);
        Assert.Equal(kept, string.Join(' ', newestFirst.Select(s => s.Name).Except(over)));
    }

    private static async Task<IReadOnlyList<VolumeHandle>> TwoAsync(World world)
    {
        foreach (var name in new[] { "db1", "log1" }) await world.DoneAsync(world.CreateAsync(name));
        return [new VolumeHandle((await world.VolumeAsync("db1")).Volume.Handle!), new VolumeHandle((await world.VolumeAsync("log1")).Volume.Handle!)];
    }

    internal static Task<Outcome<OperationDetails>> GroupAsync(World world, string name, bool oneMoment) =>
        world.Get<CreateSnapshotGroup>().ExecuteAsync(world.Tenant, new CreateGroupRequest(name, ["db1", "log1"], oneMoment), world.Stop);

    private static Task<Outcome<ScheduleDetails>> MakeAsync(World world, CreateScheduleRequest request) =>
        world.Get<SnapshotSchedules>().CreateAsync(world.Tenant, request, world.Stop);

    private static async Task<SnapshotSchedule> ScheduleAsync(World world)
    {
        await using var db = world.Database.Open();
        return await db.SnapshotSchedules.SingleAsync(world.Stop);
    }

    /// <summary>A look of the runner's; the snapshots that there are when everything that it began has ended.</summary>
    private static async Task<IReadOnlyList<string>> RunAsync(World world)
    {
        await world.Get<ScheduleRunner>().LookAsync(world.Stop);
        await using var db = world.Database.Open();
        foreach (var id in await db.OperationSubjects.Select(s => s.OperationId).Distinct().ToListAsync(world.Stop)) await world.EndedAsync(id);
        return (await world.Get<ListSnapshots>().ExecuteAsync(world.Tenant, new(), new PageRequest(), world.Stop)).ValueOrThrow().Items.Select(s => s.Snapshot.Name).Order().ToList();
    }
}
