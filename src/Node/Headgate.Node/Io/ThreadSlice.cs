using System.Runtime.InteropServices;

namespace Headgate.Node.Io;

/// <summary>
/// How soon the kernel lets a waking thread in: a thread that asks for a short slice has the earlier deadline in EEVDF
/// (Stoica, Abdel-Wahab, 1996) and, since Linux 6.12, is let in before the running one's slice of 2.8 ms is over. It gets
/// no larger share of the CPU by it and needs no privilege. On other kernels nothing happens.
/// </summary>
internal static class ThreadSlice
{
    /// <summary>The least that the kernel takes: an I/O needs 10 to 50 us of CPU.</summary>
    public const ulong ShortNs = 100_000;

    /// <summary>0 is what the kernel gives everybody.</summary>
    public const ulong UsualNs = 0;

    // Numbers of sched_setattr and sched_getattr: arch/x86/entry/syscalls/syscall_64.tbl and asm-generic/unistd.h.
    private static readonly bool IsX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly int SetNumber = IsX64 ? 314 : 274;
    private static readonly int GetNumber = IsX64 ? 315 : 275;

    [ThreadStatic]
    private static bool s_isShort;

    [ThreadStatic]
    private static bool s_isKept;

    private static volatile bool s_isRefused; // an older kernel, or a sandbox: not asked again

    // struct sched_attr, version 0, with time slices in its runtime field.
    private struct SchedulingAttributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong RuntimeNs;
        public ulong DeadlineNs;
        public ulong PeriodNs;
    }

    /// <summary>Short slices for the calling thread, whatever it does: threads of the engine, which sleep after each I/O.</summary>
    public static void KeepShort()
    {
        s_isKept = true;
        Set(isShort: true);
    }

    /// <summary>
    /// For a connection's thread: short slices while its volume's I/O passes the gate at once, the usual ones while it
    /// queues there. So of the many threads of a busy node those that are within their mins get the CPU first.
    /// </summary>
    public static void Follow(bool isShort)
    {
        if (!s_isKept) Set(isShort);
    }

    private static void Set(bool isShort)
    {
        if (isShort == s_isShort || s_isRefused) return;
        s_isShort = isShort;
        Request(isShort ? ShortNs : UsualNs);
    }

    private static void Request(ulong sliceNs)
    {
        SchedulingAttributes attributes = default;
        var size = (uint)Marshal.SizeOf<SchedulingAttributes>();
        // Read first: what is not given would be reset, and going back to nice 0 is not allowed to everybody.
        if (GetAttributes(GetNumber, 0, ref attributes, size, 0) != 0 || attributes.Policy != 0)
        {
            s_isRefused = true;
            return;
        }
        (attributes.Size, attributes.Flags, attributes.RuntimeNs) = (size, 0, sliceNs);
        if (SetAttributes(SetNumber, 0, ref attributes, 0) != 0) s_isRefused = true;
    }

    [DllImport("libc", EntryPoint = "syscall")]
    private static extern long GetAttributes(long number, int thread, ref SchedulingAttributes attributes, uint size, uint flags);

    [DllImport("libc", EntryPoint = "syscall")]
    private static extern long SetAttributes(long number, int thread, ref SchedulingAttributes attributes, uint flags);
}
