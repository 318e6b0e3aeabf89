using System.Collections.Concurrent;
using System.Diagnostics;
using Headgate.Drivers.Tests.Broken;
using Headgate.Drivers.Tests.Reference;
using Headgate.Drivers.Tests.SharedPool;
using Headgate.Primitives;
using Headgate.Storage.Conformance;
using Headgate.Storage.Filters;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.Conformance;

/// <summary>What the kit made goes again, whatever the storage says at first, and what does not go is said.</summary>
public sealed class CleanUpTests
{
    private static readonly InjectedFault Nothing = new InjectedFault.Delay(TimeSpan.Zero, TimeProvider.System);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Troubles => ["lost", "thrown", "busy"];

    [Theory, MemberData(nameof(Troubles))]
    public async Task A_storage_that_cannot_tell_at_first_is_asked_again(string trouble)
    {
        InjectedFault fault = trouble switch
        {
            "lost" => new InjectedFault.LoseReply(),
            "thrown" => new InjectedFault.CrashBefore(),
            _ => new InjectedFault.Refuse(Faults.Busy("Not now. Repeat it later.")),
        };
        var plan = new FaultPlan().Next(StoreCall.Find, Nothing).Next(StoreCall.Find, fault); // the first is the rule's own, the second the clean-up's
        await using var fixture = new ReferenceFixture(provider => new FaultInjectingProvider(provider, plan));

        var report = await ConformanceKit.RunAsync(fixture.Subject, new ConformanceOptions { Only = ["volume.create.returns-what"] }, Stop);

        Assert.Equal((Verdict.Kept, 0), (report.Results[0].Verdict, report.LeftBehind.Count));
        Assert.Empty((await fixture.Store.Driver.Facet<IInventory>()!.ListAsync(Stop)).ValueOrThrow());
    }

    [Fact]
    public async Task Clones_go_before_the_snapshots_that_they_hold_and_those_before_their_volumes()
    {
        await using var fixture = new ReferenceFixture(provider => new TwistedProvider(provider, static driver => new HoldsWhatIsNeeded(driver)));

        var report = await ConformanceKit.RunAsync(fixture.Subject, new ConformanceOptions { Only = ["clone.has-the-data"] }, Stop);

        Assert.Equal((Verdict.Kept, 0), (report.Results[0].Verdict, report.LeftBehind.Count));
        Assert.Empty((await fixture.Store.Driver.Facet<IInventory>()!.ListAsync(Stop)).ValueOrThrow());
    }

