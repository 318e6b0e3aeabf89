using System.Runtime.CompilerServices;

namespace Headgate.Qos;

/// <summary>
/// Volumes, by their index, in the order of a key; the least on top. Four children per node: half as deep as a binary
/// heap, and the four keys share a cache line. Keys and places are in arrays of their own rather than in the volumes:
/// a move touches 20 bytes per level, all of them in the cache, also with 10,000 volumes. Which child is least is chance,
/// so it is reckoned without a branch: guessed wrong every other time, that would take longer than all the rest.
/// </summary>
internal sealed class VolumeHeap
{
    /// <summary>Above all keys. Two keys may differ by less than 2^63, so they lie within 2^62 of zero: 146 years of nanoseconds.</summary>
    private const long KeyMax = 1L << 62;

    private const int Arity = 4;

    private Entry[] _entries = Empty(16);
    private int[] _places = new int[16]; // by volume: its place from 1; 0 when it is not in

    private struct Entry
    {
        public long Key;
        public int Volume;
    }

    public int Count { get; private set; }

    public int Top => _entries[0].Volume;

    public long TopKey => _entries[0].Key;

    /// <summary>The least but the top; the top itself when it is alone.</summary>
    public int Second => Count > 1 ? _entries[LeastOf(_entries, 1)].Volume : Top;

    public bool Contains(int volume) => _places[volume] != 0;

    /// <summary>Makes room for volumes with indexes below <paramref name="volumes"/>.</summary>
    public void EnsureRoom(int volumes)
    {
        if (volumes <= _places.Length) return;
        var room = Math.Max(volumes, _places.Length * 2);
        Array.Resize(ref _places, room);
        var entries = Empty(room);
        Array.Copy(_entries, entries, Count);
        _entries = entries;
    }

    /// <summary>Puts a volume in, or moves it to its new key.</summary>
    public void Set(int volume, long key)
    {
        key = Math.Clamp(key, 1 - KeyMax, KeyMax - 1);
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
        _entries[Count].Key = KeyMax;
        if (at == Count) return;
        if (last.Key < _entries[at].Key) SiftUp(at, last.Volume, last.Key);
        else SiftDown(at, last.Volume, last.Key);
    }

    // Room for the children of every place, so that four may always be compared: what is not there is above all keys.
    private static Entry[] Empty(int room)
    {
        var entries = new Entry[room + Arity];
        Array.Fill(entries, new Entry { Key = KeyMax });
        return entries;
    }

    // The sign of a difference, as a mask, does what a branch would do.
    private static int LeastOf(Entry[] entries, int first)
    {
        ref var four = ref entries[first + Arity - 1]; // one check of bounds
        four = ref Unsafe.Subtract(ref four, Arity - 1);
        var zero = four.Key;
        var two = Unsafe.Add(ref four, 2).Key;
        var byOne = Unsafe.Add(ref four, 1).Key - zero;
        var byThree = Unsafe.Add(ref four, 3).Key - two;
        var isOne = byOne >> 63;
        var isThree = byThree >> 63;
        var isUpper = (two + (byThree & isThree) - (zero + (byOne & isOne))) >> 63;
        return first + (int)((~isUpper & -isOne) | (isUpper & (2 - isThree)));
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
            var least = LeastOf(entries, first);
            var entry = entries[least];
            if (entry.Key >= key) break;
            entries[at] = entry;
            places[entry.Volume] = at + 1;
            at = least;
        }
        entries[at] = new Entry { Key = key, Volume = volume };
        places[volume] = at + 1;
    }
}
