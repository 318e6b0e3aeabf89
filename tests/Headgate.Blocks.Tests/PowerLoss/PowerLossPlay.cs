using System.Runtime.InteropServices;

namespace Headgate.Blocks.Tests.PowerLoss;

/// <summary>
/// Random work on a store whose power goes away at a random change to its files, again and again, each time going on
/// with what the loss has left. One seed, one course.
/// </summary>
internal sealed class PowerLossPlay(string root, int seed, MediumLies lies = MediumLies.None)
{
    private const int Sectors = 3 * 2048 / 2; // 1.5 MiB: a whole chunk of a copy and a part of one
    private const int ImagesMax = 4;

    private readonly Random _random = new(seed);
    private readonly Dictionary<long, SectorOracle> _volumes = [];
    private readonly Dictionary<long, SectorOracle> _snapshots = [];
    private long _value;
    private long _nextId = 1;
    private int _round;
    private VolumeStore _store = null!;
    private LossyMedium _medium = null!;
    private Underway? _underway;

    /// <summary>Changed to make a store that is wrong on purpose: how a write is done.</summary>
    public Func<IBlockDevice, long, byte[], bool, IoFault> Write { get; init; } =
        static (device, offset, bytes, durable) => device.Write(offset, bytes, durable);

    /// <summary>Plays so many losses of power; null, or what was lost or made up.</summary>
    public string? Run(int losses)
    {
        var folder = NextFolder();
        for (_round = 1; _round <= losses; _round++)
        {
            _medium = new LossyMedium(folder, lies);
            _store = VolumeStore.Open(folder, copyInBackground: _random.Next(2) == 0, FileIoMode.Buffered, _medium);
            _underway = null;
            _medium.CutAfter(1 + _random.Next(_random.Next(3) == 0 ? 20 : 300));
            try
            {
                while (!_medium.IsCut) Step();
            }
            finally
            {
                _store.Dispose();
            }
            var next = NextFolder();
            _medium.LeaveIn(next, _random);
            Directory.Delete(folder, recursive: true);
            folder = next;
            if (Check(folder) is { } problem) return $"seed {seed}, loss {_round}, during {_underway}: {problem}";
        }
        return null;
    }

    private string NextFolder() => Directory.CreateDirectory(Path.Combine(root, Guid.NewGuid().ToString("N"))).FullName;

    private void Step()
    {
        if (_volumes.Count == 0)
        {
            Do(new Underway("create") { Made = _nextId }, () => _store.Create(_nextId, Sectors * SectorOracle.SectorBytes),
                () => _volumes.Add(_nextId++, new SectorOracle(Sectors)));
            return;
        }
        var id = Pick(_volumes);
        var oracle = _volumes[id];
        var device = _store.Open(id);
        switch (_random.Next(24))
        {
            case < 8: WriteSome(id, device, oracle, durable: false); break;
            case < 11: WriteSome(id, device, oracle, durable: true); break;
            case < 14: WriteWhole(id, device, oracle); break;
            case < 16: Discard(id, device, oracle); break;
            case < 19: Do(new Underway("flush"), () => Ok(device.Flush()), oracle.Flushed); break;
            case 19 or 20: ChangeSnapshots(id, oracle); break;
            case 21: ChangeVolumes(id, oracle); break;
            default: ReadSome(device, oracle); break;
        }
    }

    private void ChangeSnapshots(long id, SectorOracle oracle)
    {
        if (_snapshots.Count < ImagesMax && _random.Next(2) == 0)
        {
            var now = oracle.Copy();
            Do(new Underway("snapshot") { MadeSnapshot = _nextId, MadeAs = now }, () => _store.Snapshot(id, _nextId), () => _snapshots.Add(_nextId++, now));
        }
        else if (_snapshots.Count > 0)
        {
            var snapshot = Pick(_snapshots);
            if (_random.Next(2) == 0)
                Do(new Underway("delete snapshot") { Deleted = snapshot }, () => _store.DeleteSnapshot(snapshot), () => _snapshots.Remove(snapshot));
            else
                Do(new Underway("revert") { Volume = id, Reverted = _snapshots[snapshot].Copy() }, () => _store.Revert(id, snapshot), () => _volumes[id] = _snapshots[snapshot].Copy());
        }
    }

    private void ChangeVolumes(long id, SectorOracle oracle)
    {
        if (_volumes.Count < ImagesMax)
        {
            var snapshot = _snapshots.Count > 0 && _random.Next(2) == 0 ? Pick(_snapshots) : 0;
            var now = (snapshot == 0 ? oracle : _snapshots[snapshot]).Copy();
            Do(new Underway("clone") { Made = _nextId, MadeAs = now },
                () => { if (snapshot == 0) _store.CloneVolume(id, _nextId); else _store.CloneSnapshot(snapshot, _nextId); },
                () => _volumes.Add(_nextId++, now));
        }
        else
        {
            Do(new Underway("delete") { Deleted = id }, () => _store.Delete(id), () => _volumes.Remove(id));
        }
    }

    private void WriteSome(long id, IBlockDevice device, SectorOracle oracle, bool durable)
    {
        var (sector, count, value) = Extent(256);
        Do(new Underway(durable ? "forced write" : "write") { Volume = id, Sector = sector, Count = count, Value = value },
            () => Ok(Write(device, (long)sector * SectorOracle.SectorBytes, SectorOracle.Fill(count, value), durable)),
            () => { if (durable) oracle.WroteForGood(sector, count, value); else oracle.Wrote(sector, count, value); });
    }

