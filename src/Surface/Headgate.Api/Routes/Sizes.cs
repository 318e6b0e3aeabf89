using Headgate.Primitives;

namespace Headgate.Api.Routes;

/// <summary>Byte counts from the wire, where they can be negative.</summary>
internal static class Sizes
{
    /// <summary>Null and the size, or the refusal of a negative one; no size for none given.</summary>
    public static Fault? Read(long? bytes, string member, out ByteSize? size)
    {
        size = bytes is >= 0 ? new ByteSize(bytes.Value) : null;
        return bytes is < 0
            ? new Fault("size-negative", $"{member} is {bytes}; a size cannot be negative.", Recovery.FixRequest)
            : null;
    }
}
