using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Headgate.Primitives;
using Headgate.Storage.Filters;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>
/// A rule's workplace: the driver, what it declares, chance that can be repeated, and a list of the keys used, so that
/// nothing stays behind on a real array when a rule fails half-way.
/// </summary>
internal sealed class Bench : IAsyncDisposable
{
    private const int CleanUpTries = 5;
    private const int Least = 1 << 20; // bytes that a volume grows by where the step is smaller

    private readonly ConcurrentQueue<ObjectKey> _keys = [];
    private readonly ConcurrentQueue<(ObjectKey Key, ObjectKey Volume)> _snapshots = [];
    private readonly ConcurrentQueue<string> _initiators = [];
    private readonly ConcurrentQueue<ObservedCall> _observed = [];
    private readonly ConcurrentQueue<ForeignVolume> _foreign = [];
    private readonly ConcurrentQueue<string> _secrets = [];
    private readonly Random _chance;
    private IPrimaryDataStore? _store;

    public Bench(ConformanceSubject subject, ConformanceOptions options, int seed, string ruleId, CancellationToken stop)
    {
        Subject = subject;
        Options = options;
        Stop = stop;
        // Of the rule as well, so that a rule put alone meets what it met among the others.
        _chance = new Random(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{ruleId}")), 0));
        Account = NewGuid();
        Plan = new FaultPlan { Observer = Observe };
        foreach (var secret in subject.Provider.Settings.Settings.Where(s => s.Kind == SettingKind.Secret))
            if (subject.Settings.TryGetValue(secret.Name, out var value) && value.Length > 0) _secrets.Enqueue(value);
    }

    public ConformanceSubject Subject { get; }

    public ConformanceOptions Options { get; }

    public CancellationToken Stop { get; }

    /// <summary>What goes wrong between this bench and the driver; every call passes through it and is written down.</summary>
    public FaultPlan Plan { get; }

    public Guid Account { get; }

    public PoolFacts Facts { get; private set; } = null!;

    public DriverCapabilities Can => Facts.Capabilities;

    public IPrimaryDataStore Store => _store!;

    public IPrimaryDataStoreDriver Driver => Store.Driver;

    public int Repeats => Options.Repeats;

    /// <summary>What the driver answered so far.</summary>
    public IReadOnlyList<ObservedCall> Observed => [.. _observed];

    public IEnumerable<string> Calls => _observed.Select(o => $"{o.Call}: {(o.Thrown is { } e ? $"threw {e.GetType().Name}: {o.Answer}" : o.Answer)}");

    public async Task BeginAsync()
    {
        Subject.Link?.Reset();
        _store = await OpenOtherAsync();
        Facts = Expect.Done(await Store.LifeCycle.InitializeAsync(Stop), "initialize");
        Expect.Done(await Store.LifeCycle.AttachAsync(Subject.Scope, Stop), "attach");
    }

    /// <summary>Another server on the same pool; the caller disposes of it.</summary>
    public async Task<IPrimaryDataStore> OpenOtherAsync() => new FaultInjectingStore(await Subject.OpenAsync(Stop), Plan);

    /// <summary>The server dies and another takes over.</summary>
    public async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        _store = await OpenOtherAsync();
    }

    public T Draw<T>(IReadOnlyList<T> from) => from[Draw(from.Count)];

    public int Draw(int below)
    {
        lock (_chance) return _chance.Next(below);
    }

    public ObjectKey NewKey()
    {
        var key = new ObjectKey(NewGuid());
        _keys.Enqueue(key);
        return key;
    }

    public ObjectKey NewSnapshotKey(ObjectKey volume)
    {
        var key = new ObjectKey(NewGuid());
        _snapshots.Enqueue((key, volume));
        return key;
    }

