using Headgate.DiskImages;
using Headgate.Domain;
using Headgate.Drivers.Reference;
using Headgate.Drivers.SharedPool;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Primitives;
using Headgate.Secrets;
using Headgate.Storage.Filters;
using Headgate.Storage.Sdk;
using Headgate.Testing.Database;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Account = Headgate.Domain.Account;
using Volume = Headgate.Domain.Volume;

namespace Headgate.Control.Tests;

/// <summary>
/// A management server on a database of its own and an in-memory array of its own. The array outlives the server, so a
/// server can be killed and another started.
/// </summary>
public sealed class World : IAsyncDisposable
{
    public const string Initiator = "iqn.1993-08.org.debian:01:abc";

    // In memory where there is such a place: these tests kill the server, never the machine, so no commit needs a disk.
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"hg-control-{Guid.NewGuid():N}")).FullName;
    private readonly SecretBox _box;
    private Func<IPrimaryDataStoreProvider, IPrimaryDataStoreProvider> _wrap = static provider => provider;
    private TimeProvider _time = TimeProvider.System;
    private ServiceProvider _server = null!;
    private TestDatabase _stored = null!;

    private World()
    {
        _box = SecretBox.OpenOrCreate(Path.Combine(_folder, "key"));
        Array = ReferenceArray.Named(_folder);
    }

    /// <summary>The image store's: its folder may be in a small file system.</summary>
    public static ImageLimits ImageBounds { get; } = new() { KeepFree = ByteSize.MiB(1), PerAccount = ByteSize.MiB(32) };

    public HeadgateDatabase Database => _stored.Database;

    public ReferenceArray Array { get; }

    public FaultSwitch Faults { get; } = new();

    /// <summary>What goes wrong with calls of the driver, and what was called.</summary>
    public FaultPlan Plan { get; } = new();

    public Caller Admin { get; } = new(Guid.CreateVersion7(), "admin", Role.Admin, "root");

    public Caller Tenant { get; } = new(Guid.CreateVersion7(), "acme", Role.Tenant, "ci");

    public Caller Stranger { get; } = new(Guid.CreateVersion7(), "other", Role.Tenant, "ci");

    public CancellationToken Stop => TestContext.Current.CancellationToken;

    public T Get<T>() where T : notnull => _server.GetRequiredService<T>();

    /// <summary>With one pool, <c>san1</c>, of the driver in memory.</summary>
    public static Task<World> StartAsync(params (string Name, string Value)[] settings) => StartAsync(new World(), settings);

    /// <summary>With a driver in place of the reference array's own, and a clock.</summary>
    public static Task<World> StartAsync(Func<IPrimaryDataStoreProvider, IPrimaryDataStoreProvider> wrap, TimeProvider time) =>
        StartAsync(new World { _wrap = wrap, _time = time });

    /// <summary>With one pool, <c>files</c>, whose volumes have content: of the SharedPool driver, or of <see cref="PlainProvider"/>.</summary>
    public static async Task<World> StartOnFilesAsync(string provider = "SharedPool", ByteSize? capacity = null)
    {
        var world = await StartEmptyAsync(new World());
        await world.AddFilesPoolAsync("files", provider, capacity);
        return world;
    }

    /// <summary>Another such pool, in a folder of its name.</summary>
    public Task AddFilesPoolAsync(string name, string provider = "SharedPool", ByteSize? capacity = null)
    {
        var path = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        var given = new Dictionary<string, string> { ["path"] = path };
        return DoneAsync(Get<AddPool>().ExecuteAsync(Admin, new AddPoolRequest(name, provider, "z1") { Settings = given, CapacityBytes = capacity }, Stop));
    }

    private static async Task<World> StartAsync(World world, params (string Name, string Value)[] settings)
    {
        await StartEmptyAsync(world);
        await world.AddPoolAsync("san1", settings);
        return world;
    }

    private static async Task<World> StartEmptyAsync(World world)
    {
        world._stored = await TestDatabase.CreateAsync();
        await world.Database.WriteAsync(
            (db, _) =>
            {
                var now = DateTimeOffset.UtcNow;
                foreach (var caller in new[] { world.Admin, world.Tenant, world.Stranger })
                    db.Accounts.Add(new Account { Id = caller.AccountId, Name = caller.Account, CreatedAt = now });
                db.Zones.Add(new Zone { Id = Guid.CreateVersion7(), Name = "z1", CreatedAt = now });
                db.DiskOfferings.Add(world.Offering("gold", new OfferingQos
                {
                    MinIops = 200, MaxIops = 1000, BurstIops = 1000, Require = [PromiseKind.MinIops, PromiseKind.MaxIops],
                }));
                db.DiskOfferings.Add(world.Offering("free", new OfferingQos { CustomIops = true }));
                return Task.CompletedTask;
            },
            world.Stop);
        await world.StartServerAsync();
        return world;
    }

    public DiskOffering Offering(string name, OfferingQos qos) =>
        new() { Id = Guid.CreateVersion7(), Name = name, Qos = qos, CreatedAt = DateTimeOffset.UtcNow };

    public async Task StartServerAsync()
    {
        var services = new ServiceCollection();
        services.AddSingleton(Database).AddSingleton(_box).AddSingleton<IFaultPoints>(Faults);
        services.AddSingleton(_wrap(new FaultInjectingProvider(new ReferenceProvider(), Plan))).AddSingleton(_time);
        services.AddSingleton<IPrimaryDataStoreProvider>(new FaultInjectingProvider(new SharedPoolProvider(), Plan));
        services.AddSingleton<IPrimaryDataStoreProvider>(new PlainProvider());
        services.AddSingleton(typeof(Microsoft.Extensions.Logging.ILogger<>), typeof(NullLogger<>));
        services.AddSingleton<Places.Hosts>().AddSingleton<Places.Zones>().AddSingleton<Offerings.DiskOfferings>();
        services.AddSingleton(new ImageStore(Path.Combine(_folder, "images"), ImageBounds, TimeProvider.System));
        // Each chunk that is copied is told of, so that a cancel is heard at the first.
        services.AddSingleton(all => new StepNotes(Database, all.GetRequiredService<OperationFeed>(), TimeProvider.System) { Every = TimeSpan.Zero });
        services.AddHeadgateControl(new EngineOptions { ServerName = "test" });
        _server = services.BuildServiceProvider();
        await Get<OperationEngine>().StartAsync(Stop);
    }

    /// <summary>Another server on the same database (PostgreSQL only), with its own way to it and fault points of its own. Dispose it.</summary>
    internal Task<OtherServer> AddServerAsync(string name, TimeSpan lease) => OtherServer.StartAsync(_stored.OpenAgain(), _box, _folder, name, lease, Stop);

    /// <summary>In good order.</summary>
    public async Task StopServerAsync()
    {
        await Get<OperationEngine>().StopAsync();
        await _server.DisposeAsync();
    }

    /// <summary>Where the pool <c>files</c> keeps its volumes.</summary>
    public string Files => Path.Combine(_folder, "files");

    /// <summary>Files of the image store.</summary>
    public IReadOnlyList<string> Images() => [.. Directory.EnumerateFiles(Path.Combine(_folder, "images"), "*", SearchOption.AllDirectories)];

    /// <summary>What kill -9 leaves: nothing released, nothing tidied up.</summary>
    public async Task KillServerAsync()
    {
        await Get<OperationEngine>().HaltAsync();
        Faults.Disarm();
    }

    public Task AddPoolAsync(string name, params (string Name, string Value)[] settings)
    {
        var given = settings.Append(("array", _folder)).ToDictionary(s => s.Item1, s => s.Item2);
        return DoneAsync(Get<AddPool>().ExecuteAsync(Admin, new AddPoolRequest(name, "Reference", "z1") { Settings = given }, Stop));
    }

    public Task<Outcome<OperationDetails>> CreateAsync(string name, string offering = "gold", long gib = 1, string? key = null) =>
        Get<CreateVolume>().ExecuteAsync(
            Tenant with { IdempotencyKey = key }, new CreateVolumeRequest(name, offering) { Size = ByteSize.GiB(gib) }, Stop);

    /// <summary>Waits for the end, which must be a success.</summary>
    public async Task<OperationDetails> DoneAsync(Task<Outcome<OperationDetails>> asked)
    {
        var ended = await EndedAsync(asked);
        Assert.True(ended.Operation.Status is OperationStatus.Succeeded, $"{ended.Operation.Kind}: {ended.Operation.Fault}");
        return ended;
    }

    public async Task<OperationDetails> EndedAsync(Task<Outcome<OperationDetails>> asked) =>
        await EndedAsync((await asked).ValueOrThrow().Operation.Id);

    public async Task<OperationDetails> EndedAsync(Guid operation) => (await Get<OperationFeed>().WaitAsync(operation, Stop))!;

    /// <summary>The operation as soon as it is so.</summary>
    public async Task<OperationDetails> UntilAsync(Guid operation, Func<OperationDetails, bool> isSo)
    {
        await foreach (var seen in Get<OperationFeed>().WatchAsync(operation, Stop))
            if (isSo(seen)) return seen;
        throw new InvalidOperationException("It ended and was never so.");
    }

    /// <summary>What waits is due now.</summary>
    public async Task HurryAsync(Guid operation)
    {
        await Database.WriteAsync(
            async (db, cancel) => db.Put(await db.Operations.SingleAsync(o => o.Id == operation, cancel) with { NotBefore = null }), Stop);
        Get<OperationFeed>().Wake(operation);
    }

    public async Task<PoolDetails> PoolAsync() => (await Get<GetPool>().ExecuteAsync(Admin, "san1", Stop)).ValueOrThrow();

    public Task<Outcome<OperationDetails>> ChangeCapacityAsync(ChangeCapacityRequest request) =>
        Get<ChangePoolCapacity>().ExecuteAsync(Admin, "san1", request, Stop);

    /// <summary>What the pool's storage says of itself.</summary>
    public async Task<PoolFacts> FactsAsync()
    {
        await using var store = await OpenPoolAsync();
        return (await store.LifeCycle.InitializeAsync(Stop)).ValueOrThrow();
    }

    /// <summary>As an administrator of the array would, and nobody tells the server.</summary>
    public async Task ChangeOnTheArrayAsync(PoolCapacity capacity)
    {
        await using var store = await OpenPoolAsync();
        (await store.LifeCycle.Facet<ICapacityControl>()!.ChangeCapacityAsync(capacity, Stop)).ValueOrThrow();
    }

    private async Task<IPrimaryDataStore> OpenPoolAsync()
    {
        var (provider, pool) = (new ReferenceProvider(), (await PoolAsync()).Pool);
        return (await provider.OpenAsync(new PoolSettings(pool.Id, provider.Settings, pool.Settings), Stop)).ValueOrThrow();
    }

    public async Task<VolumeDetails> VolumeAsync(string name) => (await Get<GetVolume>().ExecuteAsync(Tenant, name, Stop)).ValueOrThrow();

    /// <summary>Nothing orphaned, missing or drifted; the ledger is the sum of the volumes; nothing waits for anything.</summary>
    public async Task AssertSoundAsync()
    {
        await using var db = Database.Open();
        foreach (var up in await db.Pools.Where(p => p.State == PoolState.Up).ToListAsync(Stop))
        {
            var check = (await Get<CheckPool>().ExecuteAsync(Admin, up.Name, Stop)).ValueOrThrow();
            Assert.Empty(check.Findings.Select(f => f.Message));
        }
        Assert.Equal(0, await db.OperationSubjects.CountAsync(Stop));
        Assert.Empty(await db.VolumeMoves.ToListAsync(Stop));
        foreach (var pool in await db.Pools.ToListAsync(Stop))
        {
            var volumes = await db.Volumes.Where(v => v.PoolId == pool.Id).ToListAsync(Stop);
            var copies = await db.TemplateCopies.Where(c => c.PoolId == pool.Id).ToListAsync(Stop);
            Assert.DoesNotContain(copies, c => c.State is TemplateCopyState.Making || c.ReservedBytes != (c.State is TemplateCopyState.Ready ? c.Size : default));
            Assert.Equal(volumes.Sum(v => v.ReservedBytes.Bytes) + copies.Sum(c => c.ReservedBytes.Bytes), pool.ReservedBytes.Bytes);
            Assert.Equal(volumes.Sum(v => v.ReservedIops), pool.ReservedIops);
            Assert.Equal(volumes.Sum(v => v.ReservedBandwidth.Bytes), pool.ReservedBandwidth.Bytes);
            foreach (var volume in volumes)
            {
                var needs = volume.State is VolumeState.Expunged ? Reservation.None : Reservation.For(volume.Size, volume.Promises);
                Assert.Equal(needs, volume.Reserved);
                Assert.DoesNotContain(volume.State, new[] { VolumeState.Creating, VolumeState.Changing, VolumeState.Moving, VolumeState.Deleting, VolumeState.Expunging });
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _stored.DisposeAsync();
        _box.Dispose();
        ReferenceArray.Scrap(_folder);
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>Notes the points that are passed, and ends the server at one of them when told to.</summary>
public sealed class FaultSwitch : IFaultPoints
{
    private readonly List<string> _passed = [];
    private TaskCompletionSource _reached = new();
    private string? _armed;
    private Func<string, Task>? _also;

    public IReadOnlyList<string> Passed
    {
        get { lock (_passed) return [.. _passed]; }
    }

    public Task Reached => _reached.Task;

    public void Arm(string point) => (_armed, _reached) = (point, new(TaskCreationOptions.RunContinuationsAsynchronously));

    public void Disarm() => _armed = null;

    public void Also(Func<string, Task>? work) => _also = work;

    public void Forget()
    {
        lock (_passed) _passed.Clear();
    }

    public async ValueTask ReachAsync(string name, CancellationToken stop)
    {
        lock (_passed) _passed.Add(name);
        if (_also is { } also) await also(name);
        if (name != _armed) return;
        _reached.TrySetResult();
        throw new InvalidOperationException($"killed at {name}");
    }
}
