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

/// <summary>Brings a pool into service and out of it. Every call may be repeated. May have the facet <see cref="ICapacityControl"/>.</summary>
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

/// <summary>How much a pool may give to volumes.</summary>
/// <param name="Bytes">Bytes that they may add up to; null for all that the storage has.</param>
/// <param name="Iops">What their minimums may add up to; null for all that the storage can keep.</param>
public sealed record PoolCapacity(ByteSize? Bytes, long? Iops);

/// <summary>
/// A facet of the life cycle: the operator gives the pool more of the storage, or less, and the storage itself is changed
/// (an array volume grows, a budget is written down beside the data). A storage whose capacity is changed by other means,
/// a cluster that gets another node, does not have it: <see cref="IPrimaryDataStoreLifeCycle.InitializeAsync"/> reads its
/// capacity anew whenever it is called.
/// </summary>
public interface ICapacityControl
{
    /// <summary>
    /// Changes the capacity and returns the facts as read back afterwards, which every server reads from then on. It is kept:
    /// what would go beyond it is refused with <see cref="FaultCodes.OutOfCapacity"/> or <see cref="FaultCodes.OutOfIops"/>. The
    /// capacity that the pool has already is Done. What is null becomes what the storage gives by itself.
    /// </summary>
    /// <remarks>
    /// Less than volumes take or are promised is refused with <see cref="FaultCodes.CapacityInUse"/> and the figures, more than the
    /// storage has with <see cref="FaultCodes.OutOfCapacity"/> or <see cref="FaultCodes.OutOfIops"/>, and a kind of capacity that the
    /// capabilities do not declare with <see cref="FaultCodes.InvalidArgument"/>. Volumes stay as they are.
    /// </remarks>
    ValueTask<Outcome<PoolFacts>> ChangeCapacityAsync(PoolCapacity capacity, CancellationToken stop);
}
