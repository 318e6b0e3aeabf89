using Headgate.Blocks;
using Headgate.Node.Catalog;

namespace Headgate.Node.ElementApi;

/// <summary>What the methods that change volumes work with.</summary>
internal sealed record NodeServices(
    NodeCatalog Catalog, VolumeStore Store, VolumeRuntimes Runtimes, VolumeGates Gates, NodeCapacity Capacity,
    AccessGuard Guard, INodeEvents Events, TimeProvider Time)
{
    /// <summary>Makes a volume's file at least so long. It may be longer already: a growth whose row was refused leaves that.</summary>
    public void GrowFile(long volumeId, long bytes)
    {
        if (Store.Open(volumeId).LengthBytes < bytes) Store.Grow(volumeId, bytes);
    }
}
