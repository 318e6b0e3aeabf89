using System.Buffers.Binary;
using Headgate.Scsi.Tests.Support;

namespace Headgate.Scsi.Tests;

/// <summary>UNMAP, WRITE SAME and GET LBA STATUS (SBC-3 on logical block provisioning).</summary>
public sealed class ProvisioningTests
{
    private readonly Disk _disk = new();

    private static byte[] UnmapList(params (ulong Lba, uint Blocks)[] extents)
    {
        var list = new byte[8 + 16 * extents.Length];
        BinaryPrimitives.WriteUInt16BigEndian(list, (ushort)(list.Length - 2));
        BinaryPrimitives.WriteUInt16BigEndian(list.AsSpan(2), (ushort)(list.Length - 8));
        for (var i = 0; i < extents.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(list.AsSpan(8 + i * 16), extents[i].Lba);
            BinaryPrimitives.WriteUInt32BigEndian(list.AsSpan(16 + i * 16), extents[i].Blocks);
        }

        return list;
    }

    private ScsiResult Unmap(byte[] list) => _disk.Run($"42 00 00000000 00 {list.Length:X4} 00", list);

    private void Fill(uint lba, uint blocks)
    {
        var data = new byte[blocks * 512];
        data.AsSpan().Fill(0x5A);
        _disk.Run($"2A 00 {lba:X8} 00 {blocks:X4} 00", data).ShouldBeGood();
    }

    [Fact]
    public void Unmap_frees_each_extent()
    {
        Fill(0, 64);
        Unmap(UnmapList((0, 8), (16, 8), (20, 8))).ShouldBeGood();
        foreach (var (lba, mapped) in new[] { (0u, false), (7u, false), (8u, true), (15u, true), (16u, false), (27u, false), (28u, true) })
            Assert.Equal((mapped, mapped ? 0x5A : 0), (_disk.Medium.IsMapped(lba), _disk.Medium.Block(lba)[0]));
    }

    [Fact]
    public void Unmap_does_all_or_nothing()
    {
        Fill(0, 8);
        Unmap(UnmapList((0, 8), (1020, 5))).ShouldFail(5, 0x2100);
        Assert.True(_disk.Medium.IsMapped(0));
    }

    [Fact]
    public void Unmap_of_nothing_is_good()
    {
        _disk.Run("42 00 00000000 00 0000 00").ShouldBeGood();
        Unmap(UnmapList()).ShouldBeGood();
        Unmap(UnmapList((0, 0), (1024, 0))).ShouldBeGood();
        Unmap(UnmapList((1025, 0))).ShouldFail(5, 0x2100);
    }

    [Fact]
    public void Unmap_keeps_to_the_bounds_that_it_told()
    {
        Unmap(UnmapList([.. Enumerable.Repeat((0UL, 1u), 256)])).ShouldBeGood();
        Unmap(UnmapList([.. Enumerable.Repeat((0UL, 1u), 257)])).ShouldFail(5, 0x2600);
        var big = new Disk(blocks: 1UL << 32);
        var list = UnmapList((0, (1 << 20) + 1));
        big.Run($"42 00 00000000 00 {list.Length:X4} 00", list).ShouldFail(5, 0x2600);
    }

    [Fact]
    public void Unmap_with_a_list_that_is_cut_is_a_length_error()
    {
        Fill(0, 8);
        var list = UnmapList((0, 8));
        for (var length = 1; length < list.Length; length++)
            _disk.Run($"42 00 00000000 00 {length:X4} 00", list.AsSpan(0, length)).ShouldFail(5, 0x1A00);
        Assert.True(_disk.Medium.IsMapped(0));
    }

    [Fact]
    public void Unmap_is_charged_for_what_it_frees_up_to_a_bound()
    {
        long Cost(params (ulong, uint)[] extents)
        {
            var list = UnmapList(extents);
            var cdb = Disk.Hex($"42 00 00000000 00 {list.Length:X4} 00");
            return _disk.Unit.CostOf(_disk.Unit.Plan(_disk.A, cdb), cdb, list);
        }

        Assert.Equal(12 * 512, Cost((0, 8), (16, 4)));
        Assert.Equal(1 << 20, Cost((0, uint.MaxValue), (0, uint.MaxValue)));
    }

    [Theory]
    [InlineData("41 00 00000010 00 0004 00")]
    [InlineData("93 00 0000000000000010 00000004 00 00")]
    [InlineData("93 08 0000000000000010 00000004 00 00")]
    public void Write_same_repeats_its_block(string cdb)
    {
        var pattern = new byte[512];
        pattern[3] = 7;
        _disk.Run(cdb, pattern).ShouldBeGood();
        for (var lba = 16u; lba < 20; lba++)
            Assert.Equal(pattern, _disk.Medium.Block(lba).ToArray());
        Assert.True(_disk.Medium.IsMapped(19));
        Assert.False(_disk.Medium.IsMapped(15) || _disk.Medium.IsMapped(20));
    }

    [Theory]
    [InlineData("41 08 00000010 00 0004 00", 512, false)]
    [InlineData("93 08 0000000000000010 00000004 00 00", 512, false)]
    [InlineData("93 09 0000000000000010 00000004 00 00", 0, false)]
    [InlineData("93 01 0000000000000010 00000004 00 00", 0, true)]
    public void Write_same_of_zeros_frees_only_with_unmap(string cdb, int dataOut, bool mapped)
    {
        Fill(0, 64);
        _disk.Run(cdb, new byte[dataOut]).ShouldBeGood();
        Assert.Equal(mapped, _disk.Medium.IsMapped(16));
        Assert.Equal(0, _disk.Medium.Block(19)[511]);
        Assert.Equal(0x5A, _disk.Medium.Block(20)[0]);
        Assert.Equal(0x5A, _disk.Medium.Block(15)[0]);
    }

