using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

/// <summary>
/// One volume, one image, named by the volume's key. Every call looks first and changes after, so that a repeat finds what
/// an earlier one did; an image is ours when its mark says so, and never by its name alone once it has one.
/// </summary>
/// <remarks>
/// A handle is the image's id. Access is given by names of objects that begin with it, so no id may be the beginning of
/// another's: an image that is born with such an id (2^-28 for a pair) is thrown away and made again.
/// </remarks>
internal sealed partial class CephDriver(CephConfig config, CephStore store) : IPrimaryDataStoreDriver
{
    private const int BirthTries = 3;
    private const string NoOrigin = "";

    private readonly Users _users = new(config);

    public ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return store.RunAsync(key, call =>
        {
            if (Earlier(call, key, spec, NoOrigin) is { } earlier) return earlier;
            Check(spec);
            var name = Marks.ImageName(key);
            for (var birth = 1; ; birth++)
            {
                var isMine = Images.TryCreate(call, name, QosMapping.Rounded(spec.Size).Bytes); // else another server is at it
                using var image = Need(Image.Find(call, name, forWriting: true), key);
                if (isMine && birth < BirthTries && HasAmbiguousId(call, image))
                {
                    image.Dispose();
                    Images.TryRemove(call, name);
                    continue;
                }
                if (image.HasParent) throw new StopHere(Faults.KeyReused(key, "then a clone, now a new volume"));
                return Finish(call, image, key, spec, NoOrigin);
            }
        }, stop);
    }

    public ValueTask<Outcome<VolumeView?>> FindAsync(ObjectKey key, CancellationToken stop) => store.RunAsync<VolumeView?>(key, call =>
    {
        using var image = Image.Find(call, Marks.ImageName(key));
        if (image is null) return null;
        var metadata = image.ReadMetadata();
        return Marks.KeyOf(image.Name, Marks.Read(image.Id, metadata)) == key ? View(call, image, metadata) : null;
    }, stop);

    public ValueTask<Outcome<Nothing>> DeleteAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop) => store.RunAsync(key, call =>
    {
        using (var image = Own(call, key, handle, forWriting: false))
        {
            Users.RemoveAll(call, Marks.ImageName(key)); // also of an image that somebody else deleted
            if (image is null) return default(Nothing);
        }
        using (var image = Own(call, key, handle, forWriting: true))
        {
            if (image is null) return default;
            RemoveSnapshots(call, image);
            RefuseWhileOpen(call, image);
        }
        if (!Images.TryRemove(call, Marks.ImageName(key)))
            throw call.Refused(Faults.Busy($"Image {Marks.ImageName(key)} is open somewhere; a client that died holds on for 30 s. Repeat it later."));
        return default;
    }, stop);

    public ValueTask<Outcome<Connection>> GrantAccessAsync(ObjectKey key, VolumeHandle handle, AccessRequest request, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(request);
        return store.RunAsync<Connection>(key, call =>
        {
            if (IscsiName.Problem(request.InitiatorName) is { } problem) throw new StopHere(Faults.InvalidArgument(problem));
            using var image = Needed(call, key, handle, forWriting: true);
            if (HasAmbiguousId(call, image))
            {
                throw new StopHere(new Fault(
                    "ceph-ambiguous-id",
                    $"Image {image.Name} has id {image.Id}, with which another image's begins or which begins with another's, so access to it alone cannot be given. "
                    + "Clone the volume and use the clone.",
                    Recovery.AskOperator));
            }
            // The name before the user: a user without a name beside the image could not be told from a stranger's.
            var metadata = image.ReadMetadata();
            var name = Marks.GrantKey(request.InitiatorName);
            if (metadata.GetValueOrDefault(name) != request.InitiatorName) image.SetMetadata(name, request.InitiatorName);
            var user = Marks.UserName(image.Name, request.InitiatorName);
            var secret = _users.Ensure(call, image, user);
            return new Connection.Rbd(
                MonitorsForHosts(call), config.Pool, config.Namespace.Length > 0 ? config.Namespace : null, image.Name, user, secret);
        }, stop);
    }

    public ValueTask<Outcome<Nothing>> RevokeAccessAsync(ObjectKey key, VolumeHandle handle, string initiatorName, CancellationToken stop) =>
        store.RunAsync(key, call =>
        {
            using var image = Own(call, key, handle, forWriting: false);
            if (initiatorName.StartsWith("client.", StringComparison.Ordinal)) // as the list shows a user that is none of ours
            {
                throw new StopHere(new Fault(
                    "ceph-foreign-user", $"User {initiatorName} was made on the cluster by somebody else and may serve other ends. Take it away there: ceph auth rm {initiatorName}",
                    Recovery.AskOperator));
            }
            // Whatever the image's metadata says: the host may have written it, and somebody may have deleted the image.
            Users.Remove(call, Marks.UserName(Marks.ImageName(key), initiatorName));
            if (image?.ReadMetadata().ContainsKey(Marks.GrantKey(initiatorName)) != true) return default(Nothing);
            using var changed = Own(call, key, handle, forWriting: true);
            changed?.RemoveMetadata(Marks.GrantKey(initiatorName));
            return default;
        }, stop);

    /// <summary>
    /// User first, name last: while the name is there, a repeat knows that there may be something to take away. The cluster's
    /// <paramref name="users"/> are asked too, since a granted host may write its image's metadata.
    /// </summary>
    public static void Revoke(CephCall call, string imageId, string initiatorName, IReadOnlyDictionary<string, string> users)
    {
        var name = Marks.GrantKey(initiatorName);
        using (var looked = Image.FindById(call, imageId))
        {
            if (looked is null) return;
            var user = Marks.UserName(looked.Name, initiatorName);
            if (!users.ContainsKey(user) && !looked.ReadMetadata().ContainsKey(name)) return;
            Users.Remove(call, user);
        }
        using var image = Image.FindById(call, imageId, forWriting: true);
        image?.RemoveMetadata(name);
    }

    /// <summary>Ids of this pool's images.</summary>
    public IReadOnlyList<string> ListOwn(CephCall call)
    {
        var own = new List<string>();
        foreach (var (id, name) in Images.List(call))
        {
            using var image = Image.FindById(call, id);
            if (image is not null && IsOurs(name, Marks.Read(id, image.ReadMetadata()))) own.Add(id);
        }
        return own;
    }

    /// <summary>What an earlier call with this key made, finished if it was not; null when there is nothing.</summary>
    private VolumeView? Earlier(CephCall call, ObjectKey key, VolumeSpec spec, string origin)
    {
        using var found = Image.Find(call, Marks.ImageName(key));
        if (found is null) return null;
        var metadata = found.ReadMetadata();
        if (Marks.Read(found.Id, metadata) is { } mark)
        {
            MustBeSame(key, mark, spec, origin);
            return View(call, found, metadata);
        }
        // Begun by a call that did not come to its end. What it tells of what was asked: its size, and whether it is a clone.
        var isClone = found.HasParent || Marks.HasSourcesMark(found.Id, metadata);
        if (isClone != (origin != NoOrigin)) throw new StopHere(Faults.KeyReused(key, isClone ? "then a clone, now a new volume" : "then a new volume, now a clone"));
        if (found.HasParent) return null; // goes on in CloneAsync
        if (!isClone && found.Size != QosMapping.Rounded(spec.Size).Bytes)
            throw new StopHere(Faults.KeyReused(key, $"size then {new ByteSize(found.Size)}, now {spec.Size}"));
        using var image = Need(Image.Find(call, found.Name, forWriting: true), key);
        return Finish(call, image, key, spec, origin);
    }

    /// <summary>Size (a clone has its source's), limits, then the mark that makes it ours and whole; then everything is read back.</summary>
    private VolumeView Finish(CephCall call, Image image, ObjectKey key, VolumeSpec spec, string origin)
    {
        call.HasChanged();
        var before = image.ReadMetadata();
        foreach (var grant in Marks.Grants(image.Name, before).Values) image.RemoveMetadata(Marks.GrantKey(grant)); // a clone's are its source's
        if (image.Size < QosMapping.Rounded(spec.Size).Bytes) image.Resize(QosMapping.Rounded(spec.Size).Bytes);
        QosMapping.Apply(image, before, spec.Qos);
        image.SetMetadata(Marks.Volume, Marks.Write(image.Id, config.PoolId, key, spec, origin));
        var metadata = image.ReadMetadata();
        MustBeSame(key, Marks.Read(image.Id, metadata), spec, origin); // of two servers that finish it at once with different arguments, one is told
        return View(call, image, metadata);
    }

    private VolumeView View(CephCall call, Image image, IReadOnlyDictionary<string, string> metadata)
    {
        var grants = Marks.Grants(image.Name, metadata);
        return View(image, metadata, [.. _users.Existing(call, image, grants.Keys).Select(user => grants[user])]);
    }

    private VolumeView View(Image image, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<string> initiators)
    {
        var mark = Marks.Read(image.Id, metadata);
        return new VolumeView(
            new VolumeHandle(image.Id), IsOurs(image.Name, mark) ? Marks.KeyOf(image.Name, mark) : null, image.Name,
            new ByteSize(image.Size), QosMapping.Read(metadata), [.. initiators.Order(StringComparer.Ordinal)]);
    }

    private bool IsOurs(string name, Mark? mark) =>
        mark is null ? Marks.KeyOf(name, null) is not null : mark.Pool == config.PoolId.ToString("N");

    /// <summary>
    /// The image that the handle names, when it is the one made with the key; null when it is gone. One that was given another name is
    /// refused: images are deleted by name, and the name may be another's by now.
    /// </summary>
    private static Image? Own(CephCall call, ObjectKey key, VolumeHandle handle, bool forWriting)
    {
        if (handle.Value.Length == 0 || Image.FindById(call, handle.Value, forWriting) is not { } image) return null;
        var made = Marks.KeyOf(image.Name, Marks.Read(image.Id, image.ReadMetadata()));
        if (made == key && image.Name == Marks.ImageName(key)) return image;
        image.Dispose();
        throw new StopHere(Faults.WrongVolume(key, handle.Value, made));
    }

    private static Image Needed(CephCall call, ObjectKey key, VolumeHandle handle, bool forWriting) =>
        Own(call, key, handle, forWriting) ?? throw call.Refused(Faults.VolumeNotFound(key, handle));

    private static Image Need(Image? image, ObjectKey key) => image
        ?? throw new StopHere(Faults.Busy($"Image {Marks.ImageName(key)} vanished while it was being made; repeat it."), isUnknown: true);

    private static void MustBeSame(ObjectKey key, Mark? mark, VolumeSpec spec, string origin)
    {
        var now = Marks.AskedFor(spec, origin);
        if (mark is not null && mark.Asked != now)
            throw new StopHere(Faults.KeyReused(key, $"size/max/burst/bandwidth/account/source then {mark.Asked}, now {now}"));
    }

    private static void Check(VolumeSpec spec)
    {
        var can = QosMapping.Capabilities;
        if ((can.Problem(spec.Qos) ?? can.Problem(spec.Size)) is { } problem) throw new StopHere(problem);
    }

    private static bool HasAmbiguousId(CephCall call, Image image) => Images.List(call).Keys.Any(id =>
        id != image.Id && (id.StartsWith(image.Id, StringComparison.Ordinal) || image.Id.StartsWith(id, StringComparison.Ordinal)));

    /// <summary>Who still has it open now was let in by somebody else, or died less than 30 s ago.</summary>
    private static void RefuseWhileOpen(CephCall call, Image image)
    {
        var others = image.Watchers().Count - 1; // this server is one while it has it open for writing
        if (others > 0)
            throw call.Refused(Faults.Busy($"{others} clients have image {image.Name} open; one that died or was cut off holds on for 30 s. Repeat it later."));
    }

    private IReadOnlyList<string> MonitorsForHosts(CephCall call) =>
        SplitMonitors(config.HostMonitors ?? config.Monitors ?? call.Connection.Option("mon_host"));

    /// <summary>At commas and spaces, but not at those within the brackets of <c>[v2:1.2.3.4:3300,v1:1.2.3.4:6789]</c>.</summary>
    internal static IReadOnlyList<string> SplitMonitors(string text)
    {
        var (found, begin, depth) = (new List<string>(), 0, 0);
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '[') depth++;
            if (i < text.Length && text[i] == ']') depth--;
            if (i < text.Length && (depth > 0 || text[i] is not (',' or ' ' or ';'))) continue;
            if (i > begin) found.Add(text[begin..i]);
            begin = i + 1;
        }
        return found;
    }
}
