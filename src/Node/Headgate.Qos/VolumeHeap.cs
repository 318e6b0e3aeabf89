namespace Headgate.Qos;

/// <summary>
/// Volumes, by their index, in the order of a key; the least on top. Four children per node: half as deep as a binary
/// heap, and the four keys share a cache line. Keys and places are in arrays of their own rather than in the volumes:
/// a move touches 20 bytes per level, all of them in the cache, also with 10,000 volumes.
/// </summary>
internal sealed class VolumeHeap
{
    private const int Arity = 4;

    private Entry[] _entries = new Entry[16];
    private int[] _places = new int[16]; // by volume: its place from 1; 0 when it is not in

    private struct Entry
    {
        public long Key;
        public int Volume;
    }

    public int Count { get; private set; }

    public int Top => _entries[0].Volume;

    public long TopKey => _entries[0].Key;

    /// <summary>The least key but that of the top; the largest there is when nothing else is in.</summary>
    public long SecondKey
    {
        get
        {
            var least = long.MaxValue;
            var end = Math.Min(1 + Arity, Count);
            for (var at = 1; at < end; at++) least = Math.Min(least, _entries[at].Key);
            return least;
        }
    }

    public bool Contains(int volume) => _places[volume] != 0;

    /// <summary>Makes room for volumes with indexes below <paramref name="volumes"/>.</summary>
    public void EnsureRoom(int volumes)
    {
        if (volumes <= _places.Length) return;
        var room = Math.Max(volumes, _places.Length * 2);
        Array.Resize(ref _places, room);
        Array.Resize(ref _entries, room);
    }

    /// <summary>Puts a volume in, or moves it to its new key.</summary>
    public void Set(int volume, long key)
    {
        var at = _places[volume] - 1;
        if (at < 0) SiftUp(Count++, volume, key);
        else if (key < _entries[at].Key) SiftUp(at, volume, key);
        else SiftDown(at, volume, key);
    }

    /// <summary>Takes a volume out; nothing happens when it is not in.</summary>
    public void Remove(int volume)
    {
        var at = _places[volume] - 1;
        if (at < 0) return;
        _places[volume] = 0;
        var last = _entries[--Count];
        if (at == Count) return;
        if (last.Key < _entries[at].Key) SiftUp(at, last.Volume, last.Key);
        else SiftDown(at, last.Volume, last.Key);
    }

    private void SiftUp(int at, int volume, long key)
    {
        var (entries, places) = (_entries, _places);
        while (at > 0)
        {
            var parent = (at - 1) / Arity;
            if (entries[parent].Key <= key) break;
            entries[at] = entries[parent];
            places[entries[at].Volume] = at + 1;
            at = parent;
        }
        entries[at] = new Entry { Key = key, Volume = volume };
        places[volume] = at + 1;
    }

    private void SiftDown(int at, int volume, long key)
    {
        var (entries, places, count) = (_entries, _places, Count);
        for (; ; )
        {
            var first = at * Arity + 1;
            if (first >= count) break;
            var (least, leastKey) = (first, entries[first].Key);
            var end = Math.Min(first + Arity, count);
            for (var child = first + 1; child < end; child++)
            {
                if (entries[child].Key < leastKey) (least, leastKey) = (child, entries[child].Key);
            }
            if (leastKey >= key) break;
            entries[at] = entries[least];
            places[entries[at].Volume] = at + 1;
            at = least;
        }
        entries[at] = new Entry { Key = key, Volume = volume };
        places[volume] = at + 1;
    }
}
