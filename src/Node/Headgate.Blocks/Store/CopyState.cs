using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Headgate.Blocks.Native;

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
    private const string Magic = "headgate-copy 2";
    private const byte Done = 1;

    private readonly PositionedFile _file;
    private readonly SharedSync _syncs = new();
    private readonly Func<int> _sync;
    private volatile bool _lostMarks; // a sync failed, and Linux says so once: see FileBlockDevice

    private CopyState(PositionedFile file, ImageName source, long lengthBytes)
    {
        (_file, Source, LengthBytes) = (file, source, lengthBytes);
        _sync = SyncOnce;
    }

    public ImageName Source { get; }

    /// <summary>Bytes to copy: the source's size at the point in time.</summary>
    public long LengthBytes { get; }

    public int Chunks => ChunksOf(LengthBytes);

    public static int ChunksOf(long lengthBytes) => checked((int)((lengthBytes + ChunkBytes - 1) / ChunkBytes));

    /// <summary>Writes a new one; not synced. <paramref name="done"/> has a byte per chunk, not 0 for what needs no copy.</summary>
    /// <exception cref="IOException">It cannot be written; HResult is the errno.</exception>
    public static CopyState Create(string path, ImageName source, long lengthBytes, ReadOnlySpan<byte> done, IStoreTrace? trace)
    {
        var header = new byte[HeaderBytes];
        Encoding.ASCII.GetBytes(HeaderOf(source, lengthBytes), header);

        var file = PositionedFile.Create(path, isDirect: false, trace);
        var errno = file.Write(0, header, durable: false);
        if (errno == 0) errno = file.Write(HeaderBytes, done, durable: false);
        if (errno == 0) return new CopyState(file, source, lengthBytes);
        file.Dispose();
        throw new IOException($"{path} could not be written (errno {errno}).", errno);
    }

    /// <summary>Opens one that a former process left, and reads which chunks are done.</summary>
    /// <exception cref="InvalidDataException">
    /// It is not one of ours, or damaged. Nothing is guessed then: a chunk that is taken for pending though it is done
    /// would be copied from a source that has moved on.
    /// </exception>
    public static CopyState Load(string path, out byte[] done, IStoreTrace? trace)
    {
        var file = PositionedFile.Open(path, isDirect: false, trace);
        try
        {
            var header = new byte[HeaderBytes];
            var errno = file.Read(0, header, out var taken);
            if (errno != 0) throw new InvalidDataException($"{path} could not be read (errno {errno}).");
            var state = Parse(file, Encoding.ASCII.GetString(header, 0, taken).TrimEnd('\0'))
                ?? throw new InvalidDataException($"{path} is damaged, or no copy state of this version.");
            done = new byte[state.Chunks];
            errno = file.Read(HeaderBytes, done, out taken);
            if (errno != 0 || taken != done.Length)
                throw new InvalidDataException($"{path} is cut short: {taken} of {done.Length} chunks are told (errno {errno}).");
            if (done.AsSpan().ContainsAnyExceptInRange((byte)0, Done))
                throw new InvalidDataException($"{path} is damaged: it says of a chunk neither that it is copied nor that it is not.");
            return state;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Puts what was written on the medium.</summary>
    /// <exception cref="IOException">It failed.</exception>
    public void Sync()
    {
        if (_syncs.Run(_sync) is var errno and not 0) throw new IOException($"A copy state could not be synced (errno {errno}).", errno);
    }

    /// <summary>Marks chunks as done; on the medium when it returns.</summary>
    public IoFault Mark(int first, int count)
    {
        var done = new byte[count];
        Array.Fill(done, Done);
        try
        {
            if (_lostMarks) return IoFault.WriteFailed;
            var errno = _file.Write(HeaderBytes + first, done, durable: false);
            if (errno != 0) return FaultMap.OfWrite(errno);
            errno = _syncs.Run(_sync);
            if (errno != 0) return FaultMap.OfWrite(errno);
            return _lostMarks ? IoFault.WriteFailed : IoFault.None;
        }
        catch (ObjectDisposedException)
        {
            return IoFault.Gone;
        }
    }

    public void Dispose() => _file.Dispose();

    private int SyncOnce()
    {
        var errno = _file.Sync();
        if (errno != 0) _lostMarks = true; // before the next sync can begin: that one would be told that all is well
        return errno;
    }

    private static string HeaderOf(ImageName source, long lengthBytes)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Magic}\n{source}\n{lengthBytes}\n{ChunkBytes}\n");
        return $"{text}{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)))}\n";
    }

    private static CopyState? Parse(PositionedFile file, string text)
    {
        var lines = text.Split('\n');
        return lines.Length >= 3 && ImageName.TryParse(lines[1], out var source)
            && long.TryParse(lines[2], NumberStyles.None, CultureInfo.InvariantCulture, out var lengthBytes)
            && text == HeaderOf(source, lengthBytes)
                ? new CopyState(file, source, lengthBytes)
                : null;
    }
}