    [Fact]
    public async Task One_volume_that_will_not_go_keeps_no_other_and_is_said_with_the_reason()
    {
        await using var fixture = new ReferenceFixture(provider => new TwistedProvider(provider, static driver => new KeepsOne(driver)));

        var report = await ConformanceKit.RunAsync(fixture.Subject, new ConformanceOptions { Only = ["volume.find.survives", "inventory.lists-a-key-once"] }, Stop);

        var kept = Assert.Single((await fixture.Store.Driver.Facet<IInventory>()!.ListAsync(Stop)).ValueOrThrow());
        Assert.False(report.Passed);
        Assert.Contains(report.LeftBehind, left => left.Contains($"{kept.Key}", StringComparison.Ordinal) && left.Contains("InvalidOperationException: not this one", StringComparison.Ordinal));
        Assert.Contains(report.LeftBehind, left => left.StartsWith("what the pool made for itself: in-use", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_call_that_is_not_done_yet_is_repeated_with_pauses_that_add_up_to_seconds()
    {
        await using var fixture = new ReferenceFixture(provider => new TwistedProvider(provider, static driver => new BusyAtFirst(driver)));

        var result = await ConformanceKit.CheckAsync("concurrent.create.makes-one", fixture.Subject, stop: Stop);

        Assert.Equal(Verdict.Kept, result.Verdict);
    }

    [Fact]
    public async Task The_pool_is_removed_in_the_end_and_nothing_of_it_is_left()
    {
        await using var fixture = new FolderFixture();

        var report = await ConformanceKit.RunAsync(fixture.Subject, new ConformanceOptions { Only = ["volume.find"] }, Stop);

        Assert.True(report.Passed, report.ToString());
        Assert.Empty(fixture.Files());
    }

    [Fact]
    public async Task An_examination_that_is_called_off_leaves_nothing_either()
    {
        await using var fixture = new FolderFixture();
        using var calledOff = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var options = new ConformanceOptions { Only = ["volume."], Progress = new AfterTheFirst(calledOff.Cancel) };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ConformanceKit.RunAsync(fixture.Subject, options, calledOff.Token));

        Assert.Empty(fixture.Files());
    }

    [Fact]
    public async Task A_pool_that_cannot_be_removed_is_left_behind()
    {
        var plan = new FaultPlan().Always(StoreCall.Remove, new InjectedFault.Refuse(Faults.Unauthorized("The rights are gone. Give them back.")));
        await using var fixture = new ReferenceFixture(provider => new FaultInjectingProvider(provider, plan));

        var report = await ConformanceKit.RunAsync(fixture.Subject, new ConformanceOptions { Only = ["volume.find.absent"] }, Stop);

        Assert.StartsWith("what the pool made for itself: backend-unauthorized", Assert.Single(report.LeftBehind), StringComparison.Ordinal);
        Assert.False(report.Passed);
    }

    private sealed class AfterTheFirst(Action act) : IProgress<RuleResult>
    {
        public void Report(RuleResult value) => act();
    }

    /// <summary>As arrays are that count references: a snapshot stays while a clone of it is there, and a volume while it has snapshots.</summary>
    private sealed class HoldsWhatIsNeeded(IPrimaryDataStoreDriver inner) : TwistedDriver(inner)
    {
        // Of all stores: it stands for the array.
        private static readonly ConcurrentDictionary<ObjectKey, SnapshotHandle> Clones = [];
        private static readonly ConcurrentDictionary<SnapshotHandle, VolumeHandle> Snapshots = [];

        public override async ValueTask<Outcome<SnapshotView>> CreateSnapshotAsync(ObjectKey key, ObjectKey volumeKey, VolumeHandle volume, string name, CancellationToken stop)
        {
            var taken = await base.CreateSnapshotAsync(key, volumeKey, volume, name, stop);
            if (taken is Outcome<SnapshotView>.Done { Value: var view }) Snapshots[view.Handle] = volume;
            return taken;
        }

        public override ValueTask<Outcome<VolumeView>> CloneAsync(ObjectKey key, VolumeSpec spec, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop)
        {
            if (snapshot is { } taken) Clones[key] = taken;
            return base.CloneAsync(key, spec, source, snapshot, stop);
        }

        public override async ValueTask<Outcome<Nothing>> DeleteSnapshotAsync(ObjectKey key, SnapshotHandle snapshot, CancellationToken stop)
        {
            if (Clones.Values.Contains(snapshot)) return Faults.InUse("A clone of the snapshot is there. Delete it first.");
            Snapshots.TryRemove(snapshot, out _);
            return await base.DeleteSnapshotAsync(key, snapshot, stop);
        }

        public override async ValueTask<Outcome<Nothing>> DeleteAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop)
        {
            if (Snapshots.Values.Contains(handle)) return Faults.InUse("The volume has snapshots. Delete them first.");
            Clones.TryRemove(key, out _);
            return await base.DeleteAsync(key, handle, stop);
        }
    }

    /// <summary>Throws whenever the first volume that it made is to be deleted.</summary>
    private sealed class KeepsOne(IPrimaryDataStoreDriver inner) : TwistedDriver(inner)
    {
        private static VolumeHandle? s_first;

        public override async ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop)
        {
            var made = await base.CreateAsync(key, spec, stop);
            if (made is Outcome<VolumeView>.Done { Value.Handle: var handle }) s_first ??= handle;
            return made;
        }

        public override ValueTask<Outcome<Nothing>> DeleteAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) =>
            handle == s_first ? throw new InvalidOperationException("not this one") : base.DeleteAsync(key, handle, stop);
    }

    /// <summary>For 300 ms after it was first asked for a volume it has no time.</summary>
    private sealed class BusyAtFirst(IPrimaryDataStoreDriver inner) : TwistedDriver(inner)
    {
        private static Stopwatch? s_since;

        public override ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop)
        {
            s_since ??= Stopwatch.StartNew();
            return s_since.ElapsedMilliseconds < 300
                ? ValueTask.FromResult<Outcome<VolumeView>>(Faults.Busy("Something else is under way. Repeat it later."))
                : base.CreateAsync(key, spec, stop);
        }
    }
}
