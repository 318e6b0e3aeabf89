namespace Headgate.Blocks;

/// <summary>An image that is there and cannot be used.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">The volumeID or snapshotID.</param>
/// <param name="Problem">A sentence: what is wrong with which file.</param>
public sealed record StoreDamage(StoredKind Kind, long Id, string Problem);

/// <summary>
/// Reads a store's folder when it is opened, and finishes what a crash interrupted: copies are taken up again, atomic
/// writes brought to their end, images that nobody needs any more are named for removal. An image with a damaged file
/// is put aside and told; the others are served.
/// </summary>
internal sealed class StoreLoader
{
    private readonly StoreFolder _folder;
    private readonly Dictionary<ImageName, StoredImage> _images = [];
    private readonly Dictionary<ImageName, string> _problems = [];

    private StoreLoader(StoreFolder folder) => _folder = folder;

    /// <summary>
    /// All sound images, linked to the copies under way; those that are deleted or reverted away are marked retired. And
    /// the damaged ones, of which nothing is touched.
    /// </summary>
    public static (List<StoredImage> Images, List<(ImageName Name, StoreDamage Damage)> Damaged) Load(StoreFolder folder)
    {
        var loader = new StoreLoader(folder);
        loader.OpenImages();
        loader.ResumeCopies();
        loader.MarkRetired();
        loader.FinishAtomicWrites();
        return loader.Result();
    }

    private void OpenImages()
    {
        foreach (var name in _folder.Names(ImageName.ImageSuffix).ToList())
        {
            try
            {
                _images.Add(name, new StoredImage(name, FileBlockDevice.Open(_folder.PathOf(name.ImageFile), _folder.Io, _folder.Trace), _folder));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                _problems[name] = $"{name.ImageFile} cannot be opened: {failure.Message}";
            }
        }
    }

    // All states before any link: a copy whose source turns out to be damaged must not read from it.
    private void ResumeCopies()
    {
        var loaded = new List<(StoredImage Destination, CopyState State, byte[] Done)>();
        foreach (var name in _folder.Names(ImageName.CopySuffix).ToList())
        {
            if (!_images.TryGetValue(name, out var destination))
            {
                if (!_problems.ContainsKey(name)) _folder.Delete(name.CopyFile); // the crash came before the image was there
                continue;
            }
            try
            {
                var state = CopyState.Load(_folder.PathOf(name.CopyFile), out var done, _folder.Trace);
                loaded.Add((destination, state, done));
                if (state.LengthBytes > destination.Device.LengthBytes)
                    _problems[name] = $"{name.ImageFile} is cut short: {destination.Device.LengthBytes} of {state.LengthBytes} bytes are there.";
            }
            catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                _problems[name] = failure.Message;
            }
        }
        foreach (var (destination, state, done) in loaded)
        {
            var source = _problems.ContainsKey(state.Source) ? null : _images.GetValueOrDefault(state.Source);
            var copy = new ChunkCopy(source, destination, state, done);
            destination.Incoming = copy;
            source?.AddOutgoing(copy);
        }
    }

    private void MarkRetired()
    {
        foreach (var name in _folder.Names(ImageName.GoneSuffix).ToList())
            if (!_images.ContainsKey(name) && !_problems.ContainsKey(name)) _folder.Delete(name.GoneFile);

        foreach (var generations in _images.Values.GroupBy(image => (image.Name.Kind, image.Name.Id)))
        {
            var newest = generations.MaxBy(image => image.Name.Generation)!;
            foreach (var image in generations) image.IsRetired = image != newest || _folder.Has(image.Name.GoneFile);
        }
    }

    private void FinishAtomicWrites()
    {
        foreach (var name in _folder.Names(ImageName.IntentSuffix).ToList())
        {
            if (_problems.ContainsKey(name)) continue;
            try
            {
                if (_images.TryGetValue(name, out var image) && !image.IsRetired)
                    IntentJournal.Replay(_folder.PathOf(name.IntentFile), (offset, data) => image.Write(offset, data.Span, durable: true));
                _folder.Delete(name.IntentFile);
            }
            catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                _problems[name] = failure.Message;
            }
        }
    }

    // With a damaged image all generations of its id are put aside: nothing of them is removed while people may still want it.
    private (List<StoredImage>, List<(ImageName, StoreDamage)>) Result()
    {
        var bad = _problems.Keys.Select(name => (name.Kind, name.Id)).ToHashSet();
        var sound = new List<StoredImage>();
        foreach (var image in _images.Values)
        {
            if (!bad.Contains((image.Name.Kind, image.Name.Id))) sound.Add(image);
            else PutAside(image);
        }
        return (sound, [.. _problems.Select(one => (one.Key, new StoreDamage(one.Key.Kind, one.Key.Id, one.Value)))]);
    }

    private static void PutAside(StoredImage image)
    {
        if (image.Incoming is { } copy)
        {
            copy.Close(cancelled: true);
            copy.Source?.RemoveOutgoing(copy);
        }
        image.Dispose();
    }
}
