using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Headgate.Qos;

/// <summary>
/// Asks for an object before it is needed. With 10,000 volumes those that are decided about are not in the cache, and
/// nothing else in a decision takes long: fetching the next one's while this one's I/O is being handed over hides that.
/// A hint: without the instruction, or with an object that has moved meanwhile, nothing happens.
/// </summary>
internal static unsafe class CacheHint
{
    /// <summary>Volumes up to which all that decisions touch stays in a core's own cache: some 400 bytes each, of 1 to 2 MiB.</summary>
    public const int VolumesMin = 2_000;

    private const int LineBytes = 64;

    /// <summary>Asks for the first <paramref name="lines"/> cache lines of an object.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(object o, int lines)
    {
        if (!Sse.IsSupported) return;
        // The reference itself as a number: to take the address of a field, the object would be read first.
        var at = (byte*)Unsafe.As<object, nint>(ref o);
        for (var line = 0; line < lines; line++) Sse.Prefetch0(at + line * LineBytes);
    }
}
