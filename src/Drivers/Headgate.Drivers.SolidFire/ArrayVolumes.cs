using System.Globalization;
using Headgate.Element;
using Headgate.Element.Contracts;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.SolidFire;

/// <summary>Finding volumes by key and by handle, comparing what was found with what is meant, and showing it.</summary>
internal sealed class ArrayVolumes(Guid poolId)
{
    public static VolumeHandle HandleOf(Volume volume) => new(volume.VolumeID.ToString(CultureInfo.InvariantCulture));

    /// <summary>Volumes with this key, lowest ID first, deleted ones left out. Several only after a lost reply or a race.</summary>
    public static async Task<IReadOnlyList<Volume>> WithKeyAsync(ArrayCall call, ObjectKey key) =>
        [.. (await AllAsync(call).ConfigureAwait(false)).Where(v => Marks.KeyOf(v.Attributes) == key).OrderBy(v => v.VolumeID)];

    /// <summary>Everybody's volumes that are not deleted.</summary>
    public static async Task<IEnumerable<Volume>> AllAsync(ArrayCall call) =>
        (await WithDeletedAsync(call).ConfigureAwait(false)).Where(v => v.Status != VolumeStatus.Deleted);

    /// <summary>Everybody's volumes, those too that wait to be purged: a cluster keeps them for 8 hours, with their space.</summary>
    public static async Task<IReadOnlyList<Volume>> WithDeletedAsync(ArrayCall call) =>
        (await call.SendAsync(ElementMethods.ListVolumes, new ListVolumesParams()).ConfigureAwait(false)).Volumes;

    /// <summary>The volume of that ID, deleted ones included; null when there is none.</summary>
    public static async Task<Volume?> LookAsync(ArrayCall call, VolumeHandle handle)
    {
        if (!long.TryParse(handle.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id == 0) return null;
        var answer = await call.TryAsync(ElementMethods.ListVolumes, new ListVolumesParams { VolumeIDs = [id] }).ConfigureAwait(false);
        if (answer.Is(ElementErrorNames.VolumeIdDoesNotExist, ElementErrorNames.VolumeDoesNotExist)) return null;
        return answer.Match(list => list, error => throw call.Refused(ElementMethods.ListVolumes, error)).Volumes.FirstOrDefault(v => v.VolumeID == id);
    }

    /// <summary>The volume that <paramref name="handle"/> names, when it is the one made with <paramref name="key"/>; null when it is gone.</summary>
    public static async Task<Volume?> OwnAsync(ArrayCall call, ObjectKey key, VolumeHandle handle)
    {
        var volume = await LookAsync(call, handle).ConfigureAwait(false);
        if (volume is not null && Marks.KeyOf(volume.Attributes) != key)
            throw new StopHere(Faults.WrongVolume(key, handle.Value, Marks.KeyOf(volume.Attributes)));
        return volume;
    }

    /// <summary>Like <see cref="OwnAsync"/> for calls that need it to be there.</summary>
    public static async Task<Volume> NeedAsync(ArrayCall call, ObjectKey key, VolumeHandle handle) =>
        await OwnAsync(call, key, handle).ConfigureAwait(false) is { Status: not VolumeStatus.Deleted } volume
            ? volume
            : throw new StopHere(Faults.VolumeNotFound(key, handle));

    /// <summary>Reads the volume again and shows it.</summary>
    public async Task<VolumeView> ReadBackAsync(ArrayCall call, ObjectKey key, VolumeHandle handle) =>
        await ViewAsync(call, await NeedAsync(call, key, handle).ConfigureAwait(false)).ConfigureAwait(false);

    public async Task<VolumeView> ViewAsync(ArrayCall call, Volume volume)
    {
        if (volume.VolumeAccessGroups.Count == 0) return View(volume, []);
        var groups = await call.SendAsync(
            ElementMethods.ListVolumeAccessGroups, new ListVolumeAccessGroupsParams { VolumeAccessGroups = volume.VolumeAccessGroups }).ConfigureAwait(false);
        return View(volume, groups.VolumeAccessGroups);
    }

    public VolumeView View(Volume volume, IReadOnlyList<VolumeAccessGroup> groups) => new(
        HandleOf(volume),
        Marks.IsOfPool(volume.Attributes, poolId) ? Marks.KeyOf(volume.Attributes) : null,
        volume.Name,
        new ByteSize(volume.TotalSize),
        QosMapping.FromArray(volume.Qos),
        [.. groups.Where(g => g.Volumes.Contains(volume.VolumeID)).SelectMany(g => g.Initiators).Distinct().Order(StringComparer.Ordinal)]);

    /// <summary>
    /// Of several volumes with one key the lowest ID stays: whoever looks, decides the same. The others were made by a
    /// call that lost the race or whose reply was lost; nobody was ever told of them, so nobody can have used them.
    /// </summary>
    public static async Task<Volume> KeepOneAsync(ArrayCall call, IReadOnlyList<Volume> sameKey)
    {
        foreach (var extra in sameKey.Skip(1))
        {
            if (extra.VolumeAccessGroups.Count > 0)
            {
                throw new StopHere(Faults.Unexpected(
                    $"Volumes {sameKey[0].VolumeID} and {extra.VolumeID} carry the same key and the second is in an access group. "
                    + "Find out on the cluster which one is in use, and delete the other."));
            }
            await DestroyAsync(call, extra).ConfigureAwait(false);
        }
        return sameKey[0];
    }

    /// <summary>Deletes and purges; what is gone already is fine at either step.</summary>
    public static async Task DestroyAsync(ArrayCall call, Volume volume)
    {
        var which = new VolumeParams { VolumeID = volume.VolumeID };
        if (volume.Status != VolumeStatus.Deleted)
        {
            var deleted = await call.TryAsync(ElementMethods.DeleteVolume, which).ConfigureAwait(false);
            if (deleted.Is(ElementErrorNames.VolumeIdDoesNotExist, ElementErrorNames.VolumeDoesNotExist)) return;
            if (deleted.Error is { } error) throw call.Refused(ElementMethods.DeleteVolume, error);
            call.HasChanged();
        }
        var purged = await call.TryAsync(ElementMethods.PurgeDeletedVolume, which).ConfigureAwait(false);
        if (purged.Error is { } refusal && !purged.Is(ElementErrorNames.VolumeIdDoesNotExist, ElementErrorNames.VolumeDoesNotExist))
            throw call.Refused(ElementMethods.PurgeDeletedVolume, refusal);
    }
}