    private void WriteWhole(long id, IBlockDevice device, SectorOracle oracle)
    {
        var (sector, count, value) = Extent(2048);
        Do(new Underway("atomic write") { Volume = id, Sector = sector, Count = count, Value = value, IsWhole = true },
            () => Ok(device.WriteAtomic((long)sector * SectorOracle.SectorBytes, SectorOracle.Fill(count, value), durable: true)),
            () => oracle.WroteForGood(sector, count, value));
    }

    private void Discard(long id, IBlockDevice device, SectorOracle oracle)
    {
        var (sector, count, _) = Extent(1024);
        Do(new Underway("discard") { Volume = id, Sector = sector, Count = count },
            () => Ok(device.Discard((long)sector * SectorOracle.SectorBytes, (long)count * SectorOracle.SectorBytes)),
            () => oracle.Wrote(sector, count, 0));
    }

    private void ReadSome(IBlockDevice device, SectorOracle oracle)
    {
        var found = ReadAll(device);
        var now = oracle.Now.ToArray();
        var wrong = Enumerable.Range(0, Sectors).FirstOrDefault(i => found[i] != now[i], -1);
        if (wrong >= 0 && !_medium.IsCut) throw new InvalidOperationException($"seed {seed}: sector {wrong} reads {found[wrong]}, was {now[wrong]}");
    }

    private (int Sector, int Count, long Value) Extent(int most)
    {
        var count = 1 + _random.Next(_random.Next(3) == 0 ? most : 16);
        return (_random.Next(Sectors - count), count, ++_value);
    }

    // What the power went away in is neither known to be done nor not.
    private void Do(Underway what, Action act, Action done)
    {
        _underway = what;
        act();
        if (_medium.IsCut) return;
        done();
        _underway = null;
    }

    private string? Check(string folder)
    {
        using var store = VolumeStore.Open(folder, copyInBackground: false, FileIoMode.Buffered);
        if (store.Damaged is [var damage, ..]) return damage.Problem;
        if (Directory.GetFiles(folder).FirstOrDefault(file => file.EndsWith(".tmp", StringComparison.Ordinal) || file.EndsWith(".intent", StringComparison.Ordinal)) is { } left)
            return $"{Path.GetFileName(left)} is left over";
        return CheckKind(store, StoredKind.Volume, _volumes, _underway?.Made)
            ?? CheckKind(store, StoredKind.Snapshot, _snapshots, _underway?.MadeSnapshot);
    }

    private string? CheckKind(VolumeStore store, StoredKind kind, Dictionary<long, SectorOracle> known, long? underway)
    {
        var there = store.List().Where(image => image.Kind == kind).Select(image => image.Id).ToHashSet();
        if (underway is { } made && there.Contains(made)) known[made] = _underway!.MadeAs ?? new SectorOracle(Sectors);
        if (_underway?.Deleted is { } gone && !there.Contains(gone)) known.Remove(gone);
        if (underway is not null) _nextId++;
        if (!there.SetEquals(known.Keys)) return $"{kind}s are {string.Join(' ', there)}, should be {string.Join(' ', known.Keys)}";
        foreach (var id in known.Keys.ToList())
        {
            var found = Read(store, kind, id);
            if (CheckContents(kind == StoredKind.Volume ? id : 0, known[id], found) is { } problem) return $"{kind} {id}: {problem}";
            known[id] = SectorOracle.Of(found);
        }
        return null;
    }

    private string? CheckContents(long volume, SectorOracle oracle, long[] found)
    {
        if (volume == 0 || _underway?.Volume != volume) return oracle.Check(found);
        if (_underway.Reverted is { } reverted && reverted.Check(found) is null) return null;
        if (_underway.IsWhole)
        {
            var got = found.AsSpan(_underway.Sector, _underway.Count).Count(_underway.Value);
            if (got != 0 && got != _underway.Count) return $"{got} of {_underway.Count} sectors of an atomic write at {_underway.Sector} are there";
        }
        oracle.Wrote(_underway.Sector, _underway.Count, _underway.Value);
        return oracle.Check(found);
    }

    private static long[] Read(VolumeStore store, StoredKind kind, long id)
    {
        if (kind == StoredKind.Volume) return ReadAll(store.Open(id));
        const long bridge = 1L << 40;
        store.CloneSnapshot(id, bridge);
        var found = ReadAll(store.Open(bridge));
        store.Delete(bridge);
        return found;
    }

    private static long[] ReadAll(IBlockDevice device)
    {
        var bytes = new byte[Sectors * SectorOracle.SectorBytes];
        Ok(device.Read(0, bytes));
        var found = new long[Sectors];
        for (var i = 0; i < Sectors; i++)
        {
            var words = MemoryMarshal.Cast<byte, long>(bytes.AsSpan(i * SectorOracle.SectorBytes, SectorOracle.SectorBytes));
            found[i] = words.IndexOfAnyExcept(words[0]) < 0 ? words[0] : -1; // a sector is never torn
        }
        return found;
    }

    private long Pick(Dictionary<long, SectorOracle> of) => of.Keys.ElementAt(_random.Next(of.Count));

    private static void Ok(IoFault fault)
    {
        if (fault != IoFault.None) throw new InvalidOperationException($"an access failed: {fault}");
    }

    /// <summary>What was being done when the power went.</summary>
    private sealed record Underway(string What)
    {
        public long? Volume { get; init; }
        public int Sector { get; init; }
        public int Count { get; init; }
        public long Value { get; init; }
        public bool IsWhole { get; init; }
        public SectorOracle? Reverted { get; init; }
        public long? Made { get; init; }
        public long? MadeSnapshot { get; init; }
        public SectorOracle? MadeAs { get; init; }
        public long? Deleted { get; init; }

        public override string ToString() => What;
    }
}
