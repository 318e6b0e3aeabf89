namespace Headgate.Control.Events;

/// <summary>Ids for what is written many times in a millisecond and listed by time.</summary>
public static class OrderedId
{
    private const int FractionBits = 12;

    /// <summary>
    /// A version 7 id whose 12 bits behind the version are the fraction of the millisecond (RFC 9562 section 6.2, method 3), so that ids are
    /// in order to a quarter of a microsecond.
    /// </summary>
    public static Guid At(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(now).TryWriteBytes(bytes, bigEndian: true, out _);
        var fraction = (int)((now.UtcTicks % TimeSpan.TicksPerMillisecond << FractionBits) / TimeSpan.TicksPerMillisecond);
        bytes[6] = (byte)(0x70 | (fraction >> 8));
        bytes[7] = (byte)fraction;
        return new Guid(bytes, bigEndian: true);
    }
}
