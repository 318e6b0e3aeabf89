using Headgate.Scsi.Sense;
using Headgate.Scsi.Tests.Support;

namespace Headgate.Scsi.Tests;

public sealed class SenseTests
{
    [Fact]
    public void Fixed_format_carries_information_and_field_pointer()
    {
        var sense = SenseData.InvalidFieldInCdb(10, 7) with { Information = 0x01020304 };
        Assert.Equal(
            Disk.Hex("F0 00 05 01020304 0A 00000000 2400 00 CF000A"), sense.Encode(descriptorFormat: false));
    }

    [Fact]
    public void Fixed_format_leaves_information_beyond_32_bits_invalid()
    {
        var sense = new SenseData(SenseKey.MediumError, AdditionalSense.WriteError) { Information = 1UL << 32 };
        Assert.Equal(Disk.Hex("70 00 03 00000000 0A 00000000 0C00 00 000000"), sense.Encode(descriptorFormat: false));
    }

    [Fact]
    public void Descriptor_format_has_a_descriptor_for_each()
    {
        var sense = SenseData.InvalidFieldInParameterList(0x0102) with { Information = 1UL << 32 };
        Assert.Equal(
            Disk.Hex("72 05 2600 000000 14 000A8000 0000000100000000 02060000 800102 00"),
            sense.Encode(descriptorFormat: true));
    }

    [Fact]
    public void D_sense_switches_the_format_of_later_check_conditions()
    {
        var disk = new Disk();
        Assert.Equal(0x70, disk.Run("FF 00").Sense.Span[0]);
        ModeTests.SelectControl(disk, descriptorSense: true, softwareWriteProtect: false).ShouldBeGood();
        Assert.Equal(0x72, disk.Run("FF 00").Sense.Span[0]);
        disk.Run("FF 00").ShouldFail(5, 0x2000);
    }

    [Theory]
    [InlineData(MediumStatus.ReadError, 3, 0x1100)]
    [InlineData(MediumStatus.WriteError, 3, 0x0C00)]
    [InlineData(MediumStatus.NoSpace, 7, 0x2707)]
    [InlineData(MediumStatus.Gone, 2, 0x0400)]
    public void Each_fault_of_the_medium_has_its_sense(MediumStatus fault, int key, int asc)
    {
        var disk = new Disk();
        disk.Medium.Fault = fault;
        disk.Run("2A 00 00000007 00 0001 00", new byte[512]).ShouldFail(key, asc);
        disk.Run("35 00 00000000 00 0000 00").ShouldFail(key, asc);
    }

    [Fact]
    public void Request_sense_takes_the_attention_and_then_has_nothing_to_say()
    {
        var disk = new Disk();
        var nexus = disk.Unit.OpenNexus(Disk.PortB);
        Assert.Equal(Disk.Hex("70 00 06 00000000 0A 00000000 2900 00 000000"), disk.Run(nexus, "03 00 00 00 FF 00").DataIn.ToArray());
        Assert.Equal(Disk.Hex("72 00 0000 000000 00"), disk.Run(nexus, "03 01 00 00 FF 00").DataIn.ToArray());
    }
}
