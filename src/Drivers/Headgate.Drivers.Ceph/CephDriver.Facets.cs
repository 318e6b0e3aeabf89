using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

// Limits, size and listing; snapshots and clones have files of their own.
internal sealed partial class CephDriver : IQosControl, IResize, IInventory
{
    public ValueTask<Outcome<VolumeView>> SetQosAsync(ObjectKey key, VolumeHandle handle, QosSpec qos, CancellationToken stop) => store.RunAsync(key, call =>
    {
        if (QosMapping.Capabilities.Problem(qos) is { } problem) throw new StopHere(problem);
        using var image = Needed(call, key, handle, forWriting: true);
        QosMapping.Apply(image, image.ReadMetadata(), qos);
        return View(call, image, image.ReadMetadata());
    }, stop);

    public ValueTask<Outcome<VolumeView>> ResizeAsync(ObjectKey key, VolumeHandle handle, ByteSize size, CancellationToken stop) => store.RunAsync(key, call =>
    {
        if (QosMapping.Capabilities.Problem(size) is { } problem) throw new StopHere(problem);
        using var image = Needed(call, key, handle, forWriting: true);
        var wanted = QosMapping.Rounded(size).Bytes;
        if (wanted < image.Size) throw new StopHere(Faults.Shrink(size, new ByteSize(image.Size)));
        if (wanted > image.Size) image.Resize(wanted);
        return View(call, image, image.ReadMetadata());
    }, stop);

    public ValueTask<Outcome<IReadOnlyList<VolumeView>>> ListAsync(CancellationToken stop) => store.RunAsync<IReadOnlyList<VolumeView>>(null, call =>
    {
        var users = Users.All(call);
        var found = new List<VolumeView>();
        foreach (var id in Images.List(call).Keys)
        {
            using var image = Image.FindById(call, id);
            if (image is null) continue; // deleted meanwhile
            var metadata = image.ReadMetadata();
            var grants = Marks.Grants(image.Name, metadata);
            var capabilities = _users.Capabilities(image.Id, image.Name);
            var initiators = grants.Where(g => users.GetValueOrDefault(g.Key) == capabilities).Select(g => g.Value);
            // A user that somebody else made for this very image shows as itself: it lets in whoever has its key.
            var strangers = users
                .Where(u => !grants.ContainsKey(u.Key) && u.Value.Contains($"rbd_data.{image.Id}", StringComparison.Ordinal))
                .Select(u => $"client.{u.Key}");
            found.Add(View(image, metadata, [.. initiators, .. strangers]));
        }
        return found;
    }, stop);
}
