using System.Text;
using Headgate.Scsi.Tests.Support;

namespace Headgate.Scsi.Tests;

public sealed class InquiryTests
{
    private readonly Disk _disk = new();

    [Fact]
    public void Standard_data_is_laid_out_as_spc4_table_139()
    {
        var expected = new byte[96];
        Disk.Hex("00 00 05 12 5B 18 00 02").CopyTo(expected, 0);
        Encoding.ASCII.GetBytes("SolidFirSSD SAN         1040").CopyTo(expected, 8);
        Disk.Hex("00A0 0960 0460 04C0").CopyTo(expected, 58);
        Assert.Equal(expected, _disk.Run("12 00 00 00 FF 00").DataIn.ToArray());
    }

    [Fact]
    public void Every_page_is_cut_at_every_allocation_length()
    {
        foreach (var page in new[] { "00 00", "01 00", "01 80", "01 83", "01 8F", "01 B0", "01 B1", "01 B2" })
        {
            var whole = _disk.Run($"12 {page} 01 FF 00").DataIn.ToArray();
            for (var length = 0; length <= whole.Length + 4; length++)
            {
                var cut = _disk.Run($"12 {page} {length:X4} 00");
                cut.ShouldBeGood();
                Assert.Equal(whole[..Math.Min(length, whole.Length)], cut.DataIn.ToArray());
            }
        }
    }

    [Fact]
    public void Supported_pages_ascend_and_each_says_its_code_and_length()
    {
        var pages = _disk.Run("12 01 00 00 FF 00").DataIn.ToArray()[4..];
        Assert.Equal(pages.Order(), pages);
        foreach (var page in pages)
        {
            var data = _disk.Run($"12 01 {page:X2} 04 00 00").DataIn.ToArray();
            Assert.Equal(page, data[1]);
            Assert.Equal(data.Length - 4, data[2] << 8 | data[3]);
        }
    }

    [Fact]
    public void A_page_code_without_evpd_and_an_unknown_page_are_invalid_fields()
    {
        foreach (var cdb in new[] { "12 00 80 00 FF 00", "12 01 B5 00 FF 00" })
        {
            var result = _disk.Run(cdb);
            result.ShouldFail(5, 0x2400);
            Assert.Equal(2, result.FieldByte());
        }
    }

    [Fact]
    public void Device_identification_names_unit_port_group_and_target()
    {
        var data = _disk.Run("12 01 83 01 FF 00").DataIn.ToArray();
        var types = new List<(int Association, int Type, byte[] Value)>();
        for (var at = 4; at < data.Length; at += 4 + data[at + 3])
            types.Add((data[at + 1] >> 4 & 3, data[at + 1] & 0xF, data[(at + 4)..(at + 4 + data[at + 3])]));

        Assert.Equal([(0, 3), (0, 2), (0, 1), (1, 4), (1, 5), (1, 8), (2, 8)], types.Select(one => (one.Association, one.Type)));
        Assert.Equal(Disk.Identity.Naa, types[0].Value);
        Assert.Equal(Disk.Identity.Eui64, types[1].Value);
        Assert.Equal("SolidFir6d7a636c00000001", Encoding.ASCII.GetString(types[2].Value));
        Assert.Equal([0, 0, 0, 1], types[3].Value);
        Assert.Equal([0, 0, 0, 1], types[4].Value);
        Assert.Equal(Disk.Identity.TargetName + ",t,0x0001", Encoding.UTF8.GetString(types[5].Value).TrimEnd('\0'));
        Assert.All(types.Skip(5), one => Assert.True(one.Value.Length % 4 == 0 && one.Value[^1] == 0));
    }

    [Theory]
    [InlineData(512, 512, 1, 8)]
    [InlineData(512, 4096, 8, 8)]
    [InlineData(4096, 4096, 1, 1)]
    public void Block_limits_speak_in_logical_blocks(int logical, int physical, int transferGranularity, int unmapGranularity)
    {
        var page = new Disk(1 << 12, logical, physical).Run("12 01 B0 00 FF 00").DataIn.ToArray();
        var expected = new byte[64];
        Disk.Hex("00 B0 00 3C 00 20").CopyTo(expected, 0);
        expected[7] = (byte)transferGranularity;
        Disk.Hex($"{(8 << 20) / logical:X8}").CopyTo(expected, 8);
        Disk.Hex("00100000 00000100").CopyTo(expected, 20);
        expected[31] = (byte)unmapGranularity;
        expected[32] = 0x80;
        Disk.Hex($"{(8 << 20) / logical:X16} {(1 << 20) / logical:X8} {4096 / logical:X8} {4096 / logical:X8}").CopyTo(expected, 36);
        Assert.Equal(expected, page);
    }

    [Fact]
    public void Provisioning_says_thin_with_unmap_and_both_write_sames_reading_zeros() =>
        Assert.Equal(Disk.Hex("00 B2 0004 00 E4 02 00"), _disk.Run("12 01 B2 00 FF 00").DataIn.ToArray());

    [Fact]
    public void A_unit_that_hides_unmap_says_nothing_of_it_anywhere()
    {
        var disk = new Disk(offersUnmap: false);
        Assert.Equal(Disk.Hex("00 B2 0004 00 00 00 00"), disk.Run("12 01 B2 00 FF 00").DataIn.ToArray());
        Assert.Equal(0, disk.Run("9E 10 0000000000000000 00000020 00 00").DataIn.Span[14]);
        Assert.Equal(new byte[16], disk.Run("12 01 B0 00 FF 00").DataIn.ToArray()[20..36]);
        disk.Run("42 00 00 00 00 00 00 0018 00").ShouldFail(5, 0x2000);
        disk.Run("9E 12 0000000000000000 00000020 00 00").ShouldFail(5, 0x2400);
        var writeSame = disk.Run("93 08 0000000000000000 00000008 00 00", new byte[512]);
        writeSame.ShouldFail(5, 0x2400);
        Assert.Equal(1, writeSame.FieldByte());
        disk.Run("93 00 0000000000000000 00000008 00 00", new byte[512]).ShouldBeGood();
        Assert.Equal(1, disk.Run("A3 0C 01 42 00 00 00 00 00 FF 00 00").DataIn.Span[1]); // not supported
    }

    [Fact]
    public void A_removable_unit_says_so() =>
        Assert.Equal(0x80, new Disk(removable: true).Run("12 00 00 00 24 00").DataIn.Span[1]);
}
