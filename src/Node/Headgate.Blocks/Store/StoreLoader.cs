namespace Headgate.Blocks;

/// <summary>
/// Reads a store's folder when it is opened, and finishes what a crash interrupted: copies are taken up again, images
/// that nobody needs any more are named for removal.
/// </summary>
internal static class StoreLoader
{
    /// <summary>All images, linked to the copies under way. Those that are deleted or reverted away are marked retired.</summary>
    public static List<StoredImage> Load(StoreFolder folder)
    {
        var images = new Dictionary<ImageName, StoredImage>();
        foreach (var name in folder.Names(ImageName.ImageSuffix))
            images.Add(name, new StoredImage(name, FileBlockDevice.Open(folder.PathOf(name.ImageFile))));

        foreach (var name in folder.Names(ImageName.CopySuffix).ToList())
        {
            if (images.TryGetValue(name, out var destination)) Resume(folder, destination, images);
            else folder.Delete(name.CopyFile); // the crash came before the image was there
        }

        foreach (var name in folder.Names(ImageName.GoneSuffix).ToList())
            if (!images.ContainsKey(name)) folder.Delete(name.GoneFile);

        foreach (var generations in images.Values.GroupBy(image => (image.Name.Kind, image.Name.Id)))
        {
            var newest = generations.MaxBy(image => image.Name.Generation)!;
            foreach (var image in generations) image.IsRetired = image != newest || folder.Has(image.Name.GoneFile);
        }
        return [.. images.Values];
    }

    private static void Resume(StoreFolder folder, StoredImage destination, Dictionary<ImageName, StoredImage> images)
    {
        var state = CopyState.Load(folder.PathOf(destination.Name.CopyFile), out var done);
        var source = images.GetValueOrDefault(state.Source);
        var copy = new ChunkCopy(source, destination, state, done);
        destination.Incoming = copy;
        source?.AddOutgoing(copy);
    }
}
