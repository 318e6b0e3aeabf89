using Headgate.Blocks.Native;

namespace Headgate.Blocks;

/// <summary>
/// Makes writes of one image all or nothing over a loss of power. A record of the write (what, where, a digest) is on the
/// medium before the image is touched; when the store is opened, whole records are written to the image again.
/// <para>
/// A record may be written again only as long as nothing newer is in its range. So it lingers after its write is on the
/// medium, which costs nothing, until either another record takes its slot or a write that overlaps it comes: that one
/// first waits for the record to be cleared on the medium. The caller keeps overlapping accesses away while a write is
/// in here (<see cref="RangeGate"/>).
/// </para>
/// <para>
/// A write whose record is on the medium and which the image then refuses is neither done nor undone: its range answers
/// with the fault, until a later try (any access to it, or the next start) gets it through.
/// </para>
/// </summary>
internal sealed class IntentJournal : IDisposable
{
    /// <summary>Atomic writes of one image that are under way at one time; more wait. Each slot takes a bit more than 1 MiB of the file system.</summary>
    public const int Slots = 4;

    private const int SlotBytes = IntentRecord.HeaderBytes + BlockLimits.AtomicWriteBytesMax;

    private readonly PositionedFile _file;
    private readonly FileBlockDevice _image;
    private readonly object _lock = new(); // a monitor, for its Wait and Pulse
    private readonly Slot[] _slots = new Slot[Slots];
    private long _sequence;
    private volatile int _recorded; // slots whose record could be written again

    private IntentJournal(PositionedFile file, FileBlockDevice image) => (_file, _image) = (file, image);

    private enum SlotState
    {
        Free,

        /// <summary>A write is under way.</summary>
        Busy,

        /// <summary>The image has it for good; the record is still there.</summary>
        Lingering,

        /// <summary>The image refused it; the record is its only whole copy.</summary>
        Stuck,
    }

    /// <summary>Makes an empty one at a path.</summary>
    /// <exception cref="IOException">It cannot be made; HResult is the errno.</exception>
    public static IntentJournal Create(string path, FileBlockDevice image, IStoreTrace? trace)
    {
        var file = PositionedFile.Create(path, image.Io.IsDirect, trace);
        var errno = file.SetLength((long)Slots * SlotBytes);
        if (errno == 0) errno = file.Reserve(0, (long)Slots * SlotBytes); // a full file system must not stop a record half-way
        if (errno is 0 or Libc.EOPNOTSUPP or Libc.ENOSYS) errno = file.Sync();
        if (errno == 0) return new IntentJournal(file, image);
        file.Dispose();
        throw new IOException($"The journal {path} could not be made (errno {errno}).", errno);
    }

    /// <summary>
    /// Writes what a former process recorded once more, oldest first. What is not a whole record was never acknowledged,
    /// and its write never begun.
    /// </summary>
    /// <param name="path">Of the journal.</param>
    /// <param name="write">Puts one record's data in place, durably.</param>
    /// <exception cref="InvalidDataException">It cannot be read, or the image refuses.</exception>
    public static void Replay(string path, Func<long, ReadOnlyMemory<byte>, IoFault> write)
    {
        using var file = PositionedFile.Open(path, isDirect: false);
        var found = new List<(IntentRecord Record, ReadOnlyMemory<byte> Data)>();
        for (var i = 0; i < Slots; i++)
        {
            var slot = new byte[SlotBytes];
            var errno = file.Read((long)i * SlotBytes, slot, out _);
            if (errno != 0) throw new InvalidDataException($"The journal {path} could not be read (errno {errno}).");
            if (IntentRecord.TryDecode(slot, out var record))
                found.Add((record, slot.AsMemory(IntentRecord.HeaderBytes, record.Length)));
        }
        foreach (var (record, data) in found.OrderBy(one => one.Record.Sequence))
        {
            var fault = write(record.Offset, data);
            if (fault != IoFault.None)
                throw new InvalidDataException($"An atomic write of {record.Length} bytes at {record.Offset} could not be finished from {path}: {fault}.");
        }
    }

    /// <summary>Writes all or nothing; on the medium when it returns.</summary>
    public IoFault Write(long offset, ReadOnlySpan<byte> data)
    {
        if (_image.HasLostWrites) return IoFault.WriteFailed; // it will refuse, and the slot would be stuck for nothing
        var fault = Settle(offset, data.Length);
        if (fault == IoFault.None) fault = _image.Reserve(offset, data.Length); // running out of room half-way is what must not be
        if (fault != IoFault.None) return fault;
        if (!TryTakeSlot(offset, data.Length, out var slot, out var sequence)) return IoFault.WriteFailed;
        var end = SlotState.Free;
        try
        {
            using var buffer = AlignedBuffer.Rent();
            var record = buffer.Span[..(IntentRecord.HeaderBytes + data.Length)];
            new IntentRecord(sequence, offset, data.Length).Encode(data, record);
            fault = WriteDurably(slot, Padded(buffer.Span, record.Length));
            if (fault != IoFault.None) return fault;
            ForgetFormer(slot);
            end = SlotState.Stuck;
            fault = _image.Write(offset, record[IntentRecord.HeaderBytes..], durable: true);
            if (fault == IoFault.None) end = SlotState.Lingering;
            return fault;
        }
        finally
        {
            Leave(slot, end);
        }
    }

