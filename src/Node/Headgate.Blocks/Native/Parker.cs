using System.Runtime.InteropServices;

namespace Headgate.Blocks.Native;

/// <summary>
/// Where one thread rests until another lets it go on, by futex(2). A monitor costs two more context switches for each
/// rest: who is woken by Pulse runs into the lock that the waker still holds, and sleeps again until that is given up.
/// </summary>
public sealed unsafe class Parker : IDisposable
{
    private const int LineBytes = 64; // a cache line of its own: the waker writes it, the sleeper's neighbours do not wait for that

    private int* _mayGo = Make();

    /// <summary>Rests until <see cref="Unpark"/>, or not at all when that came first. One thread only.</summary>
    public void Park()
    {
        while (Interlocked.CompareExchange(ref *_mayGo, 0, 1) != 1) Libc.FutexWait(_mayGo, 0);
    }

    /// <summary>Lets the thread go on that rests, or the next one that wants to. Several calls before that count once. What was written before is seen by it.</summary>
    public void Unpark()
    {
        if (Interlocked.Exchange(ref *_mayGo, 1) == 0) Libc.FutexWake(_mayGo);
    }

    /// <summary>Gives its memory back; nobody may rest in it or wake any more.</summary>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_mayGo);
        _mayGo = null;
    }

    private static int* Make()
    {
        var line = (int*)NativeMemory.AlignedAlloc(LineBytes, LineBytes);
        *line = 0;
        return line;
    }
}
