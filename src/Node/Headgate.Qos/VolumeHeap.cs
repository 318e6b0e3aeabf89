namespace Headgate.Qos;

/// <summary>Says where a volume keeps its place in one kind of heap.</summary>
internal interface IHeapSlot
{
    static abstract ref int Of(QosVolume volume);
}

internal readonly struct LimitSlot : IHeapSlot
{
    public static ref int Of(QosVolume volume) => ref volume.LimitSlot;
}

internal readonly struct ReservationSlot : IHeapSlot
{
    public static ref int Of(QosVolume volume) => ref volume.ReservationSlot;
}

internal readonly struct ShareSlot : IHeapSlot
{
    public static ref int Of(QosVolume volume) => ref volume.ShareSlot;
}

/// <summary>
/// Volumes by a key, the least on top; a volume knows its place, so that it can be moved or taken out in O(log n). Four
/// children per node: half as deep as a binary heap, and the four keys share a cache line.
/// </summary>
internal sealed class VolumeHeap<TSlot> where TSlot : struct, IHeapSlot
{
    private const int Arity = 4;

    private Entry[] _entries = new Entry[16];

    private struct Entry
    {
        public long Key;
        public QosVolume Volume;
    }

    public int Count { get; private set; }

    public QosVolume Top => _entries[0].Volume;

    public long TopKey => _entries[0].Key;

    /// <summary>Puts a volume in, or moves it to its new key.</summary>
    public void Set(QosVolume volume, long key)
    {
        var at = TSlot.Of(volume);
        if (at < 0)
        {
            if (Count == _entries.Length) Array.Resize(ref _entries, Count * 2);
            SiftUp(Count++, volume, key);
        }
        else if (key < _entries[at].Key)
        {
            SiftUp(at, volume, key);
        }
        else
        {
            SiftDown(at, volume, key);
        }
    }

    /// <summary>Takes a volume out; nothing happens when it is not in.</summary>
    public void Remove(QosVolume volume)
    {
        var at = TSlot.Of(volume);
        if (at < 0) return;
        TSlot.Of(volume) = -1;
        var last = _entries[--Count];
        _entries[Count] = default;
        if (at == Count) return;
        if (last.Key < _entries[at].Key) SiftUp(at, last.Volume, last.Key);
        else SiftDown(at, last.Volume, last.Key);
    }

    private void SiftUp(int at, QosVolume volume, long key)
    {
        var entries = _entries;
        while (at > 0)
        {
            var parent = (at - 1) / Arity;
            if (entries[parent].Key <= key) break;
            Store(at, entries[parent]);
            at = parent;
        }
        Store(at, new Entry { Key = key, Volume = volume });
    }

    private void SiftDown(int at, QosVolume volume, long key)
    {
        var entries = _entries;
        for (; ; )
        {
            var first = at * Arity + 1;
            if (first >= Count) break;
            var least = first;
            var end = Math.Min(first + Arity, Count);
            for (var child = first + 1; child < end; child++)
                if (entries[child].Key < entries[least].Key) least = child;
            if (entries[least].Key >= key) break;
            Store(at, entries[least]);
            at = least;
        }
        Store(at, new Entry { Key = key, Volume = volume });
    }

    private void Store(int at, Entry entry)
    {
        _entries[at] = entry;
        TSlot.Of(entry.Volume) = at;
    }
}
