using Headgate.Operations.Hosts;
using Headgate.Operations.Pools;
using Headgate.Operations.Snapshots;
using Headgate.Operations.Templates;
using Headgate.Operations.Volumes;
using Headgate.Secrets;

namespace Headgate.Operations;

/// <summary>All operations that this build knows.</summary>
public static class HeadgateOperations
{
    /// <summary>The catalogue, for an engine and for those who start operations.</summary>
    public static OperationCatalog Catalog(
        ArrayDirectory arrays, StoreCache stores, SecretBox secrets, TemplateTools templates, StepNotes notes) => new(
        [
            .. PoolOperations.All(arrays, stores), .. VolumeOperations.All(arrays, secrets, templates), .. SnapshotOperations.All(arrays), .. HostOperations.All(arrays),
            .. TemplateOperations.All(arrays, templates), .. MoveOperations.All(arrays, templates, notes),
        ]);
}
