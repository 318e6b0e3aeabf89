using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>Something that a rule asked the driver to make.</summary>
internal abstract record Made
{
    /// <summary>A volume, under its key.</summary>
    public sealed record OfVolume(ObjectKey Key) : Made
    {
        public override string ToString() => $"volume with key {Key}";
    }

    /// <summary>A snapshot, under its key.</summary>
    public sealed record OfSnapshot(ObjectKey Key, ObjectKey Volume) : Made
    {
        public override string ToString() => $"snapshot with key {Key} of volume {Volume}";
    }
}

/// <summary>
/// Takes away what a rule made, newest first, because a clone may hold its snapshot and a snapshot its volume. What will not
/// go is tried again after a pause, and what is left after that is said. No failure of one keeps another from being removed.
/// </summary>
internal sealed class CleanUp(IPrimaryDataStoreDriver driver, IReadOnlySet<string> initiators, CancellationToken stop)
{
    private const int Rounds = 5;

    /// <summary>What is still there, each with the reason.</summary>
    public async Task<IReadOnlyList<(Made What, string Why)>> RemoveAsync(IEnumerable<Made> made)
    {
        var left = made.Select(what => (What: what, Why: "it was not tried")).ToList();
        for (var round = 0; left.Count > 0 && round < Rounds; round++)
        {
            await Pause.BeforeAsync(round, stop);
            var next = new List<(Made, string)>();
            foreach (var (what, _) in left)
                if (await TryAsync(what) is { } why) next.Add((what, why));
            left = next;
        }
        return left;
    }

    /// <summary>Null when it is gone for certain.</summary>
    private async Task<string?> TryAsync(Made what)
    {
        try
        {
            var problem = what switch
            {
                Made.OfSnapshot snapshot => await RemoveAsync(snapshot),
                _ => await RemoveAsync((Made.OfVolume)what),
            };
            return problem?.ToString();
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    private async Task<Fault?> RemoveAsync(Made.OfVolume volume)
    {
        var found = await driver.FindAsync(volume.Key, stop);
        if (found is not Outcome<VolumeView?>.Done { Value: var view }) return found.Problem; // "cannot tell" is not "gone"
        if (view is null) return null;
        Fault? refused = null;
        foreach (var initiator in view.Initiators.Where(initiators.Contains))
            refused ??= (await driver.RevokeAccessAsync(volume.Key, view.Handle, initiator, stop)).Problem;
        return (await driver.DeleteAsync(volume.Key, view.Handle, stop)).Problem ?? refused;
    }

    private async Task<Fault?> RemoveAsync(Made.OfSnapshot snapshot)
    {
        if (driver.Facet<ISnapshots>() is not { } snapshots) return null;
        var volume = await driver.FindAsync(snapshot.Volume, stop);
        if (volume is not Outcome<VolumeView?>.Done { Value: var source }) return volume.Problem;
        if (source is null) return null; // it went with its volume
        var found = await snapshots.FindSnapshotAsync(snapshot.Key, source.Handle, stop);
        if (found is not Outcome<SnapshotView?>.Done { Value: var view }) return found.Problem;
        return view is null ? null : (await snapshots.DeleteSnapshotAsync(snapshot.Key, view.Handle, stop)).Problem;
    }
}

/// <summary>Time for a storage that said "not now".</summary>
internal static class Pause
{
    private const int FirstMillis = 20;
    private const int LongestMillis = 1000;

    /// <summary>None before the first attempt, then 20 ms, doubling up to a second: ten attempts span four seconds.</summary>
    public static Task BeforeAsync(int attempt, CancellationToken stop) =>
        attempt == 0 ? Task.CompletedTask : Task.Delay(Math.Min(LongestMillis, FirstMillis << Math.Min(attempt - 1, 10)), stop);
}
