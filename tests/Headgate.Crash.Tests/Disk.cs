using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Headgate.Initiator;

namespace Headgate.Crash.Tests;

/// <summary>The tested part of a volume, over one session: stamped writes of every kind, in sectors of 512 bytes.</summary>
internal sealed class Disk(InitiatorSession session, int blockBytes)
{
    /// <summary>The part begins here, so that it lies across the border of two chunks of a copy (1 MiB each).</summary>
    public const long OffsetBytes = 512 << 10;

    private const int ReadBytes = 256 << 10;
    private const byte WriteAtomic16 = 0x9c, WriteSame16 = 0x93, UnmapCode = 0x42;

    /// <summary>Whether the target offers WRITE ATOMIC (MAXIMUM ATOMIC TRANSFER LENGTH of VPD page B0h).</summary>
    public bool IsAtomic { get; private set; }

    /// <summary>Asks for what depends on the target.</summary>
    public async Task<Disk> InquireAsync()
    {
        var page = new byte[64];
        await session.ExecuteAsync([0x12, 1, 0xb0, 0, 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], page, default, TestContext.Current.CancellationToken);
        IsAtomic = BinaryPrimitives.ReadInt32BigEndian(page.AsSpan(44)) != 0;
        return this;
    }

    /// <summary>Sectors that a logical block has.</summary>
    public int Step => blockBytes / BlockHistory.SectorBytes;

    public Task WriteAsync(int sector, int count, long value, bool fua) =>
        session.WriteAsync(At(sector), Stamped(count, value), fua, TestContext.Current.CancellationToken);

    public Task WriteAtomicAsync(int sector, int count, long value)
    {
        var cdb = Cdb(WriteAtomic16, sector);
        BinaryPrimitives.WriteUInt16BigEndian(cdb.AsSpan(12), (ushort)(count / Step));
        return session.ExecuteAsync(cdb, default, Stamped(count, value), TestContext.Current.CancellationToken);
    }

    public Task WriteSameAsync(int sector, int count, long value)
    {
        var cdb = Cdb(WriteSame16, sector);
        BinaryPrimitives.WriteInt32BigEndian(cdb.AsSpan(10), count / Step);
        return session.ExecuteAsync(cdb, default, Stamped(Step, value), TestContext.Current.CancellationToken);
    }

    public Task UnmapAsync(int sector, int count)
    {
        var cdb = new byte[16];
        (cdb[0], cdb[8]) = (UnmapCode, 24);
        var list = new byte[24];
        (list[1], list[3]) = (22, 16);
        BinaryPrimitives.WriteInt64BigEndian(list.AsSpan(8), At(sector) / blockBytes);
        BinaryPrimitives.WriteInt32BigEndian(list.AsSpan(16), count / Step);
        return session.ExecuteAsync(cdb, default, list, TestContext.Current.CancellationToken);
    }

    public Task FlushAsync() => session.SynchronizeAsync(TestContext.Current.CancellationToken);

    /// <summary>The number in each sector; -1 where its 8-byte words differ, which no write ever leaves.</summary>
    public async Task<long[]> ReadAsync(int sector, int count)
    {
        var bytes = new byte[count * BlockHistory.SectorBytes];
        for (var at = 0; at < bytes.Length; at += ReadBytes)
            await session.ReadAsync(At(sector) + at, bytes.AsMemory(at, Math.Min(ReadBytes, bytes.Length - at)), TestContext.Current.CancellationToken);
        return ValuesOf(bytes);
    }

    private static long At(int sector) => OffsetBytes + (long)sector * BlockHistory.SectorBytes;

    private byte[] Cdb(byte opcode, int sector)
    {
        var cdb = new byte[16];
        cdb[0] = opcode;
        BinaryPrimitives.WriteInt64BigEndian(cdb.AsSpan(2), At(sector) / blockBytes);
        return cdb;
    }

    private static long[] ValuesOf(byte[] bytes)
    {
        var values = new long[bytes.Length / BlockHistory.SectorBytes];
        for (var i = 0; i < values.Length; i++)
        {
            var words = MemoryMarshal.Cast<byte, long>(bytes.AsSpan(i * BlockHistory.SectorBytes, BlockHistory.SectorBytes));
            values[i] = words.IndexOfAnyExcept(words[0]) < 0 ? words[0] : -1;
        }
        return values;
    }

    private static byte[] Stamped(int count, long value)
    {
        var bytes = new byte[count * BlockHistory.SectorBytes];
        MemoryMarshal.Cast<byte, long>(bytes.AsSpan()).Fill(value);
        return bytes;
    }
}
