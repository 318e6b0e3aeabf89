using System.Net;

namespace Headgate.Api.Auth;

/// <summary>
/// Slows down who presents keys that are none. Each address may be wrong <see cref="Burst"/> times, then once each
/// <see cref="Pause"/>; beyond that it is not even looked up. Keys that opened something of late pass all the same, so that one
/// machine behind an address that others share is not locked out by them.
/// </summary>
/// <remarks>
/// The memory is fixed: addresses share <see cref="Slots"/> counters by their hash. Who shares one with an attacker is slowed down
/// with it, which costs those only whose key has not been seen since the start of the server.
/// </remarks>
internal sealed class FailureGate(TimeProvider clock)
{
    /// <summary>A misconfigured client that retries at once is told what is wrong this often before it is slowed down.</summary>
    public const int Burst = 20;

    /// <summary>Counters; 16 bytes each. An IPv6 attacker has a /64, which counts as one address.</summary>
    public const int Slots = 4096;

    /// <summary>Keys remembered as good; 8 bytes each. Ten times what a busy installation has in use.</summary>
    public const int Remembered = 1024;

    /// <summary>One more wrong key per address in this time: no use for guessing at 256 bits, and no load.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    private const int Ipv6NetworkBytes = 8;

    // The time at which each slot's failures will have been forgotten, in clock timestamps (GCRA: one number per counter).
    private readonly long[] _forgotten = new long[Slots];
    private readonly int[] _good = new int[Remembered];

    /// <summary>How long an address has to wait; zero when its key may be looked up.</summary>
    public TimeSpan Wait(IPAddress? address, string key)
    {
        var hash = HashOf(key);
        if (Volatile.Read(ref _good[Slot(hash, Remembered)]) == hash) return TimeSpan.Zero;
        var ahead = Volatile.Read(ref _forgotten[SlotOf(address)]) - clock.GetTimestamp();
        var most = Ticks(Pause) * (Burst - 1);
        return ahead <= most ? TimeSpan.Zero : TimeSpan.FromSeconds((double)(ahead - most) / clock.TimestampFrequency);
    }

    /// <summary>A key of this address opened nothing.</summary>
    public void Failed(IPAddress? address, string key)
    {
        var hash = HashOf(key);
        Interlocked.CompareExchange(ref _good[Slot(hash, Remembered)], 0, hash); // revoked since
        ref var slot = ref _forgotten[SlotOf(address)];
        while (true)
        {
            var seen = Volatile.Read(ref slot);
            var next = Math.Max(seen, clock.GetTimestamp()) + Ticks(Pause);
            if (Interlocked.CompareExchange(ref slot, next, seen) == seen) return;
        }
    }

    /// <summary>A key opened something.</summary>
    public void Opened(string key)
    {
        var hash = HashOf(key);
        Volatile.Write(ref _good[Slot(hash, Remembered)], hash);
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);

    private static int SlotOf(IPAddress? address)
    {
        if (address is null) return 0; // a socket that is no network's, such as a Unix one
        Span<byte> bytes = stackalloc byte[16];
        var v4 = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        v4.TryWriteBytes(bytes, out var length);
        var hash = new HashCode();
        hash.AddBytes(bytes[..Math.Min(length, Ipv6NetworkBytes)]);
        return Slot(hash.ToHashCode(), Slots);
    }

    // Seeded per process, so that nobody can choose a key that stands for another. Never 0, which marks an empty place.
    private static int HashOf(string key) => key.GetHashCode(StringComparison.Ordinal) is var hash and not 0 ? hash : 1;

    private static int Slot(int hash, int slots) => (int)((uint)hash % (uint)slots);
}
