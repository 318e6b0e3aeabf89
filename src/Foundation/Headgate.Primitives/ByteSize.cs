using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Headgate.Primitives;

/// <summary>A size or rate in bytes; never negative. Text uses binary units: <c>10GiB</c>, <c>512 MiB</c>, <c>4096</c>.</summary>
public readonly record struct ByteSize : IComparable<ByteSize>
{
    private static readonly (string Name, long Bytes)[] Units =
    [
        ("PiB", 1L << 50), ("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10),
        ("PB", 1_000_000_000_000_000), ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000),
        ("KB", 1_000), ("B", 1),
    ];

    /// <summary>A size of <paramref name="bytes"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytes"/> is negative.</exception>
    public ByteSize(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
    }

    /// <summary>The size in bytes.</summary>
    public long Bytes { get; }

    /// <summary><paramref name="count"/> KiB (1024 bytes each).</summary>
    public static ByteSize KiB(long count) => new(checked(count * (1L << 10)));

    /// <summary><paramref name="count"/> MiB.</summary>
    public static ByteSize MiB(long count) => new(checked(count * (1L << 20)));

    /// <summary><paramref name="count"/> GiB.</summary>
    public static ByteSize GiB(long count) => new(checked(count * (1L << 30)));

    /// <summary><paramref name="count"/> TiB.</summary>
    public static ByteSize TiB(long count) => new(checked(count * (1L << 40)));

    /// <summary>This size rounded up to a multiple of <paramref name="step"/>.</summary>
    public ByteSize RoundUpTo(ByteSize step) =>
        step.Bytes <= 1 ? this : new(checked((Bytes + step.Bytes - 1) / step.Bytes * step.Bytes));

    /// <summary>
    /// Reads <c>NUMBER[UNIT]</c>: a decimal number (a fraction is fine when the result is a whole number of bytes) and
    /// one of B, KiB … PiB, KB … PB; upper or lower case; a trailing <c>/s</c> is allowed for rates.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ByteSize size)
    {
        size = default;
        var rest = text.AsSpan().Trim();
        if (rest.EndsWith("/s", StringComparison.OrdinalIgnoreCase)) rest = rest[..^2].TrimEnd();

        long unit = 1;
        foreach (var (name, bytes) in Units)
        {
            if (!rest.EndsWith(name, StringComparison.OrdinalIgnoreCase)) continue;
            unit = bytes;
            rest = rest[..^name.Length].TrimEnd();
            break;
        }

        const NumberStyles style = NumberStyles.AllowDecimalPoint;
        if (!decimal.TryParse(rest, style, CultureInfo.InvariantCulture, out var number)) return false;
        if (number > long.MaxValue / (decimal)unit) return false;
        var total = number * unit;
        if (total != decimal.Truncate(total)) return false;
        size = new((long)total);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(ByteSize other) => Bytes.CompareTo(other.Bytes);

    /// <summary>The largest binary unit that gives at most two decimals, for example <c>1.5 GiB</c>.</summary>
    public override string ToString()
    {
        foreach (var (name, bytes) in Units)
        {
            if (name.Length != 3 || Bytes < bytes) continue;
            var value = (decimal)Bytes / bytes;
            return string.Create(CultureInfo.InvariantCulture, $"{decimal.Round(value, 2):0.##} {name}");
        }
        return string.Create(CultureInfo.InvariantCulture, $"{Bytes} B");
    }

#pragma warning disable CS1591 // the operators do what their symbols say
    public static bool operator <(ByteSize left, ByteSize right) => left.Bytes < right.Bytes;
    public static bool operator >(ByteSize left, ByteSize right) => left.Bytes > right.Bytes;
    public static bool operator <=(ByteSize left, ByteSize right) => left.Bytes <= right.Bytes;
    public static bool operator >=(ByteSize left, ByteSize right) => left.Bytes >= right.Bytes;
    public static ByteSize operator +(ByteSize left, ByteSize right) => new(checked(left.Bytes + right.Bytes));
    public static ByteSize operator -(ByteSize left, ByteSize right) => new(left.Bytes - right.Bytes);
#pragma warning restore CS1591
}
