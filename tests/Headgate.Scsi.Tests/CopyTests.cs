using System.Buffers.Binary;
using Headgate.Scsi.Copying;
using Headgate.Scsi.Tests.Support;

namespace Headgate.Scsi.Tests;

/// <summary>EXTENDED COPY (LID1), RECEIVE COPY RESULTS and VPD page 8Fh.</summary>
public sealed class CopyTests : ICopyTargets
{
    private readonly Disk _disk = new(blocks: 8192);
    private readonly Disk _other = new(blocks: 8192, identity: Disk.Identity with { Naa = [.. new byte[15], 2], Eui64 = [.. new byte[7], 2] });
    private readonly Disk _large = new(blocks: 1024, blockBytes: 4096, identity: Disk.Identity with { Naa = [.. new byte[15], 3], Eui64 = [.. new byte[7], 3] });
    private readonly List<WorkQuantum> _quanta = [];

    public LogicalUnit? Find(ReadOnlySpan<byte> designator)
    {
        foreach (var disk in new[] { _disk, _other, _large })
        {
            if (disk.Unit.Identity.IsNamed(designator)) return disk.Unit;
        }
        return null;
    }

    [Fact]
    public void Blocks_are_copied_within_a_unit_in_bounded_pieces_that_are_each_charged_twice()
    {
        Fill(_disk, 0, 4096);
        Copy(List([_disk], Segment(0, 0, 4096, 0, 4096))).ShouldBeGood();
        AssertSame(_disk, 0, _disk, 4096, 4096);
        Assert.Equal(
            [(1 << 20, false), (1 << 20, true), (1 << 20, false), (1 << 20, true)], _quanta.Select(one => ((int)one.Bytes, one.IsWrite)));
    }

    [Fact]
    public void Blocks_are_copied_between_units_and_each_is_charged_for_its_part()
    {
        Fill(_disk, 100, 8);
        Copy(List([_disk, _other], Segment(0, 1, 8, 100, 7))).ShouldBeGood();
        AssertSame(_disk, 100, _other, 7, 8);
        Assert.Equal([(_disk.Unit, false), (_other.Unit, true)], _quanta.Select(one => (one.On, one.IsWrite)));
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(3, 0)]
    public void Overlapping_ranges_are_copied_as_they_were(int from, int to)
    {
        Fill(_disk, 0, 8192);
        var before = Bytes(_disk, from, 5000);
        Copy(List([_disk], Segment(0, 0, 5000, (ulong)from, (ulong)to))).ShouldBeGood();
        Assert.Equal(before, Bytes(_disk, to, 5000));
    }

    [Fact]
    public void Between_block_sizes_the_bytes_must_fit_both()
    {
        Fill(_disk, 0, 16);
        Copy(List([_disk, _large], Segment(0, 1, 16, 0, 5))).ShouldBeGood();
        Assert.Equal(Bytes(_disk, 0, 16), Bytes(_large, 5, 2));
        Copy(List([_disk, _large], Segment(0, 1, 15, 0, 5))).ShouldFail(0xA, 0x260A);
        // DC=1: blocks of the destination are counted.
        Copy(List([_disk, _large], Segment(0, 1, 2, 0, 9, countsDestination: true))).ShouldBeGood();
        Assert.Equal(Bytes(_disk, 0, 16), Bytes(_large, 9, 2));
    }

    [Fact]
    public void With_byte_offsets_the_rest_of_the_first_and_the_last_block_stays()
    {
        Fill(_disk, 0, 8);
        Fill(_other, 0, 8, seed: 77);
        var expected = Bytes(_other, 0, 8);
        Bytes(_disk, 0, 8).AsSpan(100, 1000).CopyTo(expected.AsSpan(512 + 37));
        Copy(List([_disk, _other], OffsetSegment(0, 1, 1000, 0, 1, 100, 37))).ShouldBeGood();
        Assert.Equal(expected, Bytes(_other, 0, 8));
        Assert.True(_quanta[^1].IsExclusive); // it reads and then writes
    }

