using System.Collections.Concurrent;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>
/// A rule's workplace: the driver, what it declares, and a list of the keys used, so that nothing stays behind on a
/// real array when a rule fails half-way.
/// </summary>
internal sealed class Bench(IConformanceFixture fixture, CancellationToken stop)
{
    /// <summary>Every idempotent call is made this often.</summary>
    public const int Repeats = 10;

    private const int CleanUpTries = 5;

    private readonly ConcurrentBag<ObjectKey> _keys = [];
    private readonly ConcurrentBag<(ObjectKey Key, ObjectKey Volume)> _snapshots = [];

    public IConformanceFixture Fixture => fixture;

    public CancellationToken Stop => stop;

    public IPrimaryDataStoreDriver Driver => fixture.Store.Driver;

    public Guid Account { get; } = Guid.NewGuid();

    public ObjectKey NewKey()
    {
        var key = new ObjectKey(Guid.NewGuid());
        _keys.Add(key);
        return key;
    }

    public ObjectKey NewSnapshotKey(ObjectKey volume)
    {
        var key = new ObjectKey(Guid.NewGuid());
        _snapshots.Add((key, volume));
        return key;
    }

    public async Task<DriverCapabilities> CapabilitiesAsync() =>
        Expect.Done(await fixture.Store.LifeCycle.InitializeAsync(stop).ConfigureAwait(false), "initialize").Capabilities;

    /// <summary>The smallest volume that the storage takes, with the smallest limits that it declares.</summary>
    public async Task<VolumeSpec> SmallAsync()
    {
        var can = await CapabilitiesAsync().ConfigureAwait(false);
        var max = Smallest(can.MaxIops, atLeast: 1000);
        var min = Smallest(can.MinIops, atLeast: 100);
        var burst = max is null ? null : Smallest(can.BurstIops, atLeast: 2000);
        return new VolumeSpec("conformance", new ByteSize(can.VolumeSize.From), QosSpec.Create(min, max, burst)) { AccountId = Account };
    }

    public async Task<(ObjectKey Key, VolumeView Volume)> MakeAsync(VolumeSpec? spec = null)
    {
        var key = NewKey();
        spec ??= await SmallAsync().ConfigureAwait(false);
        return (key, Expect.Done(await Driver.CreateAsync(key, spec, stop).ConfigureAwait(false), "create"));
    }

    public static string NewInitiator() => $"iqn.2026-11.org.headgate.conformance:{Guid.NewGuid():N}";

    /// <summary>Repeats a call until it is neither lost nor cut off: what an operation does after a crash.</summary>
    public static async Task<T> UntilDoneAsync<T>(Func<ValueTask<Outcome<T>>> call, string what)
    {
        const int tries = 10;
        for (var attempt = 1; ; attempt++)
        {
            var outcome = await call().ConfigureAwait(false);
            var again = outcome.Problem?.Recovery == Recovery.RetryWithBackoff || outcome is Outcome<T>.Unknown;
            if (!again || attempt == tries) return Expect.Done(outcome, $"{what}, attempt {attempt}");
        }
    }

    /// <summary>Deletes what the rule made, whatever became of the rule.</summary>
    public async Task CleanUpAsync()
    {
        fixture.Link?.Reset();
        await using var store = await fixture.OpenAgainAsync(stop).ConfigureAwait(false);
        foreach (var (key, volumeKey) in _snapshots) await RemoveSnapshotAsync(store.Driver, key, volumeKey).ConfigureAwait(false);
        foreach (var key in _keys)
        {
            for (var attempt = 0; attempt < CleanUpTries; attempt++)
            {
                if (await store.Driver.FindAsync(key, stop).ConfigureAwait(false) is not Outcome<VolumeView?>.Done { Value: { } left }) break;
                await store.Driver.DeleteAsync(key, left.Handle, stop).ConfigureAwait(false);
            }
        }
    }

    private async Task RemoveSnapshotAsync(IPrimaryDataStoreDriver driver, ObjectKey key, ObjectKey volumeKey)
    {
        if (driver.Facet<ISnapshots>() is not { } snapshots) return;
        if (await driver.FindAsync(volumeKey, stop).ConfigureAwait(false) is not Outcome<VolumeView?>.Done { Value: { } volume }) return;
        if (await snapshots.FindSnapshotAsync(key, volume.Handle, stop).ConfigureAwait(false) is Outcome<SnapshotView?>.Done { Value: { } left })
            await snapshots.DeleteSnapshotAsync(key, left.Handle, stop).ConfigureAwait(false);
    }

    private static long? Smallest(QosSupport limit, long atLeast)
    {
        if (limit.Support != Support.Native) return null;
        return limit.Range is not { } range ? atLeast
            : range.From >= atLeast ? range.From
            : Math.Min(range.From + ((atLeast - range.From + range.Step - 1) / range.Step * range.Step), range.To);
    }
}