    /// <summary>
    /// Sees to it that no record is left in a range: before something newer is written there, or, where a write got stuck,
    /// before it is read.
    /// </summary>
    public IoFault Settle(long offset, long length, bool stuckOnly = false)
    {
        if (_recorded == 0) return IoFault.None;
        lock (_lock)
        {
            if (!stuckOnly)
                while (HoldsFormer(offset, length)) Monitor.Wait(_lock);
            for (var i = 0; i < Slots; i++)
            {
                var isDue = _slots[i].State == SlotState.Stuck || (_slots[i].State == SlotState.Lingering && !stuckOnly);
                if (!isDue || !(_slots[i].Overlaps(offset, length) || (!stuckOnly && _slots[i].FormerOverlaps(offset, length)))) continue;
                var fault = _slots[i].State == SlotState.Stuck ? Finish(i) : IoFault.None;
                if (fault == IoFault.None) fault = Clear(i);
                if (fault != IoFault.None) return fault;
            }
        }
        return IoFault.None;
    }

    /// <summary>Writes zeros over all that former writes left in it. Only while none is under way, and when none is stuck.</summary>
    public IoFault Erase()
    {
        using var buffer = AlignedBuffer.Rent();
        var zeros = buffer.Span[..SlotBytes];
        zeros.Clear();
        lock (_lock)
        {
            for (var i = 0; i < Slots; i++)
            {
                if (_slots[i].State is SlotState.Busy or SlotState.Stuck) return IoFault.WriteFailed;
                var fault = WriteDurably(i, zeros);
                if (fault != IoFault.None) return fault;
                if (_slots[i].State == SlotState.Lingering) _recorded--;
                _slots[i] = default;
            }
        }
        return IoFault.None;
    }

    public void Dispose() => _file.Dispose();

    // Whole blocks of the medium: what is behind a short record's data in its slot is nobody's.
    private static ReadOnlySpan<byte> Padded(Span<byte> buffer, int length) =>
        buffer[..((length + FileIo.AlignmentMax - 1) & -FileIo.AlignmentMax)];

    // False when every slot is stuck: no write is under way whose end would free one, so waiting would be for ever.
    private bool TryTakeSlot(long offset, int length, out int slot, out long sequence)
    {
        sequence = 0;
        lock (_lock)
        {
            while ((slot = Oldest()) < 0)
            {
                if (!_slots.Any(one => one.State == SlotState.Busy)) return false;
                Monitor.Wait(_lock);
            }
            if (_slots[slot].State == SlotState.Free) _recorded++;
            sequence = ++_sequence;
            var former = _slots[slot]; // of a free one: no bytes at 0
            _slots[slot] = new Slot
            {
                State = SlotState.Busy, Offset = offset, Length = length, Sequence = sequence,
                FormerOffset = former.Offset, FormerLength = former.Length,
            };
            return true;
        }
    }

    // Until the new record is on the medium, the one that lingered in its slot may be whole there.
    private bool HoldsFormer(long offset, long length)
    {
        foreach (ref readonly var slot in _slots.AsSpan())
            if (slot.State == SlotState.Busy && slot.FormerOverlaps(offset, length)) return true;
        return false;
    }

    // A free slot, or the one whose record has lingered longest.
    private int Oldest()
    {
        var best = -1;
        for (var i = 0; i < Slots; i++)
        {
            if (_slots[i].State == SlotState.Free) return i;
            if (_slots[i].State == SlotState.Lingering && (best < 0 || _slots[i].Sequence < _slots[best].Sequence)) best = i;
        }
        return best;
    }

    private void Leave(int slot, SlotState state)
    {
        lock (_lock)
        {
            // A record of which the writing failed may be there in part or whole all the same: it must be cleared.
            if (state == SlotState.Free && Clear(slot) != IoFault.None) state = SlotState.Stuck;
            if (state != SlotState.Free) _slots[slot].State = state;
            Monitor.PulseAll(_lock); // waiters differ: some want any slot, some the end of a certain one
        }
    }

    // The record of a slot is on the medium, and with that the one before it is not.
    private void ForgetFormer(int slot)
    {
        lock (_lock)
        {
            if (_slots[slot].FormerLength == 0) return;
            _slots[slot].FormerLength = 0;
            Monitor.PulseAll(_lock);
        }
    }

    private IoFault Finish(int slot)
    {
        using var buffer = AlignedBuffer.Rent();
        var bytes = buffer.Span[..SlotBytes];
        if (_file.Read((long)slot * SlotBytes, bytes, out _) != 0) return IoFault.ReadFailed;
        if (!IntentRecord.TryDecode(bytes, out var record)) return IoFault.None; // never whole, so never begun
        return _image.Write(record.Offset, bytes.Slice(IntentRecord.HeaderBytes, record.Length), durable: true);
    }

    // Called with the lock.
    private IoFault Clear(int slot)
    {
        using var buffer = AlignedBuffer.Rent();
        var header = buffer.Span[..IntentRecord.HeaderBytes];
        header.Clear();
        var fault = WriteDurably(slot, header);
        if (fault != IoFault.None) return fault;
        _slots[slot] = default;
        _recorded--;
        Monitor.PulseAll(_lock);
        return IoFault.None;
    }

    private IoFault WriteDurably(int slot, ReadOnlySpan<byte> bytes)
    {
        try
        {
            var at = (long)slot * SlotBytes;
            var errno = _file.Write(at, bytes, durable: true);
            if (errno is Libc.EOPNOTSUPP or Libc.ENOSYS)
            {
                errno = _file.Write(at, bytes, durable: false);
                if (errno == 0) errno = _file.Sync();
            }
            return FaultMap.OfWrite(errno);
        }
        catch (ObjectDisposedException)
        {
            return IoFault.Gone;
        }
    }

    private struct Slot
    {
        public SlotState State;
        public long Offset, Sequence, FormerOffset;
        public int Length, FormerLength;

        public readonly bool Overlaps(long offset, long length) => Offset < offset + length && offset < Offset + Length;

        public readonly bool FormerOverlaps(long offset, long length) =>
            FormerLength > 0 && FormerOffset < offset + length && offset < FormerOffset + FormerLength;
    }
}
