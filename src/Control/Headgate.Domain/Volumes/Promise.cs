using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>
/// One limit of one volume, all the way: what was asked, whether the volume may exist without it, what was granted and by
/// whom, and what was read back from the storage. IOPS normalised to 4 KiB, or bytes per second.
/// </summary>
/// <param name="Kind">Which limit.</param>
/// <param name="Requested">The number asked; null for none.</param>
/// <param name="Required">Whether the volume may not exist without it.</param>
/// <param name="Granted">The number granted; null for none.</param>
/// <param name="EnforcedBy">Who keeps it.</param>
/// <param name="Applied">What the storage had when last read back; null when not known or not set there.</param>
public sealed record Promise(
    PromiseKind Kind, long? Requested, bool Required, long? Granted, Enforcer EnforcedBy, long? Applied);

/// <summary>The four promises of a volume as numbers.</summary>
public static class Promises
{
    /// <summary>The number of <paramref name="kind"/> in <paramref name="qos"/>.</summary>
    public static long? Of(this QosSpec qos, PromiseKind kind) => kind switch
    {
        PromiseKind.MinIops => qos.MinIops,
        PromiseKind.MaxIops => qos.MaxIops,
        PromiseKind.BurstIops => qos.BurstIops,
        PromiseKind.MaxBandwidth => qos.MaxBandwidth?.Bytes,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>What was asked, as one spec.</summary>
    public static QosSpec Requested(this IReadOnlyList<Promise> promises) => Spec(promises, p => p.Requested);

    /// <summary>What the storage shall be told: the promises that it keeps.</summary>
    public static QosSpec ForStorage(this IReadOnlyList<Promise> promises) =>
        Spec(promises, p => p.EnforcedBy is Enforcer.Storage ? p.Granted : null);

    /// <summary>The IOPS that the ledger must hold back for these promises.</summary>
    public static long ReservedIops(this IReadOnlyList<Promise> promises) => promises.ForStorage().MinIops ?? 0;

    /// <summary>The bytes per second that the ledger must hold back for these promises.</summary>
    public static ByteSize ReservedBandwidth(this IReadOnlyList<Promise> promises) => promises.ForStorage().MaxBandwidth ?? default;

    /// <summary>The same promises with what the storage was read to have.</summary>
    public static IReadOnlyList<Promise> WithApplied(this IReadOnlyList<Promise> promises, QosSpec applied) =>
        [.. promises.Select(p => p with { Applied = applied.Of(p.Kind) })];

    private static QosSpec Spec(IReadOnlyList<Promise> promises, Func<Promise, long?> number)
    {
        long? Of(PromiseKind kind) => promises.FirstOrDefault(p => p.Kind == kind) is { } p ? number(p) : null;
        var max = Of(PromiseKind.MaxIops);
        // A burst means nothing to whoever was not given the max that it rises above.
        var burst = max is null ? null : Of(PromiseKind.BurstIops);
        var bandwidth = Of(PromiseKind.MaxBandwidth);
        return QosSpec.Create(Of(PromiseKind.MinIops), max, burst, bandwidth is { } b ? new ByteSize(b) : null);
    }
}
