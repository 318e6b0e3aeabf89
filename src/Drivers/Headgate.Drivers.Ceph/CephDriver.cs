using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

/// <summary>
/// One volume, one image, named by the volume's key, and a record beside it (<see cref="Records"/>). Every call looks first and changes
/// after, so that a repeat finds what an earlier one did. An image is ours by its name and finished when its record says so: both
/// are where a granted host cannot write.
/// </summary>
/// <remarks>
/// A handle is the image's id. Access is given by names of objects that begin with it, so no id may be the beginning of
/// another's: an image that is born with such an id (2^-28 for a pair) is thrown away and made again.
/// </remarks>
internal sealed partial class CephDriver(CephConfig config, CephStore store) : IPrimaryDataStoreDriver
{
    private const int BirthTries = 3;
    private const string NoOrigin = "";
    private const string HeaderGone = "It is in the pool's directory, but its header is gone.";

    private readonly Users _users = new(config);

    public ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return store.RunAsync(Turn.Of(key), call =>
        {
            if (Earlier(call, key, spec, NoOrigin) is { } earlier) return earlier;
            Check(spec);
            var isFirst = Begin(call, key, RecordOf(spec, NoOrigin));
            var name = Marks.ImageName(key);
            for (var birth = 1; ; birth++)
            {
                var isMine = Born(call, key, spec, isFirst); // else another server is at it
                using var image = Need(Image.Find(call, name, forWriting: true), key);
                if (isMine && birth < BirthTries && HasAmbiguousId(call, image))
                {
                    image.Dispose();
                    Images.TryRemove(call, name);
                    continue;
                }
                return Finish(call, image, key, spec, NoOrigin);
            }
        }, stop);
    }

    public ValueTask<Outcome<VolumeView?>> FindAsync(ObjectKey key, CancellationToken stop) => store.RunAsync<VolumeView?>(Turn.Of(key), call =>
    {
        var name = Marks.ImageName(key);
        var entry = Records.Find(call, key);
        try
        {
            using var image = Image.Find(call, name);
            if (image is not null) return IsStrange(call, entry, image.Id) ? null : View(call, image, entry);
        }
        catch (StopHere spoilt) when (spoilt.Fault.Code == FaultCodes.Unexpected && entry is { Volume.Image.Length: > 0 })
        {
            return Unreadable(call, entry, name, spoilt.Fault.Message);
        }
        // Begun without an image yet: a copy may have left a snapshot on its source. To delete it is to take that away, and the record.
        if (entry is { Volume.Image.Length: 0 }) return Unreadable(call, entry, name, "It was begun and not finished.");
        return entry is not null && Images.List(call).GetValueOrDefault(entry.Volume.Image) == name ? Unreadable(call, entry, name, HeaderGone) : null;
    }, stop);

    public ValueTask<Outcome<Nothing>> DeleteAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) => store.RunAsync(Turn.Of(key), call =>
    {
        var name = Marks.ImageName(key);
        var entry = Records.Find(call, key);
        var images = Images.List(call);
        var isThere = MustOwn(images, key, handle, entry);
        if (!isThere && images.Values.Contains(name)) return default(Nothing); // the handle names nothing any more, the key another image
        var isReadable = isThere && RefuseToDelete(call, handle.Value);

        Users.RemoveAll(call, name); // also of an image that somebody else deleted
        if (isReadable) RemoveSnapshots(call, handle.Value);
        else if (isThere) Images.RemoveHeader(call, handle.Value);
        // By its name also when it is gone: librbd moves an image to the trash first, and a removal that was interrupted goes on there.
        if (!Images.TryRemove(call, name)) throw call.Refused(Faults.Busy($"Image {name} is open somewhere; a client that died holds on for 30 s. Repeat it later."));
        if (isThere && Images.List(call).ContainsKey(handle.Value)) throw call.Refused(NotRemovable(name));
        if (entry is null) return default;
        DropPassing(call, key, entry.Volume.Passing);
        Records.Remove(call, key);
        return default;
    }, stop);

    /// <summary>
    /// Written before the image is made or copied: every pool that lists the directory meanwhile can tell whose the image is. True when
    /// there was no record. Earlier looked at what is there: the same begun with the same arguments, or the record of an image that is gone.
    /// </summary>
    private static bool Begin(CephCall call, ObjectKey key, VolumeRecord record)
    {
        if (Records.TryBegin(call, key, record)) return true;
        if (Records.Find(call, key)?.Volume is not { Image: "" } earlier) Records.Write(call, key, record);
        else if (earlier.Asked != record.Asked) throw new StopHere(Faults.KeyReused(key, $"size/max/burst/bandwidth/account/source then {earlier.Asked}, now {record.Asked}"));
        return false;
    }

    /// <summary>Makes the image; false when there is one. Refused for good (a quota), it leaves no record that it began.</summary>
    private static bool Born(CephCall call, ObjectKey key, VolumeSpec spec, bool isFirst)
    {
        try
        {
            return Images.TryCreate(call, Marks.ImageName(key), QosMapping.Rounded(spec.Size).Bytes);
        }
        catch (StopHere failed) when (isFirst && failed.Fault.Code is not (FaultCodes.NoReply or FaultCodes.Unreachable))
        {
            Records.Remove(call, key);
            call.HasTakenBack();
            throw new StopHere(failed.Fault);
        }
    }

    /// <summary>What an earlier call with this key made, finished if it was not; null when there is nothing, or a copy that goes on in CloneAsync.</summary>
    private VolumeView? Earlier(CephCall call, ObjectKey key, VolumeSpec spec, string origin)
    {
        var entry = Records.Find(call, key);
        using var found = Image.Find(call, Marks.ImageName(key));
        if (found is null)
        {
            if (entry is null) return null;
            if (entry.Volume.Image.Length == 0) MustBeSame(key, entry.Volume, spec, origin);
            else if (Images.List(call).ContainsKey(entry.Volume.Image)) throw new StopHere(Faults.Unexpected($"Image {Marks.ImageName(key)} cannot be read. {HeaderGone} Run a pool check."));
            return null;
        }
        if (IsStrange(call, entry, found.Id))
            throw new StopHere(Faults.Unexpected($"An image {found.Name} is there that this pool did not make. Rename it on the cluster (rbd rename)."));
        var record = entry is { Volume: var kept } && (kept.Image == found.Id || kept.Image.Length == 0) ? kept : null;
        if (record is not null)
        {
            MustBeSame(key, record, spec, origin);
            if (record.IsWhole) return View(call, found, entry);
        }
        else if (found.HasParent != (origin != NoOrigin)) throw new StopHere(Faults.KeyReused(key, found.HasParent ? "then a clone, now a new volume" : "then a new volume, now a clone"));
        else if (!found.HasParent && found.Size != QosMapping.Rounded(spec.Size).Bytes) throw new StopHere(Faults.KeyReused(key, $"size then {new ByteSize(found.Size)}, now {spec.Size}"));
        if (found.HasParent) return null;
        using var image = Need(Image.Find(call, found.Name, forWriting: true), key);
        call.HasChanged();
        DropPassing(call, key, record?.Passing ?? "");
        return Finish(call, image, key, spec, origin);
    }

    /// <summary>Size (a clone has its source's), limits, then the record that makes it whole; then everything is read back.</summary>
    private VolumeView Finish(CephCall call, Image image, ObjectKey key, VolumeSpec spec, string origin)
    {
        call.HasChanged();
        if (image.Size < QosMapping.Rounded(spec.Size).Bytes) image.Resize(QosMapping.Rounded(spec.Size).Bytes);
        QosMapping.Apply(image, spec.Qos);
        var whole = RecordOf(spec, origin) with { Image = image.Id, IsWhole = true };
        if (!Records.TryBegin(call, key, whole))
        {
            var earlier = Records.Find(call, key);
            if (earlier?.Volume.Image == image.Id) MustBeSame(key, earlier.Volume, spec, origin); // of two servers that make it at once with different arguments, the second is told
            Records.Write(call, key, whole);
        }
        return View(call, image, new RecordEntry(whole, [])); // nobody is granted what was not there
    }

    private VolumeRecord RecordOf(VolumeSpec spec, string origin) => new(
        "", config.PoolId.ToString("N"), spec.AccountId.ToString("N"), spec.Name, Marks.AskedFor(spec, origin), "", IsWhole: false);

    private VolumeView View(CephCall call, Image image, RecordEntry? entry) => View(image, entry, Admitted(call, image.Id, image.Name, entry));

    private VolumeView View(Image image, RecordEntry? entry, IReadOnlyList<string> initiators) => new(
        new VolumeHandle(image.Id), IsOurs(entry) ? Marks.KeyOfImage(image.Name) : null, image.Name,
        new ByteSize(image.Size), QosMapping.Read(image), [.. initiators.Order(StringComparer.Ordinal)]);

    /// <summary>Who was granted it and has a user that lets it in.</summary>
    private IReadOnlyList<string> Admitted(CephCall call, string imageId, string imageName, RecordEntry? entry) =>
        [.. (entry?.Initiators ?? []).Where(initiator => _users.IsAllowed(call, imageId, imageName, Marks.UserName(imageName, initiator)))];

    /// <summary>One of ours that cannot be read; a copy without an image has its name for a handle, which is no id.</summary>
    private VolumeView Unreadable(CephCall call, RecordEntry entry, string name, string why)
    {
        var handle = entry.Volume.Image.Length > 0 ? entry.Volume.Image : name;
        return Unreadable(handle, Marks.KeyOfImage(name), name, why, Admitted(call, handle, name, entry));
    }

    private static VolumeView Unreadable(string handle, ObjectKey? key, string name, string why, IReadOnlyList<string> initiators) =>
        new(new VolumeHandle(handle), key, name, new ByteSize(0), QosSpec.None, initiators) { Problem = Faults.Unexpected($"Image {name} cannot be read. {why}") };

    /// <summary>
    /// An image is the pool's that wrote its record, which is there before the image. One of our form without a record is nobody's:
    /// it is being deleted, or somebody made or renamed it by hand.
    /// </summary>
    private bool IsOurs(RecordEntry? entry) => entry?.Volume.Pool == config.PoolId.ToString("N");

    /// <summary>True when the key is another image's, which is still there: images were renamed by hand.</summary>
    private static bool IsStrange(CephCall call, RecordEntry? entry, string imageId) =>
        entry is { Volume.Image: { Length: > 0 } recorded } && recorded != imageId && Images.List(call).ContainsKey(recorded);

    /// <summary>
    /// Whether the image that the handle names is there, by the pool's directory alone: what a host did to its image keeps nobody from
    /// revoking its access or deleting it. One that has another name than the key's is refused: images are deleted by name, and the
    /// name may be another's by now.
    /// </summary>
    private static bool MustOwn(IReadOnlyDictionary<string, string> images, ObjectKey key, VolumeHandle handle, RecordEntry? entry)
    {
        if (!images.TryGetValue(handle.Value, out var name)) return false;
        var isStrange = entry is { Volume.Image: var recorded } && recorded != handle.Value && images.ContainsKey(recorded);
        return name == Marks.ImageName(key) && !isStrange ? true : throw new StopHere(Faults.WrongVolume(key, handle.Value, Marks.KeyOfImage(name)));
    }

    /// <summary>The image that the handle names, when it is the one made with the key.</summary>
    private static Image Needed(CephCall call, ObjectKey key, VolumeHandle handle, bool forWriting)
    {
        if (handle.Value.Length == 0 || Image.FindById(call, handle.Value, forWriting) is not { } image) throw call.Refused(Faults.VolumeNotFound(key, handle));
        if (image.Name == Marks.ImageName(key) && !IsStrange(call, Records.Find(call, key), image.Id)) return image;
        image.Dispose();
        throw new StopHere(Faults.WrongVolume(key, handle.Value, Marks.KeyOfImage(image.Name)));
    }

    private static Image Need(Image? image, ObjectKey key) => image
        ?? throw new StopHere(Faults.Busy($"Image {Marks.ImageName(key)} vanished while it was being made; repeat it."), isUnknown: true);

    private static void MustBeSame(ObjectKey key, VolumeRecord record, VolumeSpec spec, string origin)
    {
        var now = Marks.AskedFor(spec, origin);
        if (record.Asked != now) throw new StopHere(Faults.KeyReused(key, $"size/max/burst/bandwidth/account/source then {record.Asked}, now {now}"));
    }

    private static void Check(VolumeSpec spec)
    {
        var can = QosMapping.Capabilities;
        if ((can.Problem(spec.Qos) ?? can.Problem(spec.Size)) is { } problem) throw new StopHere(problem);
    }

    /// <summary>Everything that can refuse a delete, before anything is changed. False when the image is too damaged to be asked.</summary>
    private static bool RefuseToDelete(CephCall call, string imageId)
    {
        using var image = Image.Look(call, imageId);
        if (image is null || SnapshotsOf(image) is not { } snapshots) return false;
        if (snapshots.FirstOrDefault(s => !Marks.IsOurSnapshot(s.Name)) is { Name: { } foreign })
        {
            throw new StopHere(Faults.InUse(
                $"Image {image.Name} has a snapshot '{foreign}' that this pool did not take. Remove it on the cluster (rbd snap rm) first."));
        }
        if (image.HasChildren()) throw new StopHere(Faults.Busy($"A clone is still being made from image {image.Name}; repeat it when it is done."));
        if (image.Watchers().Count is > 0 and var open) // opened for reading, this server is none of them
        {
            throw new StopHere(Faults.Busy(
                $"{open} clients have image {image.Name} open. Disconnect them first; one that died or was cut off holds on for 30 s. Nothing was changed."));
        }
        return true;
    }

    /// <summary>Null when the image is too damaged to say.</summary>
    private static IReadOnlyList<ImageSnapshot>? SnapshotsOf(Image image)
    {
        try
        {
            return image.Snapshots();
        }
        catch (StopHere spoilt) when (spoilt.Fault.Code == FaultCodes.Unexpected)
        {
            return null;
        }
    }

    private static Fault NotRemovable(string name) => Faults.Unexpected(
        $"The cluster does not remove image {name}: its header is damaged. Its users are gone already. Remove what is left of it on the cluster: rbd rm {name}");
}
