using Headgate.Scsi.Tests.Support;

namespace Headgate.Scsi.Tests;

/// <summary>VERIFY, WRITE AND VERIFY, COMPARE AND WRITE, ORWRITE: commands that look at what is there.</summary>
public sealed class VerifyTests
{
    private readonly Disk _disk = new();

    private static byte[] Pattern(int blocks, int seed = 1)
    {
        var data = new byte[blocks * 512];
        for (var at = 0; at < data.Length; at++)
            data[at] = (byte)(at * 7 + at / 512 + seed);
        return data;
    }

    private void Put(uint lba, byte[] data) =>
        _disk.Run($"2A 00 {lba:X8} 00 {data.Length / 512:X4} 00", data).ShouldBeGood();

    private byte[] Get(uint lba, int blocks) => _disk.Run($"28 00 {lba:X8} 00 {blocks:X4} 00").DataIn.ToArray();

    [Theory]
    [InlineData("2F 02 00000005 00 0003 00")]
    [InlineData("AF 02 00000005 00000003 00 00")]
    [InlineData("8F 02 0000000000000005 00000003 00 00")]
    public void Verify_compares_and_tells_where_it_differs(string cdb)
    {
        var data = Pattern(3);
        Put(5, data);
        _disk.Run(cdb, data).ShouldBeGood();
        data[1030] ^= 0x80;
        var result = _disk.Run(cdb, data);
        result.ShouldFail(0xE, 0x1D00);
        Assert.Equal(Disk.Hex("F0 00 0E 00000406"), result.Sense.ToArray()[..7]);
    }

    [Fact]
    public void Verify_without_byte_check_takes_no_data_and_reads_the_medium()
    {
        var cdb = Disk.Hex("2F 00 00000000 00 0010 00");
        Assert.Equal(0, _disk.Unit.Plan(_disk.A, cdb).DataOutBytes);
        _disk.Run(_disk.A, cdb).ShouldBeGood();
        _disk.Medium.Fault = MediumStatus.ReadError;
        _disk.Run(_disk.A, cdb).ShouldFail(3, 0x1100);
    }

    [Fact]
    public void Verify_with_one_block_compares_each_with_it()
    {
        var cdb = Disk.Hex("2F 06 00000008 00 0004 00");
        Put(8, [.. Pattern(1), .. Pattern(1), .. Pattern(1), .. Pattern(1)]);
        Assert.Equal(512, _disk.Unit.Plan(_disk.A, cdb).DataOutBytes);
        _disk.Run(_disk.A, cdb, Pattern(1)).ShouldBeGood();
        Put(11, Pattern(1, seed: 2));
        _disk.Run(_disk.A, cdb, Pattern(1)).ShouldFail(0xE, 0x1D00);
    }

    [Fact]
    public void Verify_with_the_reserved_byte_check_is_an_invalid_field() =>
        Assert.Equal(1, _disk.Run("2F 04 00000000 00 0001 00").FieldByte());

    [Fact]
    public void Verify_with_less_data_than_its_cdb_says_compares_nothing() =>
        _disk.Run("2F 02 00000000 00 0002 00", new byte[512]).ShouldFail(5, 0x0E03);

    [Fact]
    public void Comparison_runs_on_over_pieces_of_the_medium()
    {
        var disk = new Disk(blocks: 8192);
        var data = new byte[3 << 20];
        disk.Run("2F 02 00000000 00 1800 00", data).ShouldBeGood();
        data[(2 << 20) + 17] = 1;
        var result = disk.Run("2F 02 00000000 00 1800 00", data);
        Assert.Equal(Disk.Hex("F0 00 0E 00200011"), result.Sense.ToArray()[..7]);
    }

    [Theory]
    [InlineData("2E 02 00000005 00 0003 00")]
    [InlineData("AE 00 00000005 00000003 00 00")]
    [InlineData("8E 02 0000000000000005 00000003 00 00")]
    public void Write_and_verify_writes_to_the_medium(string cdb)
    {
        _disk.Run(cdb, Pattern(3)).ShouldBeGood();
        Assert.Equal(Pattern(3), Get(5, 3));
        Assert.Equal(1, _disk.Medium.DurableWrites);
    }

    [Fact]
    public void Write_and_verify_writes_what_was_offered_if_it_is_whole_blocks()
    {
        _disk.Run("2E 00 00000000 00 0002 00", Pattern(1)).ShouldBeGood();
        Assert.Equal([.. Pattern(1), .. new byte[512]], Get(0, 2));
        _disk.Run("2E 00 00000000 00 0002 00", new byte[700]).ShouldFail(5, 0x0E03);
        Assert.Equal(Pattern(1), Get(0, 1));
        _disk.Run("2E 00 00000000 00 0002 00").ShouldBeGood();
    }

    [Fact]
    public void Compare_and_write_writes_when_equal_and_else_tells_where_not()
    {
        var cdb = "89 08 0000000000000007 000000 02 00 00";
        Put(7, Pattern(2));
        _disk.Run(cdb, [.. Pattern(2), .. Pattern(2, seed: 9)]).ShouldBeGood();
        Assert.Equal(Pattern(2, seed: 9), Get(7, 2));
        Assert.Equal(1, _disk.Medium.DurableWrites);
        var wrong = Pattern(2, seed: 9);
        wrong[600] ^= 1;
        var result = _disk.Run(cdb, [.. wrong, .. Pattern(2)]);
        result.ShouldFail(0xE, 0x1D00);
        Assert.Equal(Disk.Hex("F0 00 0E 00000258"), result.Sense.ToArray()[..7]);
        Assert.Equal(Pattern(2, seed: 9), Get(7, 2));
    }

    [Fact]
    public void Compare_and_write_takes_as_many_blocks_as_it_says_and_all_its_data()
    {
        Assert.Equal(13, _disk.Run("89 00 0000000000000000 000000 21 00 00").FieldByte());
        Assert.Equal(PlanKind.Execute, _disk.Unit.Plan(_disk.A, Disk.Hex("89 00 0000000000000000 000000 20 00 00")).Kind);
        _disk.Run("89 00 0000000000000000 000000 01 00 00", new byte[512]).ShouldFail(5, 0x2400);
        var offered = _disk.Unit.Plan(_disk.A, Disk.Hex("89 00 0000000000000000 000000 01 00 00"), dataOutOffered: 2048);
        offered.Result.ShouldFail(5, 0x2400);
    }

    [Fact]
    public void Compare_and_writes_of_many_threads_count_without_losing_one()
    {
        const int threads = 4, each = 100;
        _disk.Medium.AfterRead = () => Thread.Yield();
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            for (var done = 0; done < each;)
            {
                var seen = new byte[512];
                _disk.Medium.Read(3, seen);
                var next = (byte[])seen.Clone();
                BitConverter.TryWriteBytes(next, BitConverter.ToInt32(seen) + 1);
                var result = _disk.Run("89 00 0000000000000003 000000 01 00 00", [.. seen, .. next]);
                done += result.Status == ScsiStatus.Good ? 1 : 0;
            }
        });
        Assert.Equal(threads * each, BitConverter.ToInt32(_disk.Medium.Block(3)));
    }

    [Fact]
    public void Orwrite_ors()
    {
        Put(2, Pattern(2));
        _disk.Run("8B 08 0000000000000002 00000002 00 00", Pattern(2, seed: 40)).ShouldBeGood();
        Assert.Equal(Pattern(2).Zip(Pattern(2, seed: 40), (a, b) => (byte)(a | b)), Get(2, 2));
        Assert.Equal(1, _disk.Medium.DurableWrites);
    }
}
