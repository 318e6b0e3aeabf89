using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Headgate.Blocks.Native;
using Microsoft.Win32.SafeHandles;

namespace Headgate.Blocks;

/// <summary>
/// Which chunks of a copy are safely in its destination, on disk: a page of text that names the source, then one byte
/// per chunk. A byte, not a bit, so that marking needs no reading and two markers cannot undo each other.
/// </summary>
internal sealed class CopyState : IDisposable
{
    /// <summary>Bytes per chunk: what one write of a client may have to wait for, and 1 MiB of state per TiB.</summary>
    public const int ChunkBytes = 1 << 20;

    private const int HeaderBytes = 4096;
    private const string Magic = "headgate-copy 1";
    private const byte Done = 1;

    private readonly SafeFileHandle _file;
    private volatile bool _lostMarks; // a sync failed, and Linux says so once: see FileBlockDevice

    private CopyState(SafeFileHandle file, ImageName source, long lengthBytes) =>
        (_file, Source, LengthBytes) = (file, source, lengthBytes);

    public ImageName Source { get; }

    /// <summary>Bytes to copy: the source's size at the point in time.</summary>
    public long LengthBytes { get; }

    public int Chunks => ChunksOf(LengthBytes);

    public static int ChunksOf(long lengthBytes) => checked((int)((lengthBytes + ChunkBytes - 1) / ChunkBytes));

    /// <summary>Writes and syncs a new one. <paramref name="done"/> has a byte per chunk, not 0 for what needs no copy.</summary>
    public static CopyState Create(string path, ImageName source, long lengthBytes, ReadOnlySpan<byte> done)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Magic}\n{source}\n{lengthBytes}\n{ChunkBytes}\n");
        var header = new byte[HeaderBytes];
        Encoding.ASCII.GetBytes(text, header);

        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.Write(file, header, 0);
        RandomAccess.Write(file, done, HeaderBytes);
        RandomAccess.FlushToDisk(file);
        return new CopyState(file, source, lengthBytes);
    }

    /// <summary>Opens one that a former process left, and reads which chunks are done.</summary>
    /// <exception cref="InvalidDataException">It is not one of ours.</exception>
    public static CopyState Load(string path, out byte[] done)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        var header = new byte[HeaderBytes];
        var taken = RandomAccess.Read(file, header, 0);
        var lines = Encoding.ASCII.GetString(header, 0, taken).Split('\n');
        if (lines.Length < 4 || lines[0] != Magic || !ImageName.TryParse(lines[1], out var source)
            || !long.TryParse(lines[2], NumberStyles.None, CultureInfo.InvariantCulture, out var lengthBytes)
            || lines[3] != ChunkBytes.ToString(CultureInfo.InvariantCulture))
        {
            file.Dispose();
            throw new InvalidDataException($"{path} is not a copy state of this version.");
        }
        var state = new CopyState(file, source, lengthBytes);
        done = new byte[state.Chunks];
        RandomAccess.Read(file, done, HeaderBytes); // a short file leaves zeros: not done
        return state;
    }

    /// <summary>Marks chunks as done; on the medium when it returns.</summary>
    public IoFault Mark(int first, int count)
    {
        var done = new byte[count];
        Array.Fill(done, Done);
        try
        {
            if (_lostMarks) return IoFault.WriteFailed;
            RandomAccess.Write(_file, done, HeaderBytes + first);
            while (Libc.DataSync(_file) != 0)
            {
                if (Marshal.GetLastPInvokeError() == Libc.EINTR) continue;
                _lostMarks = true;
                return FaultMap.OfLastWrite();
            }
            return _lostMarks ? IoFault.WriteFailed : IoFault.None;
        }
        catch (IOException failure)
        {
            return FaultMap.OfWrite(failure);
        }
        catch (ObjectDisposedException)
        {
            return IoFault.Gone;
        }
    }

    public void Dispose() => _file.Dispose();
}
