using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Headgate.Blocks.Native;

/// <summary>
/// Sleep of one thread to the nanosecond (the kernel adds 50 us of timer slack at most), that any other thread can end.
/// .NET's own waits count whole milliseconds, which at 10,000 IOPS are ten I/Os.
/// </summary>
public sealed class WakeableNap : IDisposable
{
    private readonly SafeFileHandle _wake;

    /// <summary>Makes the descriptor that wakes it.</summary>
    /// <exception cref="IOException">No descriptor is left.</exception>
    public WakeableNap()
    {
        var descriptor = Libc.EventDescriptor(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        if (descriptor < 0) throw new IOException("eventfd failed: no file descriptor is left; raise the limit (ulimit -n).");
        _wake = new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Monotonic nanoseconds: the clock of <see cref="Sleep"/>.</summary>
    public static long NowNs => Stopwatch.Frequency == 1_000_000_000
        ? Stopwatch.GetTimestamp()
        : (long)((Int128)Stopwatch.GetTimestamp() * 1_000_000_000 / Stopwatch.Frequency);

    /// <summary>Returns after <paramref name="nanoseconds"/> (<see cref="long.MaxValue"/>: never by itself), or when woken.</summary>
    public unsafe void Sleep(long nanoseconds)
    {
        var descriptor = (int)_wake.DangerousGetHandle();
        var polled = new Libc.PollFd { Descriptor = descriptor, Events = Libc.POLLIN };
        var timeout = new Libc.TimeSpec { Seconds = nanoseconds / 1_000_000_000, Nanoseconds = nanoseconds % 1_000_000_000 };
        if (Libc.Poll(&polled, 1, nanoseconds == long.MaxValue ? null : &timeout, 0) <= 0) return;
        ulong taken;
        _ = Libc.Read(descriptor, &taken, sizeof(ulong));
    }

    /// <summary>Ends the sleep under way, or the next one at once.</summary>
    public unsafe void Wake()
    {
        ulong one = 1;
        _ = Libc.Write((int)_wake.DangerousGetHandle(), &one, sizeof(ulong));
    }

    /// <summary>Gives the descriptor back; nobody may sleep in it any more.</summary>
    public void Dispose() => _wake.Dispose();
}
