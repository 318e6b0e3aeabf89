using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SharedPool;

// A file that somebody put into the folder becomes a volume: it gets a name of ours and a record, and its handle with them. The file is
// linked and never copied, so that it has both names until the record counts, and whatever call is interrupted finds it under one of them.
internal sealed partial class SharedPoolDriver : IAdoption
{
    private const string Adopted = "adopted";

    public ValueTask<Outcome<VolumeView>> AdoptAsync(ObjectKey key, VolumeHandle handle, AdoptionSpec spec, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return RunAsync(call =>
        {
            using (folder.Locked(call))
            {
                if (folder.Volume(key) is { } earlier)
                {
                    if (earlier.Origin != FileOf(handle)) throw new StopHere(Faults.KeyReused(key, $"then for {earlier.Origin ?? earlier.Data}, now for {handle}"));
                    if (IsSame(earlier.Data, earlier.Origin!)) folder.Delete(earlier.Origin!); // the last thing that an interrupted call leaves undone
                    return volumes.View(earlier);
                }
                if (FileOf(handle) is not { } file || !folder.Files().Contains(file))
                {
                    throw new StopHere(Names.KeyOf(handle) is { } ours && folder.Volume(ours) is not null
                        ? Faults.WrongVolume(key, handle.Value, ours) : Faults.VolumeNotFound(key, handle));
                }
                Check(file);
                volumes.NeedRoom(folder.NeedAttached(), volumes.SizeOf(file).Bytes);
                var data = Names.NewVolumeData(key);
                call.IsChanging();
                FileSystem.TryLink(folder.At(file), folder.At(data)); // a name that nobody used before
                var record = new VolumeRecord(settings.PoolId, key.Value, spec.AccountId, spec.Name, Adopted, data, []) { Origin = file };
                folder.TryAdd(record);
                folder.Delete(file);
                return volumes.View(record);
            }
        }, stop);
    }

    public ValueTask<Outcome<Nothing>> ReleaseAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) => RunAsync(call =>
    {
        using (folder.Locked(call))
        {
            if (volumes.Own(key, handle) is not { } record) return default(Nothing);
            if (volumes.SnapshotsOf(key).Any()) throw new StopHere(Faults.InUse($"Volume {key} has snapshots of ours in {folder.Folder}; delete them first."));
            var file = record.Origin is { } origin && (!File.Exists(folder.At(origin)) || IsSame(record.Data, origin)) ? origin : $"released-{key}{Names.Data}";
            call.IsChanging();
            FileSystem.TryLink(folder.At(record.Data), folder.At(file)); // there already after an interrupted call, and then it is this one
            folder.Delete(Names.VolumeRecord(key));
            folder.Delete(record.Data);
        }
        return default;
    }, stop);

    /// <summary>True when both are names of one file.</summary>
    private bool IsSame(string data, string other)
    {
        using var file = OpenShared(data);
        return File.Exists(folder.At(other)) && FileSystem.IsAt(file.SafeFileHandle, folder.At(other));
    }

    /// <summary>A volume is a file of its own, of a size that volumes have.</summary>
    private void Check(string file)
    {
        var there = new FileInfo(folder.At(file));
        if (there.LinkTarget is not null) throw new StopHere(Faults.InvalidArgument($"{file} in {folder.Folder} is a link; put the file itself there."));
        if (settings.Capabilities.Problem(new ByteSize(there.Length)) is { } problem) throw new StopHere(problem);
        if (there.Length % SharedPoolSettings.MostWith(false).VolumeSize.Step != 0)
            throw new StopHere(Faults.InvalidArgument($"{file} has {there.Length} bytes, and volumes have a multiple of {SharedPoolSettings.MostWith(false).VolumeSize.Step}; extend it first."));
    }

    /// <summary>The file that a handle of somebody else's names; null when it is one of ours.</summary>
    private static string? FileOf(VolumeHandle handle) => Names.ForeignFileOf(handle) is { } file && !Names.IsOurs(file) ? file : null;
}
