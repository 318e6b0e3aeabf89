using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SharedPool;

/// <summary>
/// Volumes as files. Slow work (allocating, copying) is done outside the lock, on data that no record names yet; what
/// makes it count is one record linked in under the lock.
/// </summary>
internal sealed partial class SharedPoolDriver(SharedPoolSettings settings, PoolFolder folder, PoolVolumes volumes, TimeProvider clock)
    : IPrimaryDataStoreDriver, IFacetSelection
{
    public bool Offers(Type facet) => facet == typeof(ISnapshots) ? settings.Snapshots : facet.IsInstanceOfType(this);

    public ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return RunAsync(call => Earlier(key, spec) ?? Make(call, key, spec, static (_, _) => { }), stop);
    }

    public ValueTask<Outcome<VolumeView?>> FindAsync(ObjectKey key, CancellationToken stop) =>
        RunAsync(_ => folder.Volume(key) is { } record ? volumes.View(record) : null, stop);

    public ValueTask<Outcome<Nothing>> DeleteAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) => RunAsync(call =>
    {
        if (volumes.Own(key, handle) is null) return default(Nothing);
        using (folder.Locked(call))
        {
            if (volumes.Own(key, handle) is not { } record) return default;
            call.IsChanging();
            foreach (var snapshot in volumes.SnapshotsOf(key).ToList()) DeleteSnapshot(snapshot);
            folder.Delete(Names.VolumeRecord(key)); // from here on it is gone; without a record its data is swept, whatever happens now
            folder.Delete(record.Data);
        }
        return default;
    }, stop);

    public ValueTask<Outcome<Connection>> GrantAccessAsync(ObjectKey key, VolumeHandle handle, AccessRequest access, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(access);
        return RunAsync<Connection>(call =>
        {
            if (IscsiName.Problem(access.InitiatorName) is { } problem) throw new StopHere(Faults.InvalidArgument(problem));
            using (folder.Locked(call))
            {
                var record = volumes.Need(key, handle);
                if (!record.Initiators.Contains(access.InitiatorName))
                {
                    call.IsChanging();
                    folder.Replace(record with { Initiators = [.. record.Initiators.Append(access.InitiatorName).Order(StringComparer.Ordinal)] });
                }
                return new Connection.Local(Path.Combine(access.IsServer ? settings.Folder : settings.HostFolder, record.Data));
            }
        }, stop);
    }

    public ValueTask<Outcome<Nothing>> RevokeAccessAsync(ObjectKey key, VolumeHandle handle, string initiatorName, CancellationToken stop) => RunAsync(call =>
    {
        using (folder.Locked(call))
        {
            if (volumes.Own(key, handle) is not { } record || !record.Initiators.Contains(initiatorName)) return default(Nothing);
            call.IsChanging();
            folder.Replace(record with { Initiators = [.. record.Initiators.Where(i => i != initiatorName)] });
        }
        return default;
    }, stop);

    /// <summary>The volume that an earlier call with this key made; null when there is none.</summary>
    private VolumeView? Earlier(ObjectKey key, VolumeSpec spec)
    {
        if (folder.Volume(key) is not { } earlier) return null;
        var asked = AskedFor(spec);
        return earlier.Asked == asked ? volumes.View(earlier) : throw new StopHere(Faults.KeyReused(key, $"size/account then {earlier.Asked}, now {asked}"));
    }

    /// <summary>New data of the size asked for, filled by <paramref name="fill"/>, and the record that makes it a volume.</summary>
    private VolumeView Make(PoolCall call, ObjectKey key, VolumeSpec spec, Action<PoolCall, FileStream> fill)
    {
        if ((settings.Capabilities.Problem(spec.Qos) ?? settings.Capabilities.Problem(spec.Size)) is { } problem) throw new StopHere(problem);
        var (name, bytes) = (Names.NewVolumeData(key), Rounded(spec.Size).Bytes);
        volumes.NeedRoom(folder.NeedAttached(), bytes); // before the work; under the lock it is what counts
        try
        {
            using var data = Begin(call, name);
            fill(call, data);
            Extend(data, bytes, name);
            data.Flush(flushToDisk: true);
            using (folder.Locked(call))
            {
                var marker = folder.NeedAttached(); // it may have been unmounted while the data was written
                if (folder.Volume(key) is null) volumes.NeedRoom(marker, bytes);
                if (!File.Exists(folder.At(name))) throw new StopHere(Faults.Busy($"The new data of volume {key} was taken away while it was made; repeat it."));
                call.Stop.ThrowIfCancellationRequested();
                call.IsChanging();
                var record = new VolumeRecord(settings.PoolId, key.Value, spec.AccountId, spec.Name, AskedFor(spec), name, []);
                if (folder.TryAdd(record)) return volumes.View(record);
            }
        }
        catch
        {
            if (!IsNamed(key, name)) File.Delete(folder.At(name));
            throw;
        }
        File.Delete(folder.At(name)); // another server's was first
        return Earlier(key, spec) ?? throw new StopHere(Faults.Busy($"Volume {key} was made and deleted by somebody else meanwhile; repeat it."));
    }

    /// <summary>
    /// Sweeps, and begins new data. Under the lock both: a file is made first and held a moment later, and in between a
    /// sweep would take it for left behind.
    /// </summary>
    private FileStream Begin(PoolCall call, string name)
    {
        using (folder.Locked(call))
        {
            folder.Sweep();
            return folder.NewData(name);
        }
    }

    /// <summary>Whether the record came to be after all, when a call fails so late that it cannot tell.</summary>
    private bool IsNamed(ObjectKey key, string data)
    {
        try
        {
            return folder.Volume(key)?.Data == data;
        }
        catch (Exception e) when (e is IOException or StopHere or UnauthorizedAccessException)
        {
            return true; // cannot tell: left for a sweep, which looks again
        }
    }

    private void Extend(FileStream data, long bytes, string name)
    {
        if (settings.Preallocate) FileSystem.Reserve(data, bytes);
        if (data.Length >= bytes) return;
        try
        {
            data.SetLength(bytes);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new IOException($"{name} cannot have {bytes} bytes", Libc.EFBIG); // .NET's word for EFBIG
        }
    }

    private static ByteSize Rounded(ByteSize size) => size.RoundUpTo(new ByteSize(SharedPoolSettings.MostWith(false).VolumeSize.Step));

    private static string AskedFor(VolumeSpec spec) => $"{spec.Size.Bytes}/{spec.AccountId:N}";

    /// <summary>Every call on volumes makes sure first that the storage is there.</summary>
    private ValueTask<Outcome<T>> RunAsync<T>(Func<PoolCall, T> work, CancellationToken stop, TimeSpan? patience = null) =>
        PoolCall.RunAsync(folder.Folder, patience ?? settings.CallTimeout, clock, call =>
        {
            folder.NeedAttached();
            return work(call);
        }, stop);
}
