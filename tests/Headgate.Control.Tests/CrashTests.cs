using Headgate.Domain;
using Headgate.Operations;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using Headgate.Testing.Database;

namespace Headgate.Control.Tests;

/// <summary>
/// Ends the server at every point of an operation, starts another, and asks for the same end: done or cleanly undone, no
/// orphan, no double, nothing stuck, ledger equal to the array.
/// </summary>
public class CrashTests
{
    public static TheoryData<string> Scenarios => new(
        "create", "create-refused", "create-cancelled", "clone", "delete", "expunge", "recover", "connect", "disconnect", "set-qos", "resize",
        "change-offering", "migrate", "migrate-refused", "migrate-cancelled", "snapshot", "snapshot-delete", "revert", "pool-grow", "pool-shrink", "pool-grow-refused", "pool-refresh", "pool-remove", "template-register",
        "template-volume", "template-volume-plain", "template-damaged", "template-delete", "lazy", "lazy-connect", "lazy-connect-refused", "import", "unmanage",
        "adopt", "orphan-delete", "repair", "group", "group-delete", "group-revert");

    /// <summary>On PostgreSQL a part of the points, since each needs a database of its own; eng/crash-everywhere takes them all.</summary>
    private static readonly string[] OnPostgres = ["create", "create-cancelled", "connect", "expunge", "resize", "revert"];

    private const int EveryWhich = 3;

    private const int AtATime = 4; // most of a pass is waiting

    [Theory, MemberData(nameof(Scenarios))]
    public async Task Killed_at_any_point_an_operation_comes_to_its_end_on_the_next_server(string name)
    {
        var scenario = Scenario.Of(name);
        var points = await PassAsync(scenario, null);
        Assert.NotEmpty(points);
        await Parallel.ForEachAsync(
            points.Distinct(), new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (point, _) => await PassAsync(scenario, point));
    }

    internal static async Task SweepSomeAsync(string name)
    {
        var scenario = Scenario.Of(name);
        var points = (await PassAsync(scenario, null)).Distinct().ToList();
        var first = points.Count % EveryWhich; // not always the same kind of point
        await Parallel.ForEachAsync(
            points.Where((_, i) => i % EveryWhich == first % EveryWhich), new ParallelOptions { MaxDegreeOfParallelism = AtATime },
            async (point, _) => await PassAsync(scenario, point));
    }

    public static TheoryData<string> Some => [.. OnPostgres];

    private static async Task<IReadOnlyList<string>> PassAsync(Scenario scenario, string? killAt)
    {
        await using var world = await (scenario.Start?.Invoke() ?? World.StartAsync(("capacityBytes", "100GiB")));
        await scenario.Prepare(world);
        // An operation's end is told before its run has passed its last point: with its server the preparation is over.
        await world.KillServerAsync();
        await world.StartServerAsync();
        world.Faults.Forget();
        if (killAt is not null) world.Faults.Arm(killAt);
        var operation = (await scenario.Ask(world)).ValueOrThrow().Operation;
        if (killAt is not null)
        {
            await world.Faults.Reached.WaitAsync(Patience.Long, world.Stop);
            await world.KillServerAsync();
            await world.StartServerAsync();
        }
        var ended = await world.EndedAsync(operation.Id).WaitAsync(Patience.Long, world.Stop);
        Assert.True(ended.Operation.Status == scenario.Ends, $"{killAt}: {ended.Operation.Status} {ended.Operation.Fault}");
        if (scenario.Settle is { } settle) await settle(world).WaitAsync(Patience.Long, world.Stop);
        var passed = world.Faults.Passed; // what follows may ask for more
        await scenario.Then(world);
        return passed;
    }

