namespace Headgate.Crash.Tests;

/// <summary>A snapshot or clone, by the name that we gave it, and what it holds for ever.</summary>
internal sealed record Image(string Name, long VolumeId, BlockHistory History)
{
    public long Id { get; set; }

    public int BlockBytes { get; init; }
}

/// <summary>
/// Snapshots, group snapshots, clones and deletes beside the writes, until the kill. A call that the kill interrupts may
/// have been done or not; by the names, the lists after the restart say which.
/// </summary>
internal sealed class Images(Random random, CrashCounts counts)
{
    private const int SnapshotsMax = 6, ClonesMax = 3;

    private readonly List<(Image Image, BlockHistory Source, BlockHistory.Recording Recording, bool IsClone)> _making = [];
    private string? _deleting;
    private int _number;

    public Dictionary<string, Image> Snapshots { get; } = [];

    public Dictionary<string, Image> Clones { get; } = [];

    /// <summary>Works until the node is gone.</summary>
    public async Task RunAsync(ElementCalls calls, IReadOnlyList<TestedVolume> volumes)
    {
        try
        {
            while (true) await StepAsync(calls, volumes);
        }
        catch (HttpRequestException)
        {
            // the kill
        }
    }

    /// <summary>After a restart: what was under way is done or not; all else has to be there. Null, or what is wrong.</summary>
    public async Task<string?> ReconcileAsync(ElementCalls calls, IReadOnlyList<TestedVolume> volumes)
    {
        var snapshots = await NamesAsync(calls, "ListSnapshots", "snapshots", "snapshotID");
        var active = await NamesAsync(calls, "ListActiveVolumes", "volumes", "volumeID");
        foreach (var (image, source, recording, isClone) in _making)
        {
            var history = source.EndSnapshot(recording);
            if ((isClone ? active : snapshots).TryGetValue(image.Name, out var id))
                (isClone ? Clones : Snapshots)[image.Name] = new Image(image.Name, image.VolumeId, history) { Id = id, BlockBytes = image.BlockBytes };
        }
        _making.Clear();
        if (_deleting is { } deleting)
        {
            if (!snapshots.ContainsKey(deleting)) Snapshots.Remove(deleting);
            if (!active.ContainsKey(deleting)) Clones.Remove(deleting);
            _deleting = null;
        }
        foreach (var id in await calls.IdsAsync("ListDeletedVolumes", "volumes", "volumeID"))
            await calls.CallAsync("PurgeDeletedVolume", $$"""{"volumeID":{{id}}}""");
        return Difference("snapshots", snapshots.Keys, Snapshots.Keys)
            ?? Difference("volumes", active.Keys, Clones.Keys.Concat(volumes.Select(volume => volume.Name)));
    }

    private async Task StepAsync(ElementCalls calls, IReadOnlyList<TestedVolume> volumes)
    {
        var volume = volumes[random.Next(volumes.Count)];
        switch (random.Next(6))
        {
            case < 2 when Snapshots.Count < SnapshotsMax: await SnapshotAsync(calls, volume); break;
            case 2 when Snapshots.Count < SnapshotsMax - 1: await GroupSnapshotAsync(calls, [.. volumes.Take(2)]); break;
            case 3 when Clones.Count < ClonesMax: await CloneAsync(calls, volume); break;
            case 4 when Snapshots.Count > 0: await DeleteSnapshotAsync(calls); break;
            case 5 when Clones.Count > 1: await DeleteCloneAsync(calls); break;
        }
    }

    private async Task SnapshotAsync(ElementCalls calls, TestedVolume volume)
    {
        var image = Begin(volume, "s", isClone: false);
        var made = await calls.CallAsync("CreateSnapshot", $$"""{"volumeID":{{volume.Id}},"name":"{{image.Name}}"}""");
        image.Id = made.GetProperty("snapshotID").GetInt64();
        EndAll();
        counts.Count("snapshots");
    }

    private async Task GroupSnapshotAsync(ElementCalls calls, List<TestedVolume> volumes)
    {
        // Members of a group have its name, so one name stands for all; the volume tells them apart.
        var name = $"g{++_number}";
        var images = volumes.Select(volume => Begin(volume, "", isClone: false, name)).ToList();
        var made = await calls.CallAsync("CreateGroupSnapshot", $$"""{"volumes":[{{string.Join(',', volumes.Select(volume => volume.Id))}}],"name":"{{name}}"}""");
        foreach (var member in made.GetProperty("members").EnumerateArray())
            images.First(image => image.VolumeId == member.GetProperty("volumeID").GetInt64()).Id = member.GetProperty("snapshotID").GetInt64();
        EndAll();
        counts.Count("group snapshots");
    }

    private async Task CloneAsync(ElementCalls calls, TestedVolume volume)
    {
        var image = Begin(volume, "c", isClone: true);
        var made = await calls.CallAsync("CloneVolume", $$"""{"volumeID":{{volume.Id}},"name":"{{image.Name}}"}""");
        image.Id = made.GetProperty("volumeID").GetInt64();
        EndAll();
        counts.Count("clones");
    }

    private async Task DeleteSnapshotAsync(ElementCalls calls)
    {
        var image = Snapshots.Values.ElementAt(random.Next(Snapshots.Count));
        _deleting = image.Name;
        await calls.CallAsync("DeleteSnapshot", $$"""{"snapshotID":{{image.Id}}}""");
        Snapshots.Remove(image.Name);
        _deleting = null;
        counts.Count("deleted snapshots");
    }

    private async Task DeleteCloneAsync(ElementCalls calls)
    {
        var image = Clones.Values.ElementAt(random.Next(Clones.Count));
        _deleting = image.Name;
        await calls.CallAsync("DeleteVolume", $$"""{"volumeID":{{image.Id}}}""");
        Clones.Remove(image.Name);
        await calls.CallAsync("PurgeDeletedVolume", $$"""{"volumeID":{{image.Id}}}""");
        _deleting = null;
        counts.Count("deleted clones");
    }

    private Image Begin(TestedVolume volume, string prefix, bool isClone, string? name = null)
    {
        var image = new Image(name is null ? $"{prefix}{++_number}" : $"{name}.{volume.Id}", volume.Id, volume.History) { BlockBytes = volume.BlockBytes };
        _making.Add((image, volume.History, volume.History.BeginSnapshot(), isClone));
        return image;
    }

    private void EndAll()
    {
        foreach (var (image, source, recording, isClone) in _making)
            (isClone ? Clones : Snapshots)[image.Name] = new Image(image.Name, image.VolumeId, source.EndSnapshot(recording)) { Id = image.Id, BlockBytes = image.BlockBytes };
        _making.Clear();
    }

    // A member of a group goes by the group's name and its volume.
    private static async Task<Dictionary<string, long>> NamesAsync(ElementCalls calls, string method, string list, string id)
    {
        var names = new Dictionary<string, long>();
        foreach (var row in (await calls.CallAsync(method)).GetProperty(list).EnumerateArray())
        {
            var name = row.GetProperty("name").GetString()!;
            if (name.StartsWith('g')) name = $"{name}.{row.GetProperty("volumeID").GetInt64()}";
            names.Add(name, row.GetProperty(id).GetInt64());
        }
        return names;
    }

    private static string? Difference(string what, IEnumerable<string> found, IEnumerable<string> wanted)
    {
        var (there, should) = (found.Order().ToList(), wanted.Order().ToList());
        return there.SequenceEqual(should) ? null : $"{what} are {string.Join(' ', there)}; they should be {string.Join(' ', should)}";
    }
}