    [Fact]
    public void Lists_that_lie_about_themselves_are_refused_before_anything_is_copied()
    {
        var good = List([_disk], Segment(0, 0, 8, 0, 16));
        Copy(good[..47]).ShouldFail(5, 0x1A00);
        Copy(good[..^1]).ShouldFail(5, 0x1A00);
        Copy(good, claims: good.Length + 1).ShouldFail(5, 0x1A00);
        Copy([], claims: 0).ShouldBeGood();
        Copy(new byte[16]).ShouldBeGood(); // no descriptors: nothing to do
        Copy(Change(good, 1, 0x08)).ShouldFail(5, 0x2600); // LIST ID USAGE 01b
        Copy(Change(good, 1, 0x18)).ShouldFail(5, 0x2600); // 11b with an identifier
        Copy(Change(Change(good, 1, 0x18), 0, 0)).ShouldBeGood();
        Copy(Change(good, 3, 33)).ShouldFail(5, 0x2600);
        Copy(Change(good, 15, 1)).ShouldFail(5, 0x260B); // inline data
        Copy(Change(good, 16, 0xE5)).ShouldFail(5, 0x2607);
        Copy(Change(good, 48, 0x05)).ShouldFail(5, 0x2609);
        Copy(Change(good, 17, 0xC0)).ShouldFail(5, 0x2600); // LU ID TYPE reserved
        Copy(Change(good, 23, 21)).ShouldFail(5, 0x2600); // designator longer than its room
        Copy(Change(good, 51, 0x19)).ShouldFail(5, 0x2600); // segment length
        Copy(List([.. Enumerable.Repeat(_disk, CopyLimits.MaxTargets + 1)], Segment(0, 0, 8, 0, 16))).ShouldFail(5, 0x2606);
        Copy(List([_disk], [.. Enumerable.Repeat(Segment(0, 0, 8, 0, 16), CopyLimits.MaxSegments + 1)])).ShouldFail(5, 0x2608);
        Assert.False(_disk.Medium.IsMapped(15));
    }

    [Fact]
    public void What_cannot_be_reached_or_lies_past_an_end_aborts_the_copy()
    {
        Copy(Change(List([_disk], Segment(0, 0, 8, 0, 16)), 24, 0x99)).ShouldFail(0xA, 0x0D02);
        Copy(Change(List([_disk], Segment(0, 0, 8, 0, 16)), 17, 0x20)).ShouldFail(0xA, 0x0D02); // NUL
        Copy(List([_disk], Segment(0, 1, 8, 0, 16))).ShouldFail(0xA, 0x0804);
        Copy(List([_disk], Segment(0, 0, 8, 0, 8185))).ShouldFail(0xA, 0x0000);
        Copy(List([_disk], Segment(0, 0, 8, ulong.MaxValue, 0))).ShouldFail(0xA, 0x0000);
        Copy(List([_disk, _other], Segment(0, 1, 8, 0, 8188), Segment(0, 1, 8, 0, 0))).ShouldFail(0xA, 0x0000);
        Assert.False(_other.Medium.IsMapped(0)); // nothing of a list that cannot be done whole
    }

    [Fact]
    public void Reservations_and_write_protection_of_both_ends_hold()
    {
        var list = List([_disk, _other], Segment(0, 1, 8, 0, 16));
        _other.Unit.SetWriteProtected(true);
        Copy(list).ShouldFail(0xA, 0x0D01);
        _other.Unit.SetWriteProtected(false);
        Reserve(_other, _other.Open(Disk.PortB), type: 1);
        Copy(list).ShouldFail(0xA, 0x0D01);
        Copy(List([_disk, _other], Segment(1, 0, 8, 0, 16))).ShouldBeGood(); // write exclusive lets it read
        // The initiator's own session over there, with another ISID, is what counts.
        var own = _other.Open("iqn.2026-11.test:a,i,0x400001379999");
        Assert.Equal(ScsiStatus.Good, _other.Run(own, "5F 06 00 00 00 00 00 00 18 00", Keys(0, 7)).Status);
        Copy(list).ShouldFail(0xA, 0x0D01); // registered is not enough for write exclusive
        Reserve(_disk, _disk.Open(Disk.PortB), type: 3);
        Assert.Equal(ScsiStatus.ReservationConflict, Copy(list).Status);
    }

