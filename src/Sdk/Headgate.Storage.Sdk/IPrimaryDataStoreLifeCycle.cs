using Headgate.Primitives;

namespace Headgate.Storage.Sdk;

/// <summary>What the real storage behind a pool turned out to be.</summary>
/// <param name="BackendId">The storage's own identity: two pools with one id are one array. It never changes.</param>
/// <param name="Description">For people: product and version.</param>
/// <param name="CapacityBytes">Bytes that may be provisioned in all, everybody's included; null when it does not say.</param>
/// <param name="CapacityIops">The sum of minimums that it can keep; null when it does not say.</param>
/// <param name="Capabilities">What this very storage can honour.</param>
public sealed record PoolFacts(
    string BackendId, string Description, ByteSize? CapacityBytes, long? CapacityIops, DriverCapabilities Capabilities);

/// <summary>What a pool may be used for.</summary>
public enum PoolScope
{
    /// <summary>All hosts of a zone.</summary>
    Zone,

    /// <summary>The hosts of one cluster.</summary>
    Cluster,

    /// <summary>One host.</summary>
    Host,
}

/// <summary>Brings a pool into service and out of it. Every call may be repeated.</summary>
public interface IPrimaryDataStoreLifeCycle
{
    /// <summary>
    /// Checks the settings against the real storage (address, credentials, rights) and reads what it can do. Changes
    /// nothing on it that a second pool or a repeat would notice.
    /// </summary>
    ValueTask<Outcome<PoolFacts>> InitializeAsync(CancellationToken stop);

    /// <summary>Makes ready to serve all hosts of the scope: accounts, groups, exports that volumes will need. A repeat is Done.</summary>
    ValueTask<Outcome<Nothing>> AttachAsync(PoolScope scope, CancellationToken stop);

    /// <summary>Stops new work on the storage; volumes stay as they are, and can be found and listed. A repeat is Done.</summary>
    ValueTask<Outcome<Nothing>> EnterMaintenanceAsync(CancellationToken stop);

    /// <summary>The end of maintenance: everything works as before. Done as well when there was none.</summary>
    ValueTask<Outcome<Nothing>> LeaveMaintenanceAsync(CancellationToken stop);

    /// <summary>
    /// Takes away what <see cref="AttachAsync"/> made. Called when no volume of ours is left; must refuse with
    /// <see cref="FaultCodes.InUse"/> when it finds one after all. A repeat is Done, and so is attaching again afterwards.
    /// </summary>
    ValueTask<Outcome<Nothing>> RemoveAsync(CancellationToken stop);
}
