using CsCheck;
using Headgate.Scsi.Tests.Support;

namespace Headgate.Scsi.Tests;

public sealed class ReadWriteTests
{
    private readonly Disk _disk = new();

    /// <summary>CDBs of the four sizes; 6 bytes have 21 bits of address and 8 of count.</summary>
    private static byte[] Cdb(byte opcode, ulong lba, uint blocks, bool fua) => (opcode >> 5) switch
    {
        0 => [opcode, (byte)(lba >> 16), (byte)(lba >> 8), (byte)lba, (byte)blocks, 0],
        1 => Disk.Hex($"{opcode:X2}{(fua ? 8 : 0):X2}{lba:X8}00{blocks:X4}00"),
        5 => Disk.Hex($"{opcode:X2}{(fua ? 8 : 0):X2}{lba:X8}{blocks:X8}0000"),
        _ => Disk.Hex($"{opcode:X2}{(fua ? 8 : 0):X2}{lba:X16}{blocks:X8}0000"),
    };

    [Fact]
    public void Every_size_of_read_and_write_plans_its_blocks()
    {
        foreach (var opcode in (byte[])[0x08, 0x28, 0xA8, 0x88, 0x0A, 0x2A, 0xAA, 0x8A])
        {
            var isWrite = (opcode & 2) != 0;
            var six = opcode < 0x20;
            Gen.Select(Gen.ULong[0, 1023], Gen.UInt[1, 255], Gen.Bool).Sample((lba, blocks, fua) =>
            {
                var plan = _disk.Unit.Plan(_disk.A, Cdb(opcode, lba, blocks, fua));
                if (lba + blocks > 1024)
                    return plan.Kind == PlanKind.Respond && plan.Result.Asc() == 0x2100;
                return plan.Kind == (isWrite ? PlanKind.Write : PlanKind.Read) && plan.Lba == lba && plan.Blocks == blocks
                    && plan.Fua == (fua && !six) && plan.CostBytes == blocks * 512 && plan.IsWrite == isWrite
                    && plan.DataOutBytes == (isWrite ? blocks * 512 : 0);
            }, iter: 200);
        }
    }

    [Fact]
    public void Length_zero_of_six_bytes_means_256() =>
        Assert.Equal(256u, _disk.Unit.Plan(_disk.A, Disk.Hex("08 00 00 00 00 00")).Blocks);

    [Fact]
    public void The_full_64_bits_of_address_are_looked_at()
    {
        _disk.Run("88 00 FFFFFFFFFFFFFFFF 00000001 00 00").ShouldFail(5, 0x2100);
        _disk.Run("88 00 0000000100000000 00000001 00 00").ShouldFail(5, 0x2100);
        _disk.Run("8A 00 00000000000003FF 00000002 00 00").ShouldFail(5, 0x2100);
    }

    [Theory]
    [InlineData("28 00 00000400 00 0000 00")]
    [InlineData("2A 00 FFFFFFFF 00 0000 00")]
    [InlineData("A8 00 80000000 00000000 00 00")]
    [InlineData("2F 02 00000400 00 0000 00")]
    [InlineData("2E 00 00000400 00 0000 00")]
    [InlineData("34 00 00000400 00 0000 00")]
    [InlineData("8B 00 0000000000000400 00000000 00 00")]
    [InlineData("89 00 0000000000000400 000000 00 00 00")]
    public void A_start_past_the_end_is_out_of_range_even_for_no_blocks(string cdb) => _disk.Run(cdb).ShouldFail(5, 0x2100);

    [Theory]
    [InlineData("28 00 00000000 00 0000 00")]
    [InlineData("2A 00 00000000 00 0000 00")]
    [InlineData("2F 02 00000000 00 0000 00")]
    [InlineData("2E 00 00000000 00 0000 00")]
    [InlineData("89 00 0000000000000000 000000 00 00 00")]
    [InlineData("8B 00 0000000000000000 00000000 00 00")]
    [InlineData("90 02 0000000000000000 00000000 1F 00")]
    public void No_blocks_at_a_block_that_exists_is_good(string cdb) => _disk.Run(cdb).ShouldBeGood();

    [Fact]
    public void More_than_the_maximum_transfer_is_an_invalid_length_field()
    {
        var disk = new Disk(blocks: 1 << 20);
        var result = disk.Unit.Plan(disk.A, Disk.Hex("88 00 0000000000000000 00004001 00 00")).Result;
        result.ShouldFail(5, 0x2400);
        Assert.Equal(10, result.FieldByte());
        Assert.Equal(PlanKind.Read, disk.Unit.Plan(disk.A, Disk.Hex("88 00 0000000000000000 00004000 00 00")).Kind);
    }

    [Fact]
    public void Planning_a_read_or_write_allocates_nothing()
    {
        var (read, write) = (Disk.Hex("28 00 00000001 00 0008 00"), Disk.Hex("8A 08 0000000000000001 00000008 00 00"));
        _disk.Unit.Plan(_disk.A, read);
        _disk.Unit.Plan(_disk.A, write);
        // A collection that another test sets off books the rest of this thread's allocation chunk: hence the best of a few.
        Assert.Equal(0, Enumerable.Range(0, 10).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                _disk.Unit.Plan(_disk.A, read);
                _disk.Unit.Plan(_disk.A, write);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }));
    }

    [Fact]
    public void A_write_protected_unit_refuses_every_writing_command_as_data_protect()
    {
        var disk = new Disk(writeProtected: true);
        foreach (var command in Dispatch.CommandTable.All)
        {
            if (!command.Has(Dispatch.CommandTraits.Writes))
                continue;
            var cdb = new byte[16];
            (cdb[0], cdb[1]) = (command.Opcode, command.ServiceAction);
            disk.Unit.Plan(disk.A, cdb).Result.ShouldFail(7, 0x2700);
        }

        disk.Run("28 00 00000000 00 0001 00").ShouldBeGood();
        disk.Run("35 00 00000000 00 0000 00").ShouldBeGood();
    }

    [Fact]
    public void Capacity_is_told_in_both_forms()
    {
        Assert.Equal(Disk.Hex("000003FF 00000200"), _disk.Run("25 00 00000000 0000 00 00").DataIn.ToArray());
        Assert.Equal(
            Disk.Hex("00000000000003FF 00000200 00 03 C000 00000000000000000000000000000000"),
            _disk.Run("9E 10 0000000000000000 00000020 00 00").DataIn.ToArray());
        for (var length = 0; length <= 33; length++)
            Assert.Equal(Math.Min(length, 32), _disk.Run($"9E 10 0000000000000000 {length:X8} 00 00").DataIn.Length);
    }

    [Fact]
    public void A_capacity_beyond_32_bits_sends_the_initiator_to_the_long_form() =>
        Assert.Equal(
            Disk.Hex("FFFFFFFF 00000200"), new Disk(blocks: (1UL << 32) + 1).Run("25 00 00000000 0000 00 00").DataIn.ToArray());
}
