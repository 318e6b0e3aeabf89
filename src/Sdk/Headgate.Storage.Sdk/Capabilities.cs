namespace Headgate.Storage.Sdk;

/// <summary>How far a driver itself takes a promise.</summary>
public enum Support
{
    /// <summary>Not at all; never asked of the driver.</summary>
    None,

    /// <summary>The host does it with other calls of the driver (for example a clone by copying).</summary>
    EmulatedByHost,

    /// <summary>The storage does it.</summary>
    Native,
}

/// <summary>Lawful values of a number: from, to, in steps.</summary>
public sealed record ValueRange(long From, long To, long Step = 1)
{
    /// <summary>True when <paramref name="value"/> lies within and on a step.</summary>
    public bool Holds(long value) => value >= From && value <= To && (value - From) % Step == 0;

    /// <inheritdoc/>
    public override string ToString() => Step == 1 ? $"{From} to {To}" : $"{From} to {To} in steps of {Step}";
}

/// <summary>A QoS limit: whether the storage enforces it, and the numbers that it takes.</summary>
public sealed record QosSupport(Support Support, ValueRange? Range = null)
{
    /// <summary>The storage does not enforce it.</summary>
    public static QosSupport None { get; } = new(Support.None);
}

/// <summary>
/// What a driver can honour. The core never asks for what is not declared here, and never lets an offering pass in
/// silence that the storage cannot honour. What is declared native is there as a facet, and a facet that is there is
/// declared native: QoS control with any limit, resize with live resize, snapshots, clones, copies, inventory, adoption, group snapshots, capacity control.
/// </summary>
/// <remarks>A driver without live resize may have <see cref="IResize"/> all the same, for volumes that nobody is connected to.</remarks>
public sealed record DriverCapabilities
{
    /// <summary>A minimum that is kept under contention, not just recorded.</summary>
    public QosSupport MinIops { get; init; } = QosSupport.None;

    /// <summary>A hard sustained limit.</summary>
    public QosSupport MaxIops { get; init; } = QosSupport.None;

    /// <summary>Burst above max on saved-up credit.</summary>
    public QosSupport BurstIops { get; init; } = QosSupport.None;

    /// <summary>A limit in bytes per second.</summary>
    public QosSupport MaxBandwidth { get; init; } = QosSupport.None;

    /// <summary>QoS changes take hold on a connected volume without interrupting it.</summary>
    public Support LiveQosChange { get; init; }

    /// <summary>Smallest and largest volume and the step that sizes are rounded up to, in bytes.</summary>
    public required ValueRange VolumeSize { get; init; }

    /// <summary>A connected volume can grow.</summary>
    public Support LiveResize { get; init; }

    /// <summary><see cref="ISnapshots"/>.</summary>
    public Support Snapshots { get; init; }

    /// <summary><see cref="IClones"/>.</summary>
    public Support Clones { get; init; }

    /// <summary><see cref="ICopies"/>.</summary>
    public Support Copies { get; init; }

    /// <summary>
    /// <see cref="ICapacityControl"/> changes how many bytes the storage gives the pool. Without it the pool has what
    /// <see cref="IPrimaryDataStoreLifeCycle.InitializeAsync"/> reads, and the host may keep to less in its own books.
    /// </summary>
    public Support CapacityBytesChange { get; init; }

    /// <summary>The same for the sum of minimums that the pool may promise.</summary>
    public Support CapacityIopsChange { get; init; }

    /// <summary>Access is protected by CHAP.</summary>
    public Support Chap { get; init; }

    /// <summary>A volume can be made visible to exactly one host and no other.</summary>
    public Support AccessPerHost { get; init; }

    /// <summary><see cref="IInventory"/>.</summary>
    public Support Inventory { get; init; }

    /// <summary><see cref="IAdoption"/>.</summary>
    public Support Adoption { get; init; }

    /// <summary><see cref="IGroupSnapshots"/>: several volumes at one moment.</summary>
    public Support GroupSnapshots { get; init; }
}
