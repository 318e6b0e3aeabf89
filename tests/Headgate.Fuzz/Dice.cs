namespace Headgate.Fuzz;

/// <summary>Chance that can be had again: SplitMix64, the same for a seed on every machine and version.</summary>
internal sealed class Dice(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E37_79B9_7F4A_7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }

    /// <summary>0 to <paramref name="below"/> - 1.</summary>
    public int Below(int below) => (int)((Next() >> 32) * (ulong)below >> 32);

    /// <summary>True once in <paramref name="times"/>.</summary>
    public bool OneIn(int times) => Below(times) == 0;

    public byte Byte() => (byte)Next();

    public T Of<T>(params ReadOnlySpan<T> these) => these[Below(these.Length)];

    /// <summary>A number that code likes to be wrong about: around powers of two, around a limit, or any.</summary>
    public uint Edge(uint limit) => Below(8) switch
    {
        0 => 0,
        1 => limit,
        2 => limit - 1 + (uint)Below(3),
        3 => uint.MaxValue - (uint)Below(3),
        4 => (1u << Below(32)) - 1 + (uint)Below(3),
        5 => (uint)Next(),
        _ => (uint)Below((int)Math.Min(limit, int.MaxValue - 1) + 1),
    };
}