    internal sealed record Scenario(
        Func<World, Task> Prepare, Func<World, Task<Outcome<OperationDetails>>> Ask, Func<World, Task> Then,
        OperationStatus Ends = OperationStatus.Succeeded)
    {
        /// <summary>What comes after the operation's end by itself, and belongs to it; null for nothing.</summary>
        public Func<World, Task>? Settle { get; init; }

        /// <summary>The world that it takes place in; null for the usual one.</summary>
        public Func<Task<World>>? Start { get; init; }

        public static Scenario Of(string name) => name switch
        {
            "create" => new(_ => Task.CompletedTask, w => w.CreateAsync("v1"), w => StandsAsync(w, VolumeState.Ready, 1)),
            "create-refused" => new(
                w =>
                {
                    w.Array.AddForeignVolume("theirs", ByteSize.GiB(100)); // behind our back, after the survey
                    return Task.CompletedTask;
                },
                w => w.CreateAsync("v1"), w => NothingAsync(w, others: 1), OperationStatus.Failed),
            "create-cancelled" => new(
                w =>
                {
                    w.Faults.Also(point => point == "volume.create/provision-lun/intended" ? CancelAsync(w) : Task.CompletedTask);
                    return Task.CompletedTask;
                },
                w => w.CreateAsync("v1"), w => NothingAsync(w, others: 0), OperationStatus.Failed),
            "clone" => new(
                w => w.DoneAsync(w.CreateAsync("v1")),
                w => w.Get<CreateVolume>().ExecuteAsync(w.Tenant, new CreateVolumeRequest("v2", "gold") { FromVolume = "v1" }, w.Stop),
                w => StandsAsync(w, VolumeState.Ready, 2)),
            "delete" => new(ConnectedAsync, w => w.Get<DeleteVolume>().ExecuteAsync(w.Tenant, "v1", w.Stop), w => StandsAsync(w, VolumeState.Deleted, 1)),
            "recover" => new(DeletedAsync, w => w.Get<RecoverVolume>().ExecuteAsync(w.Tenant, "v1", w.Stop), w => StandsAsync(w, VolumeState.Ready, 1)),
            "expunge" => new(DeletedAsync, w => w.Get<ExpungeVolume>().ExecuteAsync(w.Tenant, "v1", w.Stop), w => NothingAsync(w, others: 0)),
            "connect" => new(
                w => w.DoneAsync(w.CreateAsync("v1")), w => w.Get<ConnectVolume>().ExecuteAsync(w.Tenant, "v1", World.Initiator, w.Stop),
                async w =>
                {
                    await StandsAsync(w, VolumeState.Ready, 1);
                    Assert.Equal([World.Initiator], (await w.VolumeAsync("v1")).Initiators);
                    var connection = (await w.Get<GetConnection>().ExecuteAsync(w.Tenant, "v1", World.Initiator, w.Stop)).ValueOrThrow();
                    var iscsi = Assert.IsType<Connection.Iscsi>(connection);
                    Assert.True(w.Array.LogIn(iscsi.TargetName, World.Initiator, iscsi.Chap?.Secret));
                }),
            "disconnect" => new(
                ConnectedAsync, w => w.Get<DisconnectVolume>().ExecuteAsync(w.Tenant, "v1", World.Initiator, w.Stop),
                async w =>
                {
                    await StandsAsync(w, VolumeState.Ready, 1);
                    Assert.Empty((await w.VolumeAsync("v1")).Initiators);
                }),
            "set-qos" => new(
                w => w.DoneAsync(w.CreateAsync("v1", "free")),
                w => w.Get<SetVolumeQos>().ExecuteAsync(w.Tenant, "v1", new SetVolumeQosRequest(300, 3000, 3000, null), w.Stop),
                async w =>
                {
                    await StandsAsync(w, VolumeState.Ready, 1);
                    Assert.Equal(QosSpec.Create(300, 3000, 3000), (await w.VolumeAsync("v1")).Volume.Promises.ForStorage());
                }),
            "resize" => new(
                w => w.DoneAsync(w.CreateAsync("v1")), w => w.Get<ResizeVolume>().ExecuteAsync(w.Tenant, "v1", ByteSize.GiB(3), w.Stop),
                async w =>
                {
                    await StandsAsync(w, VolumeState.Ready, 1);
                    Assert.Equal(ByteSize.GiB(3), (await w.VolumeAsync("v1")).Volume.Size);
                }),
            "snapshot" => new(
                w => w.DoneAsync(w.CreateAsync("v1")), w => w.Get<CreateSnapshot>().ExecuteAsync(w.Tenant, "v1", "s1", w.Stop),
                w => SnapshotStandsAsync(w, SnapshotState.Ready)),
            "snapshot-delete" => new(
                SnapshotAsync, w => w.Get<DeleteSnapshot>().ExecuteAsync(w.Tenant, "s1", w.Stop),
                async w => Assert.Empty((await w.Get<ListSnapshots>().ExecuteAsync(w.Tenant, new SnapshotFilter("v1"), new PageRequest(), w.Stop)).ValueOrThrow().Items)),
            "revert" => new(
                SnapshotAsync, w => w.Get<RevertSnapshot>().ExecuteAsync(w.Tenant, "s1", w.Stop), w => SnapshotStandsAsync(w, SnapshotState.Ready)),
            "pool-grow" => new(
                w => w.DoneAsync(w.CreateAsync("v1")), w => w.ChangeCapacityAsync(new() { Bytes = ByteSize.GiB(300), Iops = 5000 }),
                w => CapacityAsync(w, ByteSize.GiB(300), 5000)),
            "pool-shrink" => new(
                w => w.DoneAsync(w.CreateAsync("v1")), w => w.ChangeCapacityAsync(new() { Bytes = ByteSize.GiB(1), Iops = 200 }),
                w => CapacityAsync(w, ByteSize.GiB(1), 200)),
            "pool-grow-refused" => new(
                w => w.DoneAsync(w.CreateAsync("v1")), w => w.ChangeCapacityAsync(new() { Bytes = new ByteSize(1L << 61), Iops = 5000 }), // 2 EiB: more than there can be
                w => CapacityAsync(w, ByteSize.GiB(100), 100_000), OperationStatus.Failed),
            "pool-refresh" => new(
                w => w.ChangeOnTheArrayAsync(new PoolCapacity(ByteSize.GiB(40), 700)),
                w => w.Get<RefreshPool>().ExecuteAsync(w.Admin, "san1", w.Stop), w => CapacityAsync(w, ByteSize.GiB(40), 700)),
            "pool-remove" => new(
                _ => Task.CompletedTask, w => w.Get<RemovePool>().ExecuteAsync(w.Admin, "san1", w.Stop),
                async w => Assert.Equal("pool-not-found", (await w.Get<GetPool>().ExecuteAsync(w.Admin, "san1", w.Stop)).Problem?.Code)),
            "change-offering" => new(
                w => w.DoneAsync(w.CreateAsync("v1", "free")), w => w.Get<ChangeVolumeOffering>().ExecuteAsync(w.Tenant, "v1", "gold", w.Stop),
                async w =>
                {
                    await StandsAsync(w, VolumeState.Ready, 1);
                    Assert.Equal(("gold", 200L), ((await w.VolumeAsync("v1")).DiskOffering, (await w.VolumeAsync("v1")).Volume.ReservedIops));
                }),
            "migrate" => new(MoveTests.PreparedAsync, MoveTests.MigrateAsync, w => MoveTests.StandsAsync(w, "files2"))
            {
                Start = () => World.StartOnFilesAsync(), Settle = MoveTests.SettledAsync,
            },
            "migrate-refused" => new(
                async w =>
                {
                    await MoveTests.PreparedAsync(w);
                    w.Plan.Always(Storage.Filters.StoreCall.Create, new Storage.Filters.InjectedFault.Refuse(new Fault("on-fire", "It burns.", Recovery.AskOperator)));
                },
                MoveTests.MigrateAsync, w => MoveTests.StandsAsync(w, "files"), OperationStatus.Failed)
            {
                Start = () => World.StartOnFilesAsync(), Settle = MoveTests.SettledAsync,
            },
            "migrate-cancelled" => new(
                async w =>
                {
                    await MoveTests.PreparedAsync(w);
                    w.Faults.Also(point => point == "volume.migrate/copy/intended" ? CancelAsync(w) : Task.CompletedTask);
                },
                MoveTests.MigrateAsync, w => MoveTests.StandsAsync(w, "files"), OperationStatus.Failed)
            {
                Start = () => World.StartOnFilesAsync(), Settle = MoveTests.SettledAsync,
            },
            "template-register" => new(
                _ => Task.CompletedTask, w => TemplateTests.UploadAsync(w, w.Tenant, "debian", image: TemplateVolumeTests.Image),
                async w =>
                {
                    var found = (await w.Get<GetTemplate>().ExecuteAsync(w.Tenant, "debian", w.Stop)).ValueOrThrow().Template;
                    Assert.Equal(TemplateState.Ready, found.State);
                    Assert.Equal([found.Id.ToString("N")], w.Images().Select(Path.GetFileName));
                }),
            "template-volume" => new(RegisteredAsync, w => TemplateVolumeTests.CreateAsync(w, "v1"), w => TemplateVolumeStandsAsync(w, files: 2))
            {
                Start = () => World.StartOnFilesAsync(),
            },
            "template-volume-plain" => new(RegisteredAsync, w => TemplateVolumeTests.CreateAsync(w, "v1"), w => TemplateVolumeStandsAsync(w, files: 1))
            {
                Start = () => World.StartOnFilesAsync("Plain"),
            },
            "template-damaged" => new(
                async w =>
                {
                    await RegisteredAsync(w);
                    await using var disk = File.OpenWrite(w.Images().Single());
                    disk.Write([1, 2, 3, 4]);
                },
                w => TemplateVolumeTests.CreateAsync(w, "v1"),
                async w =>
                {
                    Assert.Empty(Directory.EnumerateFiles(w.Files, "*.raw", SearchOption.AllDirectories));
                    await w.AssertSoundAsync();
                },
                OperationStatus.Failed)
            {
                Start = () => World.StartOnFilesAsync(),
            },
            "template-delete" => new(
                async w =>
                {
                    await RegisteredAsync(w);
                    await w.DoneAsync(TemplateVolumeTests.CreateAsync(w, "v1"));
                },
                w => w.Get<DeleteTemplate>().ExecuteAsync(w.Tenant, "debian", w.Stop),
                async w =>
                {
                    Assert.Empty(w.Images());
                    await TemplateVolumeStandsAsync(w, files: 1);
                })
            {
                Start = () => World.StartOnFilesAsync(),
            },
            _ => Lifecycle.LifeScenarios.Of(name),
        };

        /// <summary>The database, and the storage asked anew, say the same.</summary>
        private static async Task CapacityAsync(World world, ByteSize bytes, long iops)
        {
            var pool = (await world.PoolAsync()).Pool;
            Assert.Equal((bytes, iops), (pool.CapacityBytes, pool.CapacityIops));
            var facts = await world.FactsAsync();
            Assert.Equal((bytes, iops), (facts.CapacityBytes, facts.CapacityIops));
            await world.AssertSoundAsync();
        }

        private static Task<OperationDetails> RegisteredAsync(World world) =>
            world.DoneAsync(TemplateTests.UploadAsync(world, world.Tenant, "debian", image: TemplateVolumeTests.Image));

        private static async Task TemplateVolumeStandsAsync(World world, int files)
        {
            await world.AssertSoundAsync(); // nobody is let in, the server least of all
            Assert.Equal(TemplateVolumeTests.Image, (await TemplateVolumeTests.ContentAsync(world, "v1"))[..TemplateVolumeTests.Image.Length]);
            Assert.Equal(files, Directory.EnumerateFiles(world.Files, "*.raw", SearchOption.AllDirectories).Count());
        }

        internal static async Task StandsAsync(World world, VolumeState state, int volumes)
        {
            Assert.Equal(state, (await world.VolumeAsync("v1")).Volume.State);
            var check = (await world.Get<CheckPool>().ExecuteAsync(world.Admin, "san1", world.Stop)).ValueOrThrow();
            Assert.Equal(volumes, check.VolumesChecked);
            await world.AssertSoundAsync();
        }

        private static async Task NothingAsync(World world, int others)
        {
            var check = (await world.Get<CheckPool>().ExecuteAsync(world.Admin, "san1", world.Stop)).ValueOrThrow();
            Assert.Equal((0, others), (check.VolumesChecked, check.ForeignVolumes));
            await world.AssertSoundAsync();
        }

        private static async Task SnapshotStandsAsync(World world, SnapshotState state)
        {
            Assert.Equal(state, (await world.Get<GetSnapshot>().ExecuteAsync(world.Tenant, "s1", world.Stop)).ValueOrThrow().Snapshot.State);
            await StandsAsync(world, VolumeState.Ready, 1);
        }

        private static async Task ConnectedAsync(World world)
        {
            await world.DoneAsync(world.CreateAsync("v1"));
            await world.DoneAsync(world.Get<ConnectVolume>().ExecuteAsync(world.Tenant, "v1", World.Initiator, world.Stop));
        }

        private static async Task DeletedAsync(World world)
        {
            await world.DoneAsync(world.CreateAsync("v1"));
            await world.DoneAsync(world.Get<DeleteVolume>().ExecuteAsync(world.Tenant, "v1", world.Stop));
        }

        private static async Task SnapshotAsync(World world)
        {
            await world.DoneAsync(world.CreateAsync("v1"));
            await world.DoneAsync(world.Get<CreateSnapshot>().ExecuteAsync(world.Tenant, "v1", "s1", world.Stop));
        }

        private static async Task CancelAsync(World world)
        {
            var active = (await world.Get<ListOperations>().ExecuteAsync(world.Tenant, new PageRequest(), new OperationFilter(), world.Stop)).ValueOrThrow();
            foreach (var operation in active.Items.Where(o => o.Operation.Status is OperationStatus.Running))
                await world.Get<CancelOperation>().ExecuteAsync(world.Tenant, operation.Operation.Id, world.Stop);
        }
    }
}

/// <summary>A part of the same on PostgreSQL.</summary>
[OnPostgres]
public sealed class CrashTestsOnPostgres
{
    public CrashTestsOnPostgres() => TestDatabase.RequirePostgres();

    [Theory, MemberData(nameof(CrashTests.Some), MemberType = typeof(CrashTests))]
    public Task Killed_at_some_point_an_operation_comes_to_its_end_on_the_next_server(string name) => CrashTests.SweepSomeAsync(name);
}
