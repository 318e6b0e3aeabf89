using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SharedPool;

// Copies onto volumes that are there. The data is written beside the target's own, as for a new volume, and becomes the
// target's when its record is replaced: before that nothing of it is seen, and after it the old data is nobody's.
internal sealed partial class SharedPoolDriver : ICopies
{
    public ValueTask<Outcome<VolumeView>> CopyAsync(
        ObjectKey key, ObjectKey targetKey, VolumeHandle target, VolumeHandle source, SnapshotHandle? snapshot, CancellationToken stop) => RunAsync(call =>
    {
        var note = new CopyNote(key.Value, snapshot is { } named ? $"{source}@{named.Value}" : source.Value);
        if (IsCopied(volumes.Need(targetKey, target), note)) return volumes.View(volumes.Need(targetKey, target));
        if (source == target) throw new StopHere(Faults.InvalidArgument($"Volume {target} was to be copied onto itself. Name another one as the source."));
        var (data, mayBeWritten) = Source(key, source, snapshot);
        NeedFree(volumes.Need(targetKey, target), volumes.SizeOf(data));
        var name = Names.NewVolumeData(targetKey);
        try
        {
            using var fresh = Begin(call, name);
            Fill(call, data, fresh, mayBeWritten);
            return Exchange(call, targetKey, target, fresh, note);
        }
        catch
        {
            if (!IsNamed(targetKey, name)) File.Delete(folder.At(name));
            throw;
        }
    }, stop, Timeout.InfiniteTimeSpan); // takes as long as its bytes; whoever asked may cancel it

    private VolumeView Exchange(PoolCall call, ObjectKey targetKey, VolumeHandle target, FileStream fresh, CopyNote note)
    {
        Extend(fresh, volumes.SizeOf(volumes.Need(targetKey, target).Data).Bytes, fresh.Name);
        fresh.Flush(flushToDisk: true); // most of it now: under the lock others wait
        using (folder.Locked(call))
        {
            folder.NeedAttached(); // it may have been unmounted while the data was written
            var old = volumes.Need(targetKey, target);
            if (IsCopied(old, note))
            {
                File.Delete(fresh.Name); // another server was first
                return volumes.View(old);
            }
            if (!File.Exists(fresh.Name)) throw new StopHere(Faults.Busy($"The new data of volume {targetKey} was taken away while it was made; repeat it."));
            NeedFree(old, default); // granted meanwhile
            Extend(fresh, volumes.SizeOf(old.Data).Bytes, fresh.Name); // grown meanwhile
            fresh.Flush(flushToDisk: true);
            call.Stop.ThrowIfCancellationRequested();
            call.IsChanging();
            var copied = old with { Data = Path.GetFileName(fresh.Name), Copied = note };
            folder.Replace(copied);
            folder.Delete(old.Data);
            return volumes.View(copied);
        }
    }

    private static bool IsCopied(VolumeRecord target, CopyNote note) =>
        target.Copied is { } last && last.Key == note.Key
        && (last == note ? true : throw new StopHere(Faults.KeyReused(new ObjectKey(note.Key), $"then of {last.Source}, now of {note.Source}")));

    private void NeedFree(VolumeRecord target, ByteSize least)
    {
        var size = volumes.SizeOf(target.Data);
        if (size < least) throw new StopHere(Faults.TargetTooSmall(size, least));
        if (target.Initiators is [var host, ..])
            throw new StopHere(Faults.InUse($"{host} has access to volume {target.Key:N}, which is to be overwritten; what it has open would change under it. Revoke its access first."));
    }
}
