using Headgate.Scsi.Tests.Support;

namespace Headgate.Scsi.Tests;

public sealed class ModeTests
{
    private const string RecoveryPage = "01 0A C0 00 00000000 00000000";
    private const string CachingPage = "08 12 04 00 0000 0000 0000 0000 00 00 0000 00 000000";
    private const string ControlPage = "0A 0A 02 10 00 00 0000 012C 0000";
    private const string ExceptionsPage = "1C 0A 08 00 00000000 00000000";

    private readonly Disk _disk = new();

    internal static ScsiResult SelectControl(Disk disk, bool descriptorSense, bool softwareWriteProtect) => disk.Run(
        "15 10 00 00 10 00",
        Disk.Hex($"00000000 0A0A {(descriptorSense ? "06" : "02")} 10 {(softwareWriteProtect ? "08" : "00")} 00 0000 012C 0000"));

    [Fact]
    public void All_pages_of_mode_sense_6()
    {
        var expected = Disk.Hex("43 00 10 08 00000400 00000200" + RecoveryPage + CachingPage + ControlPage + ExceptionsPage);
        Assert.Equal(expected, _disk.Run("1A 00 3F 00 FF 00").DataIn.ToArray());
        for (var length = 0; length <= expected.Length; length++)
            Assert.Equal(expected[..length], _disk.Run($"1A 00 3F 00 {length:X2} 00").DataIn.ToArray());
    }

    [Fact]
    public void Mode_sense_10_with_the_long_block_descriptor_and_without_any()
    {
        Assert.Equal(
            Disk.Hex("0022 00 10 01 00 0010 0000000000000400 00000000 00000200" + ControlPage),
            _disk.Run("5A 10 0A 00 00 00 00 FFFF 00").DataIn.ToArray());
        Assert.Equal(
            Disk.Hex("0012 00 10 00 00 0000" + ControlPage), _disk.Run("5A 08 0A 00 00 00 00 FFFF 00").DataIn.ToArray());
    }

    [Fact]
    public void Changeable_bits_are_d_sense_and_swp_alone()
    {
        Assert.Equal(
            Disk.Hex("3B 00 10 00" + "01 0A 00000000000000000000" + "08 12 000000000000000000000000000000000000" + "0A 0A 04 00 08 00 000000000000" + "1C 0A 00000000000000000000"),
            _disk.Run("1A 08 7F 00 FF 00").DataIn.ToArray());
    }

    [Fact]
    public void Saved_values_are_not_supported() => _disk.Run("1A 00 FF 00 FF 00").ShouldFail(5, 0x3900);

    [Theory]
    [InlineData("1A 00 05 00 FF 00", 2)]
    [InlineData("1A 00 0A 01 FF 00", 3)]
    [InlineData("5A 00 3F 7F 00 00 00 00 FF 00", 3)]
    public void Unknown_pages_and_subpages_are_invalid_fields(string cdb, int field)
    {
        var result = _disk.Run(cdb);
        result.ShouldFail(5, 0x2400);
        Assert.Equal(field, result.FieldByte());
    }

    [Fact]
    public void Swp_protects_shows_in_the_header_and_tells_the_other_nexus()
    {
        var other = _disk.Open(Disk.PortB);
        SelectControl(_disk, descriptorSense: false, softwareWriteProtect: true).ShouldBeGood();
        _disk.Run("2A 00 00000000 00 0001 00", new byte[512]).ShouldFail(7, 0x2702);
        Assert.Equal(0x90, _disk.Run("1A 08 0A 00 FF 00").DataIn.Span[2]);
        Assert.Equal(0x08, _disk.Run("1A 08 0A 00 FF 00").DataIn.Span[8]);
        Assert.Equal(0x00, _disk.Run("1A 08 8A 00 FF 00").DataIn.Span[8]);
        _disk.Run(other, "00 00 00 00 00 00").ShouldFail(6, 0x2A01);
        SelectControl(_disk, descriptorSense: false, softwareWriteProtect: false).ShouldBeGood();
        _disk.Run("2A 00 00000000 00 0001 00", new byte[512]).ShouldBeGood();
    }

    [Fact]
    public void A_select_that_changes_nothing_tells_nobody()
    {
        var other = _disk.Open(Disk.PortB);
        SelectControl(_disk, descriptorSense: false, softwareWriteProtect: false).ShouldBeGood();
        _disk.Run(other, "00 00 00 00 00 00").ShouldBeGood();
    }

    [Fact]
    public void The_write_cache_cannot_be_switched_off_and_nothing_of_the_list_is_done()
    {
        var list = Disk.Hex("00000000 0A0A 02 10 08 00 0000 012C 0000" + CachingPage.Replace("08 12 04", "08 12 00", StringComparison.Ordinal));
        var result = _disk.Run($"15 10 00 00 {list.Length:X2} 00", list);
        result.ShouldFail(5, 0x2600);
        Assert.Equal(4 + 12 + 2, result.FieldByte());
        _disk.Run("2A 00 00000000 00 0001 00", new byte[512]).ShouldBeGood();
    }

    [Fact]
    public void A_list_cut_anywhere_is_a_length_error_or_changes_nothing()
    {
        var list = Disk.Hex("00000008 00000400 00000200 0A0A 02 10 08 00 0000 012C 0000");
        for (var length = 1; length < list.Length; length++)
        {
            var result = _disk.Run($"15 10 00 00 {length:X2} 00", list.AsSpan(0, length));
            if (length != 12)
                result.ShouldFail(5, 0x1A00);
            _disk.Run("2A 00 00000000 00 0001 00", new byte[512]).ShouldBeGood();
        }

        _disk.Run($"15 10 00 00 {list.Length:X2} 00", list).ShouldBeGood();
        _disk.Run("2A 00 00000000 00 0001 00", new byte[512]).ShouldFail(7, 0x2702);
    }

    [Theory]
    [InlineData("15 00 00 00 04 00", 0x2400)]
    [InlineData("15 11 00 00 04 00", 0x2400)]
    [InlineData("15 10 00 00 00 00", -1)]
    public void Pf_is_needed_sp_is_refused_and_an_empty_list_is_good(string cdb, int asc) =>
        Assert.Equal(asc, _disk.Run(cdb, new byte[4]).Asc());

    [Theory]
    [InlineData("00000008 00000401 00000200")]
    [InlineData("00000008 00000000 00001000")]
    [InlineData("00000007 00000000 00000200")]
    [InlineData("00010000 00000000 00000000")]
    [InlineData("00000000 8A0A 0210 0000 0000")]
    public void A_header_that_would_change_the_medium_is_an_invalid_parameter(string list) =>
        _disk.Run($"15 10 00 00 0C 00", Disk.Hex(list)).ShouldFail(5, 0x2600);

    [Fact]
    public void Reset_brings_the_defaults_back()
    {
        SelectControl(_disk, descriptorSense: true, softwareWriteProtect: true).ShouldBeGood();
        _disk.Unit.Reset(ResetKind.LogicalUnit);
        _disk.Run("00 00 00 00 00 00").ShouldFail(6, 0x2903);
        _disk.Run("2A 00 00000000 00 0001 00", new byte[512]).ShouldBeGood();
        Assert.Equal(0x70, _disk.Run("FF 00").Sense.Span[0]);
    }
}
