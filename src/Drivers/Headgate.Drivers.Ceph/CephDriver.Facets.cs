using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

// Limits, size and listing; snapshots and clones have files of their own.
internal sealed partial class CephDriver : IQosControl, IResize, IInventory
{
    public ValueTask<Outcome<VolumeView>> SetQosAsync(ObjectKey key, VolumeHandle handle, QosSpec qos, CancellationToken stop) => store.RunAsync(Turn.Of(key), call =>
    {
        if (QosMapping.Capabilities.Problem(qos) is { } problem) throw new StopHere(problem);
        using var image = Needed(call, key, handle, forWriting: true);
        QosMapping.Apply(image, qos);
        return View(call, image, Records.Find(call, key));
    }, stop);

    public ValueTask<Outcome<VolumeView>> ResizeAsync(ObjectKey key, VolumeHandle handle, ByteSize size, CancellationToken stop) => store.RunAsync(Turn.Of(key), call =>
    {
        if (QosMapping.Capabilities.Problem(size) is { } problem) throw new StopHere(problem);
        using var image = Needed(call, key, handle, forWriting: true);
        var wanted = QosMapping.Rounded(size).Bytes;
        if (wanted < image.Size) throw new StopHere(Faults.Shrink(size, new ByteSize(image.Size)));
        if (wanted > image.Size) image.Resize(wanted);
        return View(call, image, Records.Find(call, key));
    }, stop);

    public ValueTask<Outcome<IReadOnlyList<VolumeView>>> ListAsync(CancellationToken stop) => store.RunAsync<IReadOnlyList<VolumeView>>(Turn.None, call =>
    {
        var users = Users.All(call);
        var found = new List<VolumeView>();
        var damaged = new List<VolumeView>();
        foreach (var (id, name) in Images.List(call))
        {
            var entry = EntryOf(call, id, name);
            var grants = (entry?.Initiators ?? []).ToDictionary(initiator => Marks.UserName(name, initiator), StringComparer.Ordinal);
            var capabilities = _users.Capabilities(id, name);
            var initiators = grants.Where(g => users.GetValueOrDefault(g.Key) == capabilities).Select(g => g.Value);
            // A user that somebody else made for this very image shows as itself: it lets in whoever has its key.
            var strangers = users
                .Where(u => !grants.ContainsKey(u.Key) && u.Value.Contains($"rbd_data.{id}", StringComparison.Ordinal))
                .Select(u => $"client.{u.Key}");
            IReadOnlyList<string> admitted = [.. initiators, .. strangers];
            try
            {
                using var image = Image.FindById(call, id);
                if (image is not null) found.Add(View(image, entry, admitted));
                else Spoilt(HeaderGone);
            }
            catch (StopHere spoilt) when (spoilt.Fault.Code == FaultCodes.Unexpected)
            {
                Spoilt(spoilt.Fault.Message);
            }

            void Spoilt(string why) => damaged.Add(Unreadable(id, IsOurs(entry) ? Marks.KeyOfImage(name) : null, name, why, admitted));
        }
        if (damaged.Count == 0) return found;
        var left = Images.List(call); // one that was deleted meanwhile is not damaged
        return [.. found, .. damaged.Where(view => left.ContainsKey(view.Handle.Value))];
    }, stop);

    /// <summary>Keys of this pool's images. From the pool's directory and the records, so that no image can spoil it.</summary>
    public IReadOnlyList<ObjectKey> ListOwn(CephCall call) =>
        [.. Images.List(call).Where(image => Marks.KeyOfImage(image.Value) is not null && IsOurs(EntryOf(call, image.Key, image.Value)))
            .Select(image => Marks.KeyOfImage(image.Value)!.Value)];

    /// <summary>The record of an image of our form; null for another's, and for one whose record is of an image that is gone.</summary>
    private static RecordEntry? EntryOf(CephCall call, string imageId, string name) =>
        Marks.KeyOfImage(name) is { } key && Records.Find(call, key) is { } entry && (entry.Volume.Image == imageId || entry.Volume.Image.Length == 0) ? entry : null;
}
