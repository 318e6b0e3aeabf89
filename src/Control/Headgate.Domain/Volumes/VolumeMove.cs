using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>
/// The other copy of a volume that is being moved: on the target pool until the volume is switched to it, on the source pool from then on until it
/// is deleted there. The row goes with that copy. It holds its own part of its pool's ledger.
/// </summary>
public sealed record VolumeMove : IAggregate
{
    public required Guid Id { get; init; }

    public required Guid VolumeId { get; init; }

    /// <summary>Where the other copy is.</summary>
    public required Guid PoolId { get; init; }

    /// <summary>The other copy's key on its storage.</summary>
    public required Guid StorageKey { get; init; }

    /// <summary>The storage's name for the other copy; null until it is made.</summary>
    public string? Handle { get; init; }

    /// <summary>True once the volume is on the target, and this is what it left behind.</summary>
    public bool IsSwitched { get; init; }

    /// <summary>Bytes held in <see cref="PoolId"/>'s ledger.</summary>
    public ByteSize ReservedBytes { get; init; }

    /// <summary>IOPS held there.</summary>
    public long ReservedIops { get; init; }

    /// <summary>Bytes per second held there.</summary>
    public ByteSize ReservedBandwidth { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public long Version { get; init; }

    /// <summary>All that it holds.</summary>
    public Reservation Reserved => new(ReservedBytes, ReservedIops, ReservedBandwidth);

    /// <summary>Stands for what <paramref name="source"/> was before it was switched: that copy, and what it holds of its pool.</summary>
    public VolumeMove LeftBehind(Volume source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return this with
        {
            PoolId = source.PoolId, StorageKey = source.Key, Handle = source.Handle, IsSwitched = true,
            ReservedBytes = source.ReservedBytes, ReservedIops = source.ReservedIops, ReservedBandwidth = source.ReservedBandwidth,
        };
    }
}