    public Guid NewGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (_chance) _chance.NextBytes(bytes);
        return new Guid(bytes);
    }

    public byte[] NewBlock()
    {
        var block = new byte[IDataProbe.BlockBytes];
        lock (_chance) _chance.NextBytes(block);
        return block;
    }

    public string NewInitiator()
    {
        var name = $"iqn.2026-11.org.headgate.conformance:{NewGuid():N}";
        _initiators.Enqueue(name);
        return name;
    }

    /// <summary>A host that asks for access, with CHAP where the storage has it.</summary>
    public AccessRequest NewAccess() => new(NewInitiator(), Can.Chap == Support.Native);

    /// <summary>The smallest volume that the storage takes, with moderate limits of each kind that it declares.</summary>
    public VolumeSpec Small() => new("conformance", Rounded(new ByteSize(Math.Max(1, Can.VolumeSize.From))), Limits.Moderate(Can)) { AccountId = Account };

    public ByteSize Rounded(ByteSize size) => size.RoundUpTo(new ByteSize(Math.Max(1, Can.VolumeSize.Step)));

    /// <summary>A bigger size that the storage takes, by as little as makes a difference.</summary>
    public ByteSize Bigger(ByteSize size) => Rounded(size + new ByteSize(Math.Max(Least, Can.VolumeSize.Step)));

    public async Task<(ObjectKey Key, VolumeView Volume)> MakeAsync(VolumeSpec? spec = null)
    {
        var key = NewKey();
        return (key, Expect.Done(await Driver.CreateAsync(key, spec ?? Small(), Stop), "create"));
    }

    public async Task<Connection> GrantAsync(ObjectKey key, VolumeView volume, AccessRequest access, string what = "grant")
    {
        var connection = Expect.Done(await Driver.GrantAccessAsync(key, volume.Handle, access, Stop), what);
        Note(connection);
        return connection;
    }

    public async Task<VolumeView> FoundAsync(ObjectKey key, string what = "find") =>
        Expect.Done(await Driver.FindAsync(key, Stop), what) ?? throw new ConformanceException($"{what}: volume {key} is not found");

    public async Task AbsentAsync(ObjectKey key, string why) =>
        Expect.True(Expect.Done(await Driver.FindAsync(key, Stop), "find") is null, $"volume {key} is there {why}");

    public async Task<IReadOnlyList<VolumeView>> ListAsync(string what = "list") =>
        Expect.Done(await Driver.Facet<IInventory>()!.ListAsync(Stop), what);

    /// <summary>One volume carries the key: by the inventory where there is one, else by what a find gives.</summary>
    public async Task ExactlyOneAsync(ObjectKey key)
    {
        if (Driver.Facet<IInventory>() is null) await FoundAsync(key);
        else Expect.Equal(1, (await ListAsync()).Count(v => v.Key == key), $"volumes on the storage with key {key}");
    }

    /// <summary>Repeats a call until it is neither lost nor cut off: what an operation does after a crash.</summary>
    public static async Task<T> UntilDoneAsync<T>(Func<ValueTask<Outcome<T>>> call, string what)
    {
        const int tries = 10;
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await call();
            var again = outcome.Problem?.Recovery == Recovery.RetryWithBackoff || outcome is Outcome<T>.Unknown;
            if (!again || attempt == tries) return Expect.Done(outcome, $"{what}, attempt {attempt}");
        }
    }

    public async Task<ForeignVolume> MakeForeignAsync()
    {
        var foreign = await Subject.MakeForeignVolume!(Stop);
        _foreign.Enqueue(foreign);
        return foreign;
    }

    /// <summary>From now on this text must not be seen in an answer, and is blotted out of what the kit prints.</summary>
    public void Note(Connection connection)
    {
        if (connection is Connection.Rbd { Key: var key }) _secrets.Enqueue(key);
        if ((connection as Connection.Iscsi)?.Chap is not { } chap) return;
        _secrets.Enqueue(chap.Secret);
        if (chap.TargetSecret is { Length: > 0 } target) _secrets.Enqueue(target);
    }

    public void NoteSecret(string secret) => _secrets.Enqueue(secret);

    /// <summary>True when the text gives one of the secrets away that this rule knows of.</summary>
    public bool Reveals(string text) => _secrets.Any(s => text.Contains(s, StringComparison.Ordinal));

    public string WithoutSecrets(string text) => _secrets.Aggregate(text, static (t, secret) => t.Replace(secret, "(secret)", StringComparison.Ordinal));

    /// <summary>Takes away what the rule made, whatever became of the rule, and says what would not go.</summary>
    public async Task<IReadOnlyList<string>> CleanUpAsync()
    {
        using var end = new CancellationTokenSource(Options.RuleTimeout, Options.Clock);
        try
        {
            Plan.Clear();
            Subject.Link?.Reset();
            foreach (var foreign in _foreign) await foreign.RemoveAsync(end.Token);
            if (_keys.IsEmpty) return [];
            await using var store = await Subject.OpenAsync(end.Token);
            foreach (var (key, volume) in _snapshots) await RemoveSnapshotAsync(store.Driver, key, volume, end.Token);
            // Newest first: a clone may hold its source.
            foreach (var key in _keys.Reverse()) await RemoveAsync(store.Driver, key, end.Token);
            return await LeftAsync(store.Driver, end.Token);
        }
        catch (Exception e)
        {
            return [$"the clean-up ended with {e.GetType().Name}: {WithoutSecrets(e.Message)}"];
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null) await _store.DisposeAsync();
    }

    private async Task RemoveAsync(IPrimaryDataStoreDriver driver, ObjectKey key, CancellationToken stop)
    {
        for (var attempt = 0; attempt < CleanUpTries; attempt++)
        {
            if (await driver.FindAsync(key, stop) is not Outcome<VolumeView?>.Done { Value: { } left }) return;
            foreach (var initiator in left.Initiators.Intersect(_initiators)) await driver.RevokeAccessAsync(key, left.Handle, initiator, stop);
            await driver.DeleteAsync(key, left.Handle, stop);
        }
    }

    private static async Task RemoveSnapshotAsync(IPrimaryDataStoreDriver driver, ObjectKey key, ObjectKey volumeKey, CancellationToken stop)
    {
        if (driver.Facet<ISnapshots>() is not { } snapshots) return;
        if (await driver.FindAsync(volumeKey, stop) is not Outcome<VolumeView?>.Done { Value: { } volume }) return;
        if (await snapshots.FindSnapshotAsync(key, volume.Handle, stop) is Outcome<SnapshotView?>.Done { Value: { } left })
            await snapshots.DeleteSnapshotAsync(key, left.Handle, stop);
    }

    private async Task<IReadOnlyList<string>> LeftAsync(IPrimaryDataStoreDriver driver, CancellationToken stop)
    {
        var left = new List<string>();
        if (driver.Facet<IInventory>() is { } inventory)
        {
            var all = Expect.Done(await inventory.ListAsync(stop), "list after cleaning up");
            left.AddRange(all.Where(v => v.Key is { } key && _keys.Contains(key)).Select(v => $"volume {v.Handle} with key {v.Key}"));
        }
        else
        {
            foreach (var key in _keys)
                if (await driver.FindAsync(key, stop) is not Outcome<VolumeView?>.Done { Value: null }) left.Add($"volume with key {key}");
        }
        return left;
    }

    private void Observe(ObservedCall call) => _observed.Enqueue(call);
}
