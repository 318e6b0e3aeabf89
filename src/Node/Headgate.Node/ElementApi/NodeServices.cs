using Headgate.Blocks;
using Headgate.Node.Catalog;

namespace Headgate.Node.ElementApi;

/// <summary>What the methods that change volumes work with.</summary>
internal sealed record NodeServices(
    NodeCatalog Catalog, VolumeStore Store, VolumeRuntimes Runtimes, VolumeGates Gates, NodeCapacity Capacity,
    AccessGuard Guard, INodeEvents Events, TimeProvider Time);
