namespace Headgate.Blocks.Tests.PowerLoss;

/// <summary>What is wrong with a medium on purpose, so that the oracle can be seen to notice.</summary>
[Flags]
internal enum MediumLies
{
    None = 0,

    /// <summary>A durable write returns before it is on the medium: as if FUA did without its sync.</summary>
    ForcedWritesLinger = 1,

    /// <summary>Intent journals never reach the medium: as if atomic writes did without one.</summary>
    NoIntents = 2,

    /// <summary>A sync returns before anything is on the medium: as if flushes did without theirs.</summary>
    SyncsDoNothing = 4,
}

/// <summary>
/// What the medium under a store's folder may hold after a loss of power, worked out from all that the store did to its
/// files. Until a sync that began after it, or by itself when it is durable, a change is on its way: at the cut each of
/// its sectors may have got there or not, whatever became of others, in any mix, also of writes that came later. Only the
/// same sector keeps its order. Names get there in order, as in a journalling file system: some first part of those that
/// were not synced.
/// <para>
/// That is more than a real disk with a cache and a real file system do to us in one respect (any subset of sectors),
/// and less in others: a sector is never half written, what is synced is never lost, and the file system's own metadata
/// is right.
/// </para>
/// </summary>
internal sealed class LossyMedium : IStoreTrace
{
    private const int Sector = 512;

    private readonly Lock _lock = new();
    private readonly string _folder;
    private readonly MediumLies _lies;
    private readonly Dictionary<string, Inode> _names = []; // as the running store sees them
    private readonly Dictionary<string, Inode> _kept = []; // as they are on the medium
    private readonly List<Action<Dictionary<string, Inode>>> _namesUnderway = [];
    private long _left = long.MaxValue;

    public LossyMedium(string folder, MediumLies lies = MediumLies.None)
    {
        (_folder, _lies) = (folder, lies);
        Directory.CreateDirectory(folder);
        foreach (var path in Directory.GetFiles(folder))
        {
            var inode = new Inode(Path.GetFileName(path));
            inode.Keep(File.ReadAllBytes(path));
            _names[path] = inode;
            _kept[path] = inode;
        }
    }

    /// <summary>Whether the power is off: nothing that the store does from now on counts.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Takes the power away in so many changes from now.</summary>
    public void CutAfter(long changes)
    {
        lock (_lock) _left = changes;
    }

    /// <summary>Takes it away now.</summary>
    public void Cut()
    {
        lock (_lock) IsCut = true;
    }

    /// <summary>Lays out in an empty folder what the cut has left, by the roll of the dice.</summary>
    public void LeaveIn(string folder, Random random)
    {
        var names = new Dictionary<string, Inode>(_kept);
        foreach (var change in _namesUnderway.Take(random.Next(_namesUnderway.Count + 1))) change(names);
        var reach = random.Next(4); // how much of what was under way got there: none, all, or a mix
        foreach (var (path, inode) in names) Lay(Path.Combine(folder, Path.GetRelativePath(_folder, path)), inode.Left(random, reach));
    }

