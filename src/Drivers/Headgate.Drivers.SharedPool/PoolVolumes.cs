using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SharedPool;

/// <summary>Volumes as records and files show them, and the comparison of what a handle names with what is meant.</summary>
internal sealed class PoolVolumes(SharedPoolSettings settings, PoolFolder folder)
{
    /// <summary>This pool's records; damaged ones and other pools' left out.</summary>
    public IEnumerable<VolumeRecord> Ours() => folder.Files()
        .Select(file => Names.KeyOfVolumeRecord(file) is { } key ? Readable(key) : null)
        .OfType<VolumeRecord>().Where(r => r.Pool == settings.PoolId);

    /// <summary>What this pool's volumes add up to.</summary>
    public ByteSize Provisioned() => new(Ours().Sum(record => SizeOf(record.Data).Bytes));

    /// <summary>Refuses what would go beyond the pool's budget. Under the lock, or as a first look.</summary>
    public void NeedRoom(Marker marker, long moreBytes)
    {
        if (marker.BudgetOf(settings.PoolId) is not { } budget || moreBytes <= 0) return; // looks at every record only where it matters
        var provisioned = Provisioned();
        if (provisioned.Bytes + moreBytes <= budget.Bytes) return;
        throw new StopHere(Faults.OutOfCapacity(
            $"{new ByteSize(moreBytes)} more were asked for; volumes of this pool take {provisioned} of the {budget} that it may have in {folder.Folder}. Delete volumes, or give the pool more capacity."));
    }

    public IEnumerable<SnapshotRecord> SnapshotsOf(ObjectKey volume) => folder.Files()
        .Select(file => Names.KeyOfSnapshotRecord(file) is { } key ? folder.Snapshot(key) : null)
        .OfType<SnapshotRecord>().Where(r => r.Volume == volume.Value);

    /// <summary>The record that <paramref name="handle"/> names, when it is the one made with <paramref name="key"/>; null when it is gone.</summary>
    public VolumeRecord? Own(ObjectKey key, VolumeHandle handle)
    {
        if (Names.KeyOf(handle) is { } named)
        {
            var record = folder.Volume(named);
            return record is null || named == key ? record : throw new StopHere(Faults.WrongVolume(key, handle.Value, named));
        }
        // Compared with the listing and never opened: what comes from outside is no path.
        if (Names.ForeignFileOf(handle) is { } file && folder.Files().Any(f => f == file && !Names.IsOurs(f)))
            throw new StopHere(Faults.WrongVolume(key, handle.Value, null));
        return null;
    }

    /// <summary>Like <see cref="Own"/> for calls that need it, with its data, to be there.</summary>
    public VolumeRecord Need(ObjectKey key, VolumeHandle handle)
    {
        var record = Own(key, handle) ?? throw new StopHere(Faults.VolumeNotFound(key, handle));
        var data = new FileInfo(folder.At(record.Data));
        if (data.Exists && data.LinkTarget is null) return record;
        throw new StopHere(new Fault(
            FileFaults.Damaged, $"The data file {record.Data} of volume {key} is not in {folder.Folder}. Bring it back, or delete the volume.", Recovery.AskOperator));
    }

    /// <summary>With the size of the file itself; 0 when it is not there, which a pool check reports.</summary>
    public VolumeView View(VolumeRecord record)
    {
        var key = new ObjectKey(record.Key);
        return new VolumeView(
            Names.HandleOf(key), record.Pool == settings.PoolId ? key : null, record.Name, SizeOf(record.Data), QosSpec.None, record.Initiators);
    }

    public ByteSize SizeOf(string data)
    {
        var file = new FileInfo(folder.At(data));
        return new ByteSize(file.Exists ? file.Length : 0);
    }

    /// <summary>Everything in the folder that is a volume, or may be one to somebody.</summary>
    public IReadOnlyList<VolumeView> All()
    {
        var all = new List<VolumeView>();
        foreach (var file in folder.Files())
        {
            if (Names.KeyOfVolumeRecord(file) is { } key)
            {
                if (Readable(key) is { } record) all.Add(View(record));
                else if (File.Exists(folder.At(file))) all.Add(new VolumeView(Names.HandleOf(key), null, $"{file} (damaged)", default, QosSpec.None, []));
            }
            else if (!Names.IsOurs(file))
            {
                all.Add(new VolumeView(Names.HandleOf(file), null, file, SizeOf(file), QosSpec.None, []));
            }
        }
        return all;
    }

    /// <summary>What the files here take on the medium; files that go meanwhile count nothing.</summary>
    public long AllocatedBytes()
    {
        long sum = 0;
        foreach (var file in folder.Files())
        {
            try
            {
                sum += FileSystem.AllocatedBytes(folder.At(file));
            }
            catch (IOException e) when (e.HResult == Libc.ENOENT)
            {
                // Deleted since it was listed.
            }
        }
        return sum;
    }

    private VolumeRecord? Readable(ObjectKey key)
    {
        try
        {
            return folder.Volume(key);
        }
        catch (StopHere)
        {
            return null; // damaged: a listing must not fail for one of many
        }
    }
}
