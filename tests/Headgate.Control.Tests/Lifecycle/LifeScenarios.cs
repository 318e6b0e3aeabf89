using Headgate.Control.Findings;
using Headgate.Domain;
using Headgate.Operations;
using Headgate.Primitives;
using Headgate.Storage.Filters;
using Headgate.Storage.Sdk;

namespace Headgate.Control.Tests.Lifecycle;

/// <summary>What the server is killed in the middle of: volumes that come and go in other ways than create and expunge, and groups.</summary>
internal static class LifeScenarios
{
    public static CrashTests.Scenario Of(string name) => name switch
    {
        "lazy" => new(_ => Task.CompletedTask, w => VolumeLifeTests.LazyAsync(w, "v1"), w => CrashTests.Scenario.StandsAsync(w, VolumeState.Allocated, 1)),
        "lazy-connect" => new(
            w => w.DoneAsync(VolumeLifeTests.LazyAsync(w, "v1")), ConnectAsync,
            async w =>
            {
                await CrashTests.Scenario.StandsAsync(w, VolumeState.Ready, 1);
                Assert.Equal([World.Initiator], (await w.VolumeAsync("v1")).Initiators);
            }),
        "lazy-connect-refused" => new(
            async w =>
            {
                await w.DoneAsync(VolumeLifeTests.LazyAsync(w, "v1"));
                w.Plan.Always(StoreCall.GrantAccess, new InjectedFault.Refuse(Faults.LimitReached("No more initiators.")));
            },
            ConnectAsync,
            async w =>
            {
                await CrashTests.Scenario.StandsAsync(w, VolumeState.Allocated, 1);
                Assert.Empty((await w.VolumeAsync("v1")).Initiators);
            },
            OperationStatus.Failed),
        "import" => new(
            w =>
            {
                w.Array.AddForeignVolume("theirs", ByteSize.GiB(1));
                return Task.CompletedTask;
            },
            async w => await VolumeLifeTests.ImportAsync(w, await ForeignAsync(w), "v1"), w => CrashTests.Scenario.StandsAsync(w, VolumeState.Ready, 1)),
        "unmanage" => new(
            async w =>
            {
                await w.DoneAsync(w.CreateAsync("v1"));
                await w.DoneAsync(ConnectAsync(w));
            },
            w => w.Get<UnmanageVolume>().ExecuteAsync(w.Admin, "v1", force: false, w.Stop),
            async w =>
            {
                var check = (await w.Get<CheckPool>().ExecuteAsync(w.Admin, "san1", w.Stop)).ValueOrThrow();
                Assert.Equal((0, 1), (check.VolumesChecked, check.ForeignVolumes));
                await w.AssertSoundAsync();
            }),
        "adopt" => new(
            OrphanAsync, async w => await w.Get<AdoptOrphan>().ExecuteAsync(w.Admin, await HandleAsync(w), new AdoptRequest("v1", "acme", "gold"), w.Stop),
            w => CrashTests.Scenario.StandsAsync(w, VolumeState.Ready, 1)),
        "orphan-delete" => new(
            OrphanAsync, async w => await w.Get<DeleteOrphan>().ExecuteAsync(w.Admin, await HandleAsync(w), early: true, w.Stop),
            async w =>
            {
                Assert.Empty((await w.Get<ReadOrphans>().ListAsync(w.Admin, "san1", all: false, new PageRequest(), w.Stop)).ValueOrThrow().Items);
                await w.AssertSoundAsync();
            }),
        "repair" => new(
            async w =>
            {
                await w.DoneAsync(w.CreateAsync("v1"));
                await w.DoneAsync(ConnectAsync(w));
                w.Array.Tamper(new VolumeHandle((await w.VolumeAsync("v1")).Volume.Handle!), v => v.Qos = QosSpec.Create(200, 777, 1000));
                await w.Get<CheckPool>().ExecuteAsync(w.Admin, "san1", w.Stop);
            },
            async w => await w.Get<RepairFinding>().ExecuteAsync(
                w.Admin, (await w.Get<ReadFindings>().ListAsync(w.Admin, new FindingFilter(), new PageRequest(), w.Stop)).ValueOrThrow().Items.Single().Finding.Id.ToString(), w.Stop),
            w => CrashTests.Scenario.StandsAsync(w, VolumeState.Ready, 1)),
        "group" => new(TwoAsync, w => SnapshotPlanTests.GroupAsync(w, "g1", oneMoment: true), w => GroupStandsAsync(w, 2)),
        "group-delete" => new(GroupAsync, w => w.Get<ChangeSnapshotGroup>().DeleteAsync(w.Tenant, "g1", w.Stop), w => GroupStandsAsync(w, 0)),
        "group-revert" => new(GroupAsync, w => w.Get<ChangeSnapshotGroup>().RevertAsync(w.Tenant, "g1", w.Stop), w => GroupStandsAsync(w, 2)),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private static Task<Outcome<OperationDetails>> ConnectAsync(World world) => world.Get<ConnectVolume>().ExecuteAsync(world.Tenant, "v1", World.Initiator, world.Stop);

    private static async Task<string> ForeignAsync(World world) =>
        (await world.Get<ListImportable>().ExecuteAsync(world.Admin, "san1", new PageRequest(), world.Stop)).ValueOrThrow().Items.Single().Handle.Value;

    private static async Task<string> HandleAsync(World world) =>
        (await world.Get<ReadOrphans>().ListAsync(world.Admin, "san1", all: false, new PageRequest(), world.Stop)).ValueOrThrow().Items.Single().Orphan.Handle;

    private static async Task OrphanAsync(World world)
    {
        await Reconciliation.ReconcileTests.OrphanAsync(world);
        await world.Get<CheckPool>().ExecuteAsync(world.Admin, "san1", world.Stop);
    }

    private static async Task TwoAsync(World world)
    {
        foreach (var name in new[] { "db1", "log1" }) await world.DoneAsync(world.CreateAsync(name));
    }

    private static async Task GroupAsync(World world)
    {
        await TwoAsync(world);
        await world.DoneAsync(SnapshotPlanTests.GroupAsync(world, "g1", oneMoment: true));
    }

    private static async Task GroupStandsAsync(World world, int snapshots)
    {
        var left = (await world.Get<ListSnapshots>().ExecuteAsync(world.Tenant, new(), new PageRequest(), world.Stop)).ValueOrThrow().Items;
        Assert.Equal(snapshots, left.Count);
        Assert.All(left, s => Assert.Equal(SnapshotState.Ready, s.Snapshot.State));
        foreach (var name in new[] { "db1", "log1" }) Assert.Equal(VolumeState.Ready, (await world.VolumeAsync(name)).Volume.State);
        await world.AssertSoundAsync();
    }
}