    // Sparse, since most of a journal is never written.
    private static void Lay(string path, byte[] bytes)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        RandomAccess.SetLength(file, bytes.Length);
        const int piece = 64 << 10;
        for (var at = 0; at < bytes.Length; at += piece)
        {
            var part = bytes.AsSpan(at, Math.Min(piece, bytes.Length - at));
            if (part.ContainsAnyExcept((byte)0)) RandomAccess.Write(file, part, at);
        }
    }

    public object Opened(string path)
    {
        lock (_lock)
        {
            if (_names.TryGetValue(path, out var there)) return there;
            var made = new Inode(Path.GetFileName(path));
            if (!Counts()) return made;
            _names[path] = made;
            _namesUnderway.Add(names => names[path] = made);
            return made;
        }
    }

    public void Wrote(object file, long offset, ReadOnlySpan<byte> bytes, bool durable)
    {
        lock (_lock)
        {
            if (!Counts()) return;
            var inode = (Inode)file;
            if (_lies.HasFlag(MediumLies.NoIntents) && inode.Name.Contains(".intent", StringComparison.Ordinal)) return;
            var stays = durable && !IsCut && !_lies.HasFlag(MediumLies.ForcedWritesLinger); // the one that the cut is in may be torn
            inode.Write(offset, bytes.ToArray(), stays);
        }
    }

    public void Punched(object file, long offset, long length)
    {
        lock (_lock)
            if (Counts()) ((Inode)file).Write(offset, new byte[length], durable: false);
    }

    public void Resized(object file, long length)
    {
        lock (_lock)
            if (Counts()) ((Inode)file).Resize(length);
    }

    public void Cloned(object source, object target)
    {
        lock (_lock)
        {
            if (!Counts()) return;
            var bytes = ((Inode)source).Now();
            ((Inode)target).Resize(bytes.Length);
            ((Inode)target).Write(0, bytes, durable: false);
        }
    }

    public void Syncing(object file)
    {
        lock (_lock) ((Inode)file).BeginSync();
    }

    public void Synced(object file)
    {
        lock (_lock)
        {
            if (!Counts() || IsCut) return; // the cut came before its end
            if (_lies.HasFlag(MediumLies.SyncsDoNothing)) return;
            ((Inode)file).EndSync();
        }
    }

    public void Renamed(string from, string to)
    {
        lock (_lock)
            if (Counts()) Names(names => { names[to] = names[from]; names.Remove(from); });
    }

    public void Removed(string path)
    {
        lock (_lock)
            if (Counts()) Names(names => names.Remove(path));
    }

    public void FolderSynced()
    {
        lock (_lock)
        {
            if (!Counts() || IsCut) return;
            foreach (var change in _namesUnderway) change(_kept);
            _namesUnderway.Clear();
        }
    }

    private void Names(Action<Dictionary<string, Inode>> change)
    {
        change(_names);
        _namesUnderway.Add(change);
    }

    private bool Counts()
    {
        if (IsCut) return false;
        if (--_left <= 0) IsCut = true;
        return true;
    }

    /// <summary>One file: what is on the medium, and what is under way to it, by sector.</summary>
    private sealed class Inode(string name)
    {
        private readonly List<(long Turn, long Offset, byte[]? Bytes, long Length)> _underway = [];
        private readonly Queue<long> _syncs = new();
        private byte[] _kept = [];
        private long[] _keptTurns = [];
        private long _turn;

        public string Name => name;

        public void Keep(byte[] bytes)
        {
            _kept = bytes;
            _keptTurns = new long[(bytes.Length + Sector - 1) / Sector];
        }

        public void Write(long offset, byte[] bytes, bool durable)
        {
            var turn = ++_turn;
            if (durable)
            {
                Grow(offset + bytes.Length);
                Put(ref _kept, turn, offset, bytes, static _ => true);
            }
            else
            {
                _underway.Add((turn, offset, bytes, 0));
            }
        }

        public void Resize(long length) => _underway.Add((++_turn, 0, null, length));

        public void BeginSync() => _syncs.Enqueue(_turn);

        public void EndSync()
        {
            var until = _syncs.Dequeue();
            foreach (var (turn, offset, bytes, length) in _underway.Where(one => one.Turn <= until))
            {
                if (bytes is null) Grow(length);
                else Put(ref _kept, turn, offset, bytes, static _ => true);
            }
            _underway.RemoveAll(one => one.Turn <= until);
        }

        public byte[] Now() => Laid(static _ => true);

        public byte[] Left(Random random, int reach) => Laid(reach switch
        {
            0 => static _ => false,
            1 => static _ => true,
            2 => _ => random.Next(2) == 0,
            _ => _ => random.Next(10) != 0, // nearly all: one hole is what a test of whole writes overlooks most easily
        });

        private byte[] Laid(Func<int, bool> gotThere)
        {
            var (kept, turns) = (_kept, _keptTurns);
            (_kept, _keptTurns) = ([.. kept], [.. turns]);
            foreach (var (turn, offset, bytes, length) in _underway)
            {
                if (bytes is null) Grow(length);
                else Put(ref _kept, turn, offset, bytes, gotThere);
            }
            var laid = _kept;
            (_kept, _keptTurns) = (kept, turns);
            return laid;
        }

        private void Grow(long length)
        {
            if (length <= _kept.Length) return;
            Array.Resize(ref _kept, (int)length);
            Array.Resize(ref _keptTurns, (int)((length + Sector - 1) / Sector));
        }

        private void Put(ref byte[] into, long turn, long offset, byte[] bytes, Func<int, bool> gotThere)
        {
            Grow(offset + bytes.Length);
            for (var at = 0; at < bytes.Length;)
            {
                var sector = (int)((offset + at) / Sector);
                var count = (int)Math.Min(bytes.Length - at, (sector + 1L) * Sector - (offset + at));
                if (turn > _keptTurns[sector] && gotThere(sector))
                {
                    bytes.AsSpan(at, count).CopyTo(into.AsSpan((int)offset + at));
                    _keptTurns[sector] = turn;
                }
                at += count;
            }
        }
    }
}
