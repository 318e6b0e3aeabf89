using Headgate.Primitives;
using Headgate.Storage.Filters;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>What a driver says when it says no.</summary>
internal static class FaultRules
{
    [Rule("fault.code-is-known", "The codes that drivers answer with. Stable: programs and people's notes rely on them. A driver may add its own, with its provider's name in front")]
    public static async Task<Finding> Every_fault_has_a_known_code_or_the_providers_own(Bench bench)
    {
        await ProvokeAsync(bench);
        var own = bench.Subject.Provider.Info.Name.ToLowerInvariant() + "-";
        foreach (var call in Faulty(bench))
        {
            var code = call.Fault!.Code;
            Expect.True(
                Recoveries.ContainsKey(code) || code.StartsWith(own, StringComparison.Ordinal),
                $"{call.Call} answered with the code '{code}', which is neither the SDK's nor begins with '{own}'");
        }
        return Finding.Kept(string.Join(", ", Faulty(bench).Select(c => c.Fault!.Code).Distinct().Order(StringComparer.Ordinal)));
    }

    [Rule("fault.recovery-and-message", "Each code comes with the recovery named here, and with a message of whole sentences that names what was asked and what to do")]
    public static async Task<Finding> Every_fault_says_what_to_do_next(Bench bench)
    {
        await ProvokeAsync(bench);
        foreach (var (call, fault) in Faulty(bench).Select(c => (c.Call, c.Fault!)))
        {
            if (Recoveries.TryGetValue(fault.Code, out var recovery)) Expect.Equal(recovery, fault.Recovery, $"recovery of {fault.Code} from {call}");
            Expect.True(fault.Message.Trim() is { Length: >= 20 } text && text[^1] is '.' or '!' or '?', $"{call} answered {fault.Code} with the message '{fault.Message}'");
        }
        return Finding.Kept($"{Faulty(bench).Count} faults");
    }

    [Rule("fault.no-exception-leaves-a-driver", "No other exception leaves a driver: whatever goes wrong is a fault in an outcome")]
    public static async Task<Finding> A_driver_answers_and_does_not_throw(Bench bench)
    {
        await ProvokeAsync(bench);
        var thrown = bench.Observed.FirstOrDefault(o => o.Thrown is not null and not OperationCanceledException);
        Expect.True(thrown is null, $"{thrown?.Call} threw {thrown?.Thrown?.GetType().Name}: {thrown?.Answer}");
        return Finding.Kept($"{bench.Observed.Count} calls, each answered");
    }

    [Rule("fault.secrets-stay-out-of-text", "with a message of whole sentences that names what was asked and what to do, and no secret")]
    public static async Task<Finding> No_answer_prints_a_secret(Bench bench)
    {
        var tried = 0;
        foreach (var setting in bench.Subject.Provider.Settings.Settings.Where(s => s.Kind == SettingKind.Secret && bench.Subject.Settings.ContainsKey(s.Name)))
        {
            var wrong = $"not-the-{setting.Name}-{bench.NewGuid():N}";
            bench.Secrets.Note(wrong);
            await TryWithAsync(bench, setting.Name, wrong);
            tried++;
        }
        var (key, volume) = await bench.MakeAsync();
        await bench.GrantAsync(key, volume, bench.NewAccess());
        await ProvokeAsync(bench);
        foreach (var call in bench.Observed)
            Expect.True(!bench.Secrets.AreIn(call.Answer) && (call.Fault is null || !call.Fault.Details.Any(bench.Secrets.AreIn)), $"the answer of {call.Call} prints a secret");
        var unseen = bench.Secrets.TooShort > 0 ? $"; {bench.Secrets.TooShort} secrets of fewer than {Secrets.Shortest} characters could not be looked for" : "";
        return Finding.Kept($"{bench.Observed.Count} answers, {tried} wrong secrets tried{unseen}");
    }

    /// <summary>With one secret wrong: whether it is refused is the storage's business, that the secret is not repeated is ours.</summary>
    private static async Task TryWithAsync(Bench bench, string setting, string wrong)
    {
        var settings = new Dictionary<string, string>(bench.Subject.Settings) { [setting] = wrong };
        var provider = bench.Subject.Provider;
        var opened = await provider.OpenAsync(new PoolSettings(bench.Subject.PoolId, provider.Settings, settings), bench.Stop);
        if (opened is not Outcome<IPrimaryDataStore>.Done { Value: var inner })
        {
            Expect.True(!bench.Secrets.AreIn(opened.Problem!.ToString()) && !opened.Problem.Details.Any(bench.Secrets.AreIn), $"opening with a wrong '{setting}' prints it");
            return;
        }
        await using var store = new FaultInjectingStore(inner, bench.Plan);
        await store.LifeCycle.InitializeAsync(bench.Stop);
        await store.Driver.FindAsync(bench.NewKey(), bench.Stop);
    }

