using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>What is held of a pool for one volume.</summary>
/// <param name="Bytes">Of its space.</param>
/// <param name="Iops">Of the minimums that it can keep.</param>
/// <param name="Bandwidth">Of the bytes per second that it can move.</param>
public readonly record struct Reservation(ByteSize Bytes, long Iops, ByteSize Bandwidth)
{
    /// <summary>Nothing.</summary>
    public static Reservation None => default;

    /// <summary>What a volume of this size with these promises needs.</summary>
    public static Reservation For(ByteSize size, IReadOnlyList<Promise> promises) => new(size, promises.ReservedIops(), promises.ReservedBandwidth());

    /// <summary>Of each kind the larger one: what is held while one becomes the other.</summary>
    public Reservation OrMore(Reservation other) => new(
        Bytes > other.Bytes ? Bytes : other.Bytes, Math.Max(Iops, other.Iops), Bandwidth > other.Bandwidth ? Bandwidth : other.Bandwidth);
}