    [Fact]
    public void Write_same_of_no_blocks_goes_to_the_end()
    {
        _disk.Run("41 00 000003F0 00 0000 00", Enumerable.Repeat((byte)9, 512).ToArray()).ShouldBeGood();
        Assert.Equal(9, _disk.Medium.Block(1023)[511]);
        Assert.False(_disk.Medium.IsMapped(0x3EF));
        _disk.Run("41 00 00000400 00 0000 00", new byte[512]).ShouldFail(5, 0x2100);
    }

    [Fact]
    public void Write_same_is_bounded_also_when_it_means_to_the_end()
    {
        var big = new Disk(blocks: 1 << 20);
        big.Run("93 08 0000000000000000 00000000 00 00", new byte[512]).ShouldFail(5, 0x2400);
        big.Run("93 08 0000000000000000 00004001 00 00", new byte[512]).ShouldFail(5, 0x2400);
        var fits = Disk.Hex("93 08 0000000000000000 00004000 00 00");
        Assert.Equal(PlanKind.Execute, big.Unit.Plan(big.A, fits).Kind);
    }

    [Fact]
    public void Write_same_is_charged_as_writing_unless_it_frees()
    {
        var cdb = Disk.Hex("93 08 0000000000000000 00004000 00 00");
        var big = new Disk(blocks: 1 << 20);
        var plan = big.Unit.Plan(big.A, cdb);
        Assert.Equal(1 << 20, big.Unit.CostOf(plan, cdb, new byte[512]));
        Assert.Equal(8 << 20, big.Unit.CostOf(plan, cdb, Enumerable.Repeat((byte)1, 512).ToArray()));
    }

    [Theory]
    [InlineData("41 00 00000000 00 0001 00", 1024)]
    [InlineData("93 00 0000000000000000 00000001 00 00", 511)]
    [InlineData("93 01 0000000000000000 00000001 00 00", 512)]
    public void Write_same_refuses_data_of_another_length_than_its_block(string cdb, long offered) =>
        _disk.Unit.Plan(_disk.A, Disk.Hex(cdb), offered).Result.ShouldFail(5, 0x2400);

    [Fact]
    public void Anchoring_is_not_offered() => _disk.Run("93 18 0000000000000000 00000001 00 00", new byte[512]).ShouldFail(5, 0x2400);

    [Fact]
    public void Lba_status_lists_runs_from_the_block_asked_to_the_end()
    {
        Fill(8, 8);
        var data = _disk.Run("9E 12 0000000000000004 00001000 00 00").DataIn.ToArray();
        Assert.Equal(
            Disk.Hex("00000034 00000000" + "0000000000000004 00000004 01 000000" + "0000000000000008 00000008 00 000000"
                + "0000000000000010 000003F0 01 000000"),
            data);
    }

    [Fact]
    public void Lba_status_is_cut_to_the_room_there_is_and_has_one_descriptor_at_least()
    {
        Fill(8, 8);
        for (var length = 0; length < 64; length++)
        {
            var data = _disk.Run($"9E 12 0000000000000004 {length:X8} 00 00").DataIn.ToArray();
            var descriptors = Math.Clamp((length - 8) / 16, 1, 3);
            Assert.Equal(Math.Min(length, 8 + 16 * descriptors), data.Length);
            if (length >= 4)
                Assert.Equal(4 + 16 * descriptors, BinaryPrimitives.ReadInt32BigEndian(data));
        }
    }

    [Fact]
    public void Lba_status_past_the_end_is_out_of_range() =>
        _disk.Run("9E 12 0000000000000400 00001000 00 00").ShouldFail(5, 0x2100);

    [Fact]
    public void Synchronize_cache_flushes_and_checks_its_range()
    {
        _disk.Run("35 00 00000000 00 0000 00").ShouldBeGood();
        _disk.Run("91 06 00000000000003FF 00000001 00 00").ShouldBeGood();
        Assert.Equal(2, _disk.Medium.Flushes);
        _disk.Run("35 00 000003FF 00 0002 00").ShouldFail(5, 0x2100);
        Assert.Equal(2, _disk.Medium.Flushes);
    }

    [Fact]
    public void Defect_lists_are_empty_in_the_format_asked_for()
    {
        Assert.Equal(Disk.Hex("00 1D 0000"), _disk.Run("37 00 1D 00 00 00 00 00FF 00").DataIn.ToArray());
        Assert.Equal(Disk.Hex("00 0D 0000 00000000"), _disk.Run("B7 0D 00000000 000000FF 00 00").DataIn.ToArray());
    }

    [Fact]
    public void Target_port_groups_are_one_active_optimized_port()
    {
        var group = "00 01 0001 00 00 00 01 0000 0001";
        Assert.Equal(Disk.Hex("0000000C" + group), _disk.Run("A3 0A 00000000 000000FF 00 00").DataIn.ToArray());
        Assert.Equal(Disk.Hex("00000010 10000000" + group), _disk.Run("A3 2A 00000000 000000FF 00 00").DataIn.ToArray());
    }
}