    /// <summary>Asks for what must be refused, in every way that every driver can be asked.</summary>
    private static async Task ProvokeAsync(Bench bench)
    {
        var (driver, stop, spec) = (bench.Driver, bench.Stop, bench.Small());
        var (key, volume) = await bench.MakeAsync(spec);
        var (other, access) = (bench.NewKey(), bench.NewAccess());
        var nothing = new VolumeHandle("no-such-volume");
        if (bench.Can.VolumeSize.To < long.MaxValue)
            await AskAsync(() => driver.CreateAsync(bench.NewKey(), spec with { Size = new ByteSize(bench.Can.VolumeSize.To + 1) }, stop));
        await AskAsync(() => driver.CreateAsync(key, spec with { Size = bench.Bigger(spec.Size) }, stop));
        await AskAsync(() => driver.CreateAsync(bench.NewKey(), spec with { Qos = QosSpec.Create(null, long.MaxValue) }, stop));
        await AskAsync(() => driver.GrantAccessAsync(key, volume.Handle, new AccessRequest("not an initiator", false), stop));
        await AskAsync(() => driver.GrantAccessAsync(other, volume.Handle, access, stop));
        await AskAsync(() => driver.GrantAccessAsync(other, nothing, access, stop));
        await AskAsync(() => driver.RevokeAccessAsync(other, volume.Handle, access.InitiatorName, stop));
        await AskAsync(() => driver.DeleteAsync(other, volume.Handle, stop));
        await AskAsync(() => bench.Store.LifeCycle.RemoveAsync(stop));
        if (driver.Facet<IResize>() is { } resize)
        {
            await AskAsync(() => resize.ResizeAsync(key, volume.Handle, new ByteSize(0), stop));
            await AskAsync(() => resize.ResizeAsync(key, volume.Handle, new ByteSize(long.MaxValue), stop));
        }
        if (driver.Facet<ISnapshots>() is { } snapshots)
            await AskAsync(() => snapshots.RevertAsync(key, volume.Handle, bench.NewSnapshotKey(key), new SnapshotHandle("no-such-snapshot"), stop));
        if (driver.Facet<IClones>() is { } clones) await AskAsync(() => clones.CloneAsync(bench.NewKey(), spec, nothing, null, stop));
        if (driver.Facet<ICopies>() is { } copies) await AskAsync(() => copies.CopyAsync(bench.NewKey(), key, volume.Handle, nothing, null, stop));
        if (bench.Store.LifeCycle.Facet<ICapacityControl>() is { } capacity)
        {
            bench.CapacityMayChange();
            await AskAsync(() => capacity.ChangeCapacityAsync(new PoolCapacity(new ByteSize(1), null), stop));
            await AskAsync(() => capacity.ChangeCapacityAsync(new PoolCapacity(null, long.MaxValue), stop));
        }
        if (driver.Facet<IStatistics>() is { } statistics) await AskAsync(() => statistics.GetVolumeStatisticsAsync(nothing, stop));
    }

    /// <summary>What comes of it is written down by the bench; an exception is one rule's business and not all others' too.</summary>
    private static async Task AskAsync<T>(Func<ValueTask<Outcome<T>>> call)
    {
        try
        {
            await call();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Seen by the rule that no exception leaves a driver.
        }
    }

    private static List<ObservedCall> Faulty(Bench bench)
    {
        List<ObservedCall> faulty = [.. bench.Observed.Where(o => o.Fault is not null)];
        Expect.True(faulty.Count > 0, "nothing was refused of all that must be");
        return faulty;
    }

    /// <summary>From the SDK's own faults, so that the two never disagree.</summary>
    private static readonly Dictionary<string, Recovery> Recoveries = new Fault[]
    {
        Faults.KeyReused(default, ""), Faults.VolumeNotFound(default, default), Faults.SnapshotNotFound(default, default), Faults.WrongVolume(default, "", null),
        Faults.QosNotEnforced(""), Faults.Shrink(default, default), Faults.CapacityInUse(0, 0), Faults.OutOfCapacity(""), Faults.OutOfIops(""), Faults.LimitReached(""), Faults.InUse(""),
        Faults.InvalidArgument(""), Faults.Unauthorized(""), Faults.Unreachable(""), Faults.NoReply(""), Faults.Busy(""), Faults.Unexpected(""),
    }.ToDictionary(f => f.Code, f => f.Recovery);
}
