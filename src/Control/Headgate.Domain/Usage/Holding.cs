namespace Headgate.Domain;

/// <summary>
/// What one volume or snapshot counts towards its account's quota: all that it may come to, from the moment at which it is asked for until it
/// is gone. A volume in the recycle bin counts in full, as its pool holds all of it back.
/// </summary>
/// <param name="Volumes">1 for a volume.</param>
/// <param name="Snapshots">1 for a snapshot.</param>
/// <param name="Bytes">Bytes of a volume; the larger size while it grows.</param>
/// <param name="MinIops">Min IOPS that it was granted; the larger while they change.</param>
/// <param name="MaxIops">Max IOPS that it was promised; the larger while they change. 0 with <paramref name="IsUnlimited"/>.</param>
/// <param name="IsUnlimited">A volume without a max: no sum of maxima holds it.</param>
public readonly record struct Holding(int Volumes, int Snapshots, long Bytes, long MinIops, long MaxIops, bool IsUnlimited)
{
    /// <summary>What a volume holds by itself: what it has, or has had reserved where that is more.</summary>
    public static Holding Of(Volume volume)
    {
        ArgumentNullException.ThrowIfNull(volume);
        if (volume.State is VolumeState.Expunged) return default;
        var (min, max) = Promised(volume.Promises);
        return new Holding(
            1, 0, Math.Max(volume.Size.Bytes, volume.ReservedBytes.Bytes), Math.Max(min, volume.ReservedIops), max ?? 0, max is null);
    }

    /// <summary>What a snapshot holds: a place.</summary>
    public static Holding Of(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return snapshot.State is SnapshotState.Deleted ? default : new Holding(0, 1, 0, 0, 0, false);
    }

    /// <summary>The same volume when it is also to have <paramref name="promises"/>: the larger of each.</summary>
    public Holding And(IReadOnlyList<Promise> promises)
    {
        var (min, max) = Promised(promises);
        return LargerOf(this with { MinIops = min, MaxIops = max ?? 0, IsUnlimited = max is null });
    }

    /// <summary>The larger of each.</summary>
    public Holding LargerOf(Holding other) => new(
        Math.Max(Volumes, other.Volumes), Math.Max(Snapshots, other.Snapshots), Math.Max(Bytes, other.Bytes),
        Math.Max(MinIops, other.MinIops), Math.Max(MaxIops, other.MaxIops), IsUnlimited || other.IsUnlimited);

    /// <summary>The difference of two holdings; every part may be below 0.</summary>
    public Growth Since(Holding before) => new(
        Volumes - before.Volumes, Snapshots - before.Snapshots, Bytes - before.Bytes, MinIops - before.MinIops, MaxIops - before.MaxIops,
        (IsUnlimited ? 1 : 0) - (before.IsUnlimited ? 1 : 0));

    /// <summary>A min counts as far as it was granted, a max also where it was only asked for: without it there would be none.</summary>
    private static (long Min, long? Max) Promised(IReadOnlyList<Promise> promises)
    {
        long? Of(PromiseKind kind, Func<Promise, long?> number) => promises.FirstOrDefault(p => p.Kind == kind) is { } promise ? number(promise) : null;
        return (Of(PromiseKind.MinIops, p => p.Granted) ?? 0, Of(PromiseKind.MaxIops, p => p.Granted ?? p.Requested));
    }
}

/// <summary>By how much an account's holdings change; parts below 0 for what is given back.</summary>
public readonly record struct Growth(int Volumes, int Snapshots, long Bytes, long MinIops, long MaxIops, int Unlimited)
{
    /// <summary>The sum of two.</summary>
    public static Growth operator +(Growth left, Growth right) => left.Add(right);

    /// <summary>The sum of two.</summary>
    public Growth Add(Growth other) => new(
        Volumes + other.Volumes, Snapshots + other.Snapshots, Bytes + other.Bytes, MinIops + other.MinIops, MaxIops + other.MaxIops, Unlimited + other.Unlimited);
}
