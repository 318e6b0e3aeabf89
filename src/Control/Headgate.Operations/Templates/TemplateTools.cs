using Headgate.DiskImages;

namespace Headgate.Operations.Templates;

/// <summary>What operations on templates work with besides the storages.</summary>
/// <param name="Images">The server's own store.</param>
/// <param name="Fetcher">For images that are fetched.</param>
/// <param name="Mover">Writes content into volumes.</param>
public sealed record TemplateTools(ImageStore Images, ImageFetcher Fetcher, DataMover.DataMover Mover);
