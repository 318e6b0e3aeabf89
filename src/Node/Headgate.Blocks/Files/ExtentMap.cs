using System.Runtime.InteropServices;
using Headgate.Blocks.Native;

namespace Headgate.Blocks;

/// <summary>Where a sparse file has data, by SEEK_DATA and SEEK_HOLE.</summary>
internal static class ExtentMap
{
    /// <summary>Whether <paramref name="offset"/> is allocated, and for how many bytes from there that holds.</summary>
    public static IoFault Find(PositionedFile file, long offset, long length, out bool allocated, out long run)
    {
        (allocated, run) = (true, length - offset);
        try
        {
            var data = Libc.Seek(file.Handle, offset, Libc.SEEK_DATA);
            if (data < 0)
            {
                // ENXIO: a hole up to the end. A file system that cannot tell calls everything data and never comes here.
                if (Marshal.GetLastPInvokeError() != Libc.ENXIO) return IoFault.ReadFailed;
                allocated = false;
                return IoFault.None;
            }
            if (data > offset)
            {
                (allocated, run) = (false, Math.Min(data, length) - offset);
                return IoFault.None;
            }
            var hole = Libc.Seek(file.Handle, offset, Libc.SEEK_HOLE);
            if (hole < 0) return IoFault.ReadFailed;
            run = Math.Min(hole, length) - offset;
            return IoFault.None;
        }
        catch (ObjectDisposedException)
        {
            return IoFault.Gone;
        }
    }
}
