using System.Runtime.InteropServices;

namespace Headgate.Blocks.Native;

/// <summary>Turns errno into the few faults that a target tells apart.</summary>
internal static class FaultMap
{
    /// <summary>The fault of a failed write, flush or discard, by the last P/Invoke's errno.</summary>
    public static IoFault OfLastWrite() => OfWrite(Marshal.GetLastPInvokeError());

    /// <summary>The fault of a failed write: no space is told apart, all else is a write error.</summary>
    public static IoFault OfWrite(int errno) =>
        errno is Libc.ENOSPC or Libc.EDQUOT ? IoFault.NoSpace : IoFault.WriteFailed;

    /// <summary>Same, of an exception of .NET's file methods; on Linux its HResult is the errno.</summary>
    public static IoFault OfWrite(IOException failure) => OfWrite(failure.HResult);
}