    [Fact]
    public void Protection_that_comes_while_it_is_under_way_ends_it()
    {
        var work = Begin(List([_disk], Segment(0, 0, 4096, 0, 4096)), out _)!;
        Step(work);
        _disk.Unit.SetWriteProtected(true);
        Step(work);
        Assert.Null(work.Next);
        work.Result.ShouldFail(0xA, 0x0D01);
        Assert.False(_disk.Medium.IsMapped(4096));
    }

    [Fact]
    public void Its_result_can_be_asked_for_while_it_runs_and_afterwards_by_its_nexus_alone()
    {
        Status(1).ShouldFail(5, 0x2400);
        var work = Begin(List([_disk], Segment(0, 0, 4096, 0, 4096)), out _)!;
        Assert.Equal("00000008 00 0000 00 00000000".Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(Status(1).DataIn.Span));
        Begin(List([_disk], Segment(0, 0, 8, 0, 8)), out var again);
        again.ShouldFail(5, 0x0016); // this list identifier is in use
        while (work.Next is not null) Step(work);
        Assert.Equal("00000008 01 0001 00 00200000".Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(Status(1).DataIn.Span));
        _disk.Run(_disk.Open(Disk.PortB), "84 00 01 00000000000000 000000FF 00 00").ShouldFail(5, 0x2400);
        Begin(List([_disk], Segment(0, 0, 4096, 0, 4096)), out _)!.Abandon();
        Assert.Equal(2, Status(1).DataIn.Span[4]);
        _disk.Unit.Reset(ResetKind.LogicalUnit);
        _disk.Run("00 00 00 00 00 00");
        Status(1).ShouldFail(5, 0x2400);
    }

    [Fact]
    public void So_many_at_a_time_and_then_busy()
    {
        var list = List([_disk], Segment(0, 0, 8, 0, 16));
        for (var id = 0; id < CopyLimits.MaxConcurrent; id++) Assert.NotNull(Begin(Change(list, 0, (byte)id), out _));
        Assert.Null(Begin(Change(list, 0, 200), out var answer));
        Assert.Equal(ScsiStatus.Busy, answer.Status);
    }

    [Fact]
    public void Results_are_kept_up_to_their_bound()
    {
        var list = List([_disk], Segment(0, 0, 8, 0, 16));
        for (var id = 0; id <= CopyLimits.MaxKeptResults; id++) Copy(Change(list, 0, (byte)id)).ShouldBeGood();
        Status(0).ShouldFail(5, 0x2400);
        Status(1).ShouldBeGood();
    }

    [Fact]
    public void Limits_are_told_alike_by_operating_parameters_and_page_8F()
    {
        var parameters = _disk.Run("84 03 00 00000000000000 000000FF 00 00").DataIn.Span;
        var page = _disk.Run("12 01 8F 00 FF 00").DataIn.Span;
        Assert.Equal((parameters.Length - 4, page.Length - 4), ((int)parameters[3], page[2] << 8 | page[3]));
        Assert.Equal([0x02, 0x0A, 0xE4], parameters[44..].ToArray());
        Assert.Equal(CopyLimits.MaxTargets, BinaryPrimitives.ReadUInt16BigEndian(parameters[8..]));
        var types = new List<int>();
        for (var at = 4; at < page.Length; at += 4 + BinaryPrimitives.ReadUInt16BigEndian(page[(at + 2)..]))
            types.Add(BinaryPrimitives.ReadUInt16BigEndian(page[at..]));
        Assert.Equal([0x0001, 0x0004, 0x0008, 0x8001], types);
        Assert.NotEqual(0, _disk.Run("12 00 00 00 FF 00").DataIn.Span[5] & 0x08); // 3PC
    }

    private static byte[] Change(byte[] list, int at, byte value)
    {
        var changed = (byte[])list.Clone();
        changed[at] = value;
        return changed;
    }

