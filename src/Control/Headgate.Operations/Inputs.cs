using Headgate.Domain;
using Headgate.Primitives;

namespace Headgate.Operations;

/// <summary>Input of volume.resize.</summary>
/// <param name="SizeBytes">The size to grow to, on the storage's step.</param>
/// <param name="Promises">What holds at that size.</param>
public sealed record ResizeInput(long SizeBytes, IReadOnlyList<Promise> Promises);

/// <summary>Input of volume.set-qos and volume.change-offering.</summary>
/// <param name="DiskOfferingId">The offering afterwards.</param>
/// <param name="Promises">What shall hold afterwards.</param>
public sealed record ChangeInput(Guid DiskOfferingId, IReadOnlyList<Promise> Promises);

/// <summary>Input of volume.migrate.</summary>
/// <param name="MoveId">The row of the copy on the target.</param>
/// <param name="TargetPoolId">Where it goes.</param>
/// <param name="SizeBytes">Its size there, on that storage's step.</param>
/// <param name="DiskOfferingId">The offering's version afterwards.</param>
/// <param name="Promises">What shall hold afterwards.</param>
public sealed record MoveInput(Guid MoveId, Guid TargetPoolId, long SizeBytes, Guid DiskOfferingId, IReadOnlyList<Promise> Promises);

/// <summary>Input of host.join and host.leave: kept here, because a host that leaves has no row any more.</summary>
public sealed record HostInput(Guid PoolId, string Name, string InitiatorName);

/// <summary>Input of volume.connect and volume.disconnect.</summary>
public sealed record AccessInput(Guid AccessId);

/// <summary>Input of pool.change-capacity: the bounds before and after; null for what the storage has.</summary>
public sealed record CapacityInput(long? BytesBefore, long? IopsBefore, long? Bytes, long? Iops)
{
    internal PoolCommand.Bound Before => new(Size(BytesBefore), IopsBefore);

    internal PoolCommand.Bound After => new(Size(Bytes), Iops);

    private static ByteSize? Size(long? bytes) => bytes is { } given ? new ByteSize(given) : null;
}
