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
    private const int Tries = 10; // of a call that is not done yet; with the pauses between them four seconds
    private const int Least = 1 << 20; // bytes that a volume grows by where the step is smaller

    private readonly ConcurrentQueue<Made> _made = [];
    private readonly ConcurrentQueue<string> _initiators = [];
    private readonly ConcurrentQueue<ObservedCall> _observed = [];
    private readonly ConcurrentQueue<ForeignVolume> _foreign = [];
    private readonly Random _chance;
    private IPrimaryDataStore? _store;
    private HashSet<VolumeHandle>? _before;
    private volatile bool _capacityMayHaveChanged;

    public Bench(ConformanceSubject subject, ConformanceOptions options, int seed, string ruleId)
    {
        Subject = subject;
        Options = options;
        // Of the rule as well, so that a rule put alone meets what it met among the others.
        _chance = new Random(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{ruleId}")), 0));
        Account = NewGuid();
        Plan = new FaultPlan { Observer = Observe };
        foreach (var secret in subject.Provider.Settings.Settings.Where(s => s.Kind == SettingKind.Secret))
            if (subject.Settings.TryGetValue(secret.Name, out var value)) Secrets.Note(value);
    }

    public ConformanceSubject Subject { get; }

    public ConformanceOptions Options { get; }

    /// <summary>Cancelled when the rule has taken too long, or nobody wants to know any more.</summary>
    public CancellationToken Stop { get; private set; }

    /// <summary>What goes wrong between this bench and the driver; every call passes through it and is written down.</summary>
    public FaultPlan Plan { get; }

    /// <summary>What must not be seen in an answer, and is blotted out of what the kit prints.</summary>
    public Secrets Secrets { get; } = new();

    /// <summary>True from the moment on at which the pool may have left something of its own on the storage.</summary>
    public bool WasAttached { get; private set; }

    public Guid Account { get; }

    public PoolFacts Facts { get; private set; } = null!;

    public DriverCapabilities Can => Facts.Capabilities;

    public IPrimaryDataStore Store => _store!;

    public IPrimaryDataStoreDriver Driver => Store.Driver;

    public int Repeats => Options.Repeats;

    /// <summary>What the driver answered so far.</summary>
    public IReadOnlyList<ObservedCall> Observed => [.. _observed];

    public IEnumerable<string> Calls => _observed.Select(o => $"{o.Call}: {(o.Thrown is { } e ? $"threw {e.GetType().Name}: {o.Answer}" : o.Answer)}");

    public async Task BeginAsync(CancellationToken stop)
    {
        Stop = stop;
        Subject.Link?.Reset();
        _store = await OpenOtherAsync();
        Facts = Expect.Done(await Store.LifeCycle.InitializeAsync(Stop), "initialize");
        WasAttached = true;
        Expect.Done(await Store.LifeCycle.AttachAsync(Subject.Scope, Stop), "attach");
        if (Subject.IsShared || Driver.Facet<IInventory>() is not { } inventory) return;
        if (await inventory.ListAsync(Stop) is Outcome<IReadOnlyList<VolumeView>>.Done { Value: var all }) _before = [.. all.Select(v => v.Handle)];
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
        _made.Enqueue(new Made.OfVolume(key));
        return key;
    }

    public ObjectKey NewSnapshotKey(ObjectKey volume)
    {
        var key = new ObjectKey(NewGuid());
        _made.Enqueue(new Made.OfSnapshot(key, volume));
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
        var wanted = spec ?? Small();
        return (key, await UntilDoneAsync(() => Driver.CreateAsync(key, wanted, Stop), "create"));
    }

    public async Task<Connection> GrantAsync(ObjectKey key, VolumeView volume, AccessRequest access, string what = "grant")
    {
        var connection = Expect.Done(await Driver.GrantAccessAsync(key, volume.Handle, access, Stop), what);
        Secrets.Note(connection);
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
    public async Task<T> UntilDoneAsync<T>(Func<ValueTask<Outcome<T>>> call, string what) =>
        Expect.Done(await RepeatedAsync(call), $"{what}, repeated up to {Tries} times");

    /// <summary>The same, for what may be refused in the end.</summary>
    public async Task<Outcome<T>> RepeatedAsync<T>(Func<ValueTask<Outcome<T>>> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await call();
            var again = outcome.Problem?.Recovery == Recovery.RetryWithBackoff || outcome is Outcome<T>.Unknown;
            if (!again || attempt == Tries) return outcome;
            await Pause.BeforeAsync(attempt, Stop);
        }
    }

    /// <summary>From now on the pool may have another capacity, which is put back afterwards.</summary>
    public void CapacityMayChange() => _capacityMayHaveChanged = true;

    /// <summary>No volume without a key has appeared since the rule began, but for those made by hand.</summary>
    public async Task NoStrangersAsync(string when)
    {
        if (_before is null) return;
        var stranger = Strangers(await ListAsync()).FirstOrDefault();
        Expect.True(stranger is null, $"volume {stranger?.Handle}, which carries no key, is left {when}");
    }

    public async Task<ForeignVolume> MakeForeignAsync()
    {
        var foreign = await Subject.MakeForeignVolume!(Stop);
        _foreign.Enqueue(foreign);
        return foreign;
    }

    /// <summary>The driver does not come back: whatever the rule still does in the background meets a dead caller.</summary>
    public void Abandon()
    {
        foreach (var call in Enum.GetValues<StoreCall>()) Plan.Always(call, new InjectedFault.CrashBefore());
    }

    /// <summary>Takes away what the rule made, whatever became of the rule, and says what would not go.</summary>
    public async Task<IReadOnlyList<string>> CleanUpAsync(CancellationToken end)
    {
        var left = new List<string>();
        Subject.Link?.Reset();
        foreach (var foreign in _foreign)
            await TryAsync($"volume {foreign.Handle}, made by hand", () => foreign.RemoveAsync(end).AsTask());
        if (WasAttached && (!_made.IsEmpty || _capacityMayHaveChanged))
            await TryAsync("the clean-up", () => CleanUpAsync(left, end));
        return [.. left.Select(Secrets.BlotOut)];

        async Task TryAsync(string what, Func<Task> work)
        {
            try
            {
                await work();
            }
            catch (Exception e) when (!end.IsCancellationRequested)
            {
                left.Add($"{what}: {e.GetType().Name}: {e.Message}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null) await _store.DisposeAsync();
    }

    private async Task CleanUpAsync(List<string> left, CancellationToken end)
    {
        await using var store = await Subject.OpenAsync(end);
        var remaining = await new CleanUp(store.Driver, _initiators.ToHashSet(), end).RemoveAsync(_made.Reverse());
        left.AddRange(remaining.Select(r => $"{r.What}: {r.Why}"));
        if (_capacityMayHaveChanged && store.LifeCycle.Facet<ICapacityControl>() is { } control
            && (await control.ChangeCapacityAsync(new PoolCapacity(null, null), end)).Problem is { } problem)
            left.Add($"the capacity of the pool: {problem}");
        var known = remaining.Select(r => r.What).OfType<Made.OfVolume>().Select(v => v.Key).ToHashSet();
        left.AddRange(await ForgottenAsync(store.Driver, known, end));
    }

    /// <summary>What was said to be gone and is there, and what appeared without a key.</summary>
    private async Task<IReadOnlyList<string>> ForgottenAsync(IPrimaryDataStoreDriver driver, HashSet<ObjectKey> known, CancellationToken end)
    {
        var ours = _made.OfType<Made.OfVolume>().Select(v => v.Key).Where(key => !known.Contains(key)).ToHashSet();
        if (driver.Facet<IInventory>() is { } inventory)
        {
            var all = Expect.Done(await inventory.ListAsync(end), "list after cleaning up");
            return
            [
                .. all.Where(v => v.Key is { } key && ours.Contains(key)).Select(v => $"volume {v.Handle} with key {v.Key}"),
                .. Strangers(all).Select(v => $"volume {v.Handle} without a key"),
            ];
        }
        var left = new List<string>();
        foreach (var key in ours)
            if (await driver.FindAsync(key, end) is not Outcome<VolumeView?>.Done { Value: null }) left.Add($"volume with key {key}");
        return left;
    }

    private IEnumerable<VolumeView> Strangers(IReadOnlyList<VolumeView> all) => _before is null
        ? []
        : all.Where(v => v.Key is null && !_before.Contains(v.Handle) && _foreign.All(f => f.Handle != v.Handle));

    private void Observe(ObservedCall call) => _observed.Enqueue(call);
}
