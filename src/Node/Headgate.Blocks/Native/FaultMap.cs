namespace Headgate.Blocks.Native;

/// <summary>Turns errno into the few faults that a target tells apart.</summary>
internal static class FaultMap
{
    /// <summary>The fault of a write by its errno, 0 for none: no space is told apart, all else is a write error.</summary>
    public static IoFault OfWrite(int errno) => errno switch
    {
        0 => IoFault.None,
        Libc.ENOSPC or Libc.EDQUOT => IoFault.NoSpace,
        _ => IoFault.WriteFailed,
    };

    /// <summary>Same, of an exception of .NET's file methods; on Linux its HResult is the errno.</summary>
    public static IoFault OfWrite(IOException failure) => OfWrite(failure.HResult);
}