    private static byte[] List(Disk[] targets, params byte[][] segments)
    {
        var list = new List<byte>(new byte[16]);
        foreach (var target in targets)
            list.AddRange([0xE4, 0, 0, 0, 0x01, 0x03, 0, 16, .. target.Unit.Identity.Naa, .. new byte[4], 0, 0, 2, 0]);
        foreach (var segment in segments) list.AddRange(segment);
        var bytes = list.ToArray();
        bytes[0] = 1;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), (ushort)(targets.Length * 32));
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), segments.Sum(segment => segment.Length));
        return bytes;
    }

    private static byte[] Segment(ushort source, ushort destination, ushort blocks, ulong from, ulong to, bool countsDestination = false)
    {
        var segment = new byte[28];
        (segment[0], segment[1], segment[3]) = (0x02, (byte)(countsDestination ? 2 : 0), 24);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(4), source);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(6), destination);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(10), blocks);
        BinaryPrimitives.WriteUInt64BigEndian(segment.AsSpan(12), from);
        BinaryPrimitives.WriteUInt64BigEndian(segment.AsSpan(20), to);
        return segment;
    }

    private static byte[] OffsetSegment(ushort source, ushort destination, uint bytes, ulong from, ulong to, ushort fromByte, ushort toByte)
    {
        var segment = new byte[32];
        Segment(source, destination, 0, from, to).CopyTo(segment, 0);
        (segment[0], segment[3]) = (0x0A, 28);
        BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(8), bytes);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(28), fromByte);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(30), toByte);
        return segment;
    }

    private static byte[] Keys(ulong key, ulong actionKey)
    {
        var list = new byte[24];
        BinaryPrimitives.WriteUInt64BigEndian(list, key);
        BinaryPrimitives.WriteUInt64BigEndian(list.AsSpan(8), actionKey);
        return list;
    }

    private static void Reserve(Disk disk, Nexus nexus, int type)
    {
        disk.Run(nexus, "5F 06 00 00 00 00 00 00 18 00", Keys(0, 0xB)).ShouldBeGood();
        disk.Run(nexus, $"5F 01 {type:X2} 00 00 00 00 00 18 00", Keys(0xB, 0)).ShouldBeGood();
    }

    private static void Fill(Disk disk, ulong lba, int blocks, int seed = 1)
    {
        var data = new byte[blocks * disk.Unit.Geometry.LogicalBlockBytes];
        new Random(seed).NextBytes(data);
        disk.Medium.Write(lba, data, fua: false);
    }

    private static byte[] Bytes(Disk disk, int lba, int blocks)
    {
        var data = new byte[blocks * disk.Unit.Geometry.LogicalBlockBytes];
        disk.Medium.Read((ulong)lba, data);
        return data;
    }

    private static void AssertSame(Disk one, int at, Disk other, int otherAt, int blocks) =>
        Assert.Equal(Bytes(one, at, blocks), Bytes(other, otherAt, blocks));

    private ScsiResult Status(byte listId) => _disk.Run($"84 00 {listId:X2} 00000000000000 000000FF 00 00");

    private ScsiResult Copy(byte[] list, int? claims = null)
    {
        if (Begin(list, out var answer, claims) is not { } work) return answer;
        while (work.Next is not null) Step(work);
        return work.Result;
    }

    private LongCommand? Begin(byte[] list, out ScsiResult answer, int? claims = null)
    {
        var cdb = Disk.Hex($"83 00 0000000000000000 {claims ?? list.Length:X8} 00 00");
        var plan = _disk.Unit.Plan(_disk.A, cdb);
        answer = plan.Result;
        return plan.IsLong ? _disk.Unit.Begin(_disk.A, cdb, list, this, out answer) : null;
    }

    private void Step(LongCommand work)
    {
        var next = work.Next!.Value;
        _quanta.Add(next);
        var disk = new[] { _disk, _other, _large }.Single(one => one.Unit == next.On);
        _buffer = _buffer.Length < work.BufferBytes ? new byte[work.BufferBytes] : _buffer;
        work.Run(disk.Medium, _buffer);
    }

    private byte[] _buffer = [];
}
