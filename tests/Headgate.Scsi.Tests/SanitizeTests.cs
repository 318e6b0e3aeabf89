using Headgate.Scsi.Sanitizing;
using Headgate.Scsi.Tests.Support;

namespace Headgate.Scsi.Tests;

/// <summary>SANITIZE (SBC-3), carried out as the node does.</summary>
public sealed class SanitizeTests
{
    private const string BlockErase = "48 82 00 00 00 00 00 0000 00";
    private const string TestUnitReady = "00 00 00 00 00 00";

    private readonly Kept _kept = new();
    private readonly Disk _disk;

    public SanitizeTests() => _disk = new Disk(blocks: 8192, sanitizes: _kept);

    [Fact]
    public void Block_erase_leaves_zeros_and_nothing_mapped()
    {
        _disk.Medium.Write(0, Enumerable.Repeat((byte)1, 8192 * 512).ToArray(), false);
        var result = _disk.Run("48 02 00 00 00 00 00 0000 00");
        result.ShouldBeGood();
        Assert.True(result.AwaitsSanitize);
        Finish();
        _disk.Unit.SanitizeResult.ShouldBeGood();
        Assert.False(_disk.Medium.IsMapped(0) || _disk.Medium.IsMapped(8191));
        Assert.Equal((1, 1), (_disk.Medium.Block(0).IndexOfAnyExcept((byte)0) + 2, _disk.Medium.Block(8191).IndexOfAnyExcept((byte)0) + 2));
        _disk.Run(TestUnitReady).ShouldBeGood();
        Assert.Null(_kept.Value);
    }

    [Fact]
    public void Overwrite_repeats_its_pattern_in_each_block_and_inverts_it_from_pass_to_pass()
    {
        var result = Overwrite("82 00 0003 010203");
        Assert.False(result.AwaitsSanitize); // IMMED
        Finish();
        byte[] expected = [.. Enumerable.Range(0, 512).Select(at => (byte)(~(at % 3 + 1)))];
        Assert.Equal(expected, _disk.Medium.Block(0).ToArray());
        Assert.Equal(expected, _disk.Medium.Block(8191).ToArray());
    }

    [Fact]
    public void Crypto_erase_destroys_what_is_mapped_before_it_frees_it_and_maps_nothing_new()
    {
        _disk.Medium.Write(16, Enumerable.Repeat((byte)1, 32 * 512).ToArray(), false);
        _disk.Run("48 83 00 00 00 00 00 0000 00").ShouldBeGood();
        var run = new SanitizeRun(_disk.Unit);
        while (run.MovesData) Assert.False(run.Step(_disk.Medium));
        Assert.True(_disk.Medium.IsMapped(16));
        Assert.Equal(-1, _disk.Medium.Block(16).IndexOfAnyExcept((byte)0));
        Assert.False(_disk.Medium.IsMapped(0) || _disk.Medium.IsMapped(8191));
        while (!run.Step(_disk.Medium)) { }
        _disk.Unit.SanitizeResult.ShouldBeGood();
        Assert.False(_disk.Medium.IsMapped(16));
        _disk.Run(TestUnitReady).ShouldBeGood();
    }

    [Fact]
    public void Meanwhile_what_touches_the_medium_is_not_ready_and_the_progress_is_told()
    {
        Overwrite("01 00 0001 00").ShouldBeGood();
        foreach (var cdb in new[] { TestUnitReady, "28 00 00000000 00 0001 00", "1B 00 00 00 02 00", BlockErase, "2A 00 00000000 00 0001 00", "5F 06 00 00 00 00 00 00 18 00" })
            _disk.Run(cdb).ShouldFail(2, 0x041B);
        foreach (var cdb in new[] { "12 00 00 00 FF 00", "A0 00 00 00 00 00 00 00 01 00 00 00", "A3 0C 00 00 00 00 00 00 FF FF 00 00", "5E 00 00 00 00 00 00 00 FF 00" })
            _disk.Run(cdb).ShouldBeGood();
        var run = new SanitizeRun(_disk.Unit);
        for (var quarter = 0; quarter < 3; quarter++)
        {
            var sense = _disk.Run("03 00 00 00 FF 00").DataIn.Span;
            Assert.Equal((0x02, 0x04, 0x1B, 0x80, quarter * 64), (sense[2], sense[12], sense[13], sense[15], sense[16]));
            Assert.False(run.Step(_disk.Medium));
        }
    }

    [Fact]
    public void Resets_and_the_loss_of_its_nexus_do_not_stop_it()
    {
        Overwrite("01 00 0001 00").ShouldBeGood();
        _disk.Unit.Reset(ResetKind.LogicalUnit);
        _disk.Unit.Reset(ResetKind.PowerOn);
        _disk.Unit.CloseNexus(_disk.A);
        var next = _disk.Unit.OpenNexus(Disk.PortB);
        _disk.Run(next, TestUnitReady);
        _disk.Run(next, TestUnitReady).ShouldFail(2, 0x041B);
        Finish();
        _disk.Run(next, TestUnitReady).ShouldBeGood();
    }

    [Fact]
    public void A_restart_goes_on_with_it_and_never_shows_the_unit_ready()
    {
        Overwrite("01 00 0001 5A").ShouldBeGood();
        new SanitizeRun(_disk.Unit).Step(_disk.Medium);
        var again = new Disk(blocks: 8192, sanitizes: _kept);
        Assert.True(again.Unit.IsSanitizing);
        again.Run(TestUnitReady).ShouldFail(2, 0x041B);
        var run = new SanitizeRun(again.Unit);
        while (!run.Step(again.Medium)) { }
        Assert.Equal(0x5A, again.Medium.Block(8191)[511]);
        Assert.Null(_kept.Value);
    }

    [Fact]
    public void A_failure_is_kept_and_left_by_exit_failure_mode_only_when_that_was_allowed()
    {
        foreach (var allowed in new[] { false, true })
        {
            _disk.Medium.Fault = MediumStatus.Good;
            _disk.Run(allowed ? "48 A2 00 00 00 00 00 0000 00" : BlockErase).ShouldBeGood();
            _disk.Medium.Fault = MediumStatus.WriteError;
            Finish();
            Assert.True(_kept.Value!.HasFailed);
            _disk.Unit.SanitizeResult.ShouldFail(3, 0x3103);
            _disk.Run(TestUnitReady).ShouldFail(3, 0x3103);
            var exit = _disk.Run("48 1F 00 00 00 00 00 0000 00");
            if (allowed) exit.ShouldBeGood();
            else exit.ShouldFail(5, 0x2400);
        }
        _disk.Run(TestUnitReady).ShouldBeGood();
        _disk.Run("48 1F 00 00 00 00 00 0000 00").ShouldBeGood(); // nothing to leave
    }

    [Fact]
    public void One_that_cannot_be_recorded_does_not_begin()
    {
        _kept.Breaks = true;
        _disk.Run(BlockErase).ShouldFail(4, 0x4400);
        Assert.False(_disk.Unit.IsSanitizing);
    }

    [Theory]
    [InlineData("00 00 0001 00", 0x2600)] // no pass
    [InlineData("21 00 0001 00", 0x2600)] // TEST
    [InlineData("01 00 0000 00", 0x2600)] // no pattern
    [InlineData("01 00 0002 00", 0x2600)] // more pattern than list
    [InlineData("01 00 00", 0x2400)]
    [InlineData("01 00 0000", 0x2400)]
    public void Overwrite_lists_that_cannot_be_are_refused(string list, int asc) => Overwrite(list).ShouldFail(5, asc);

    [Theory]
    [InlineData("48 C2 00 00 00 00 00 0000 00")]
    [InlineData("48 02 01 00 00 00 00 0000 00")]
    [InlineData("48 02 00 00 00 00 00 0004 00")]
    [InlineData("48 04 00 00 00 00 00 0000 00")]
    [InlineData("48 03 00 00 00 00 00 0004 00")]
    [InlineData("48 1F 00 00 00 00 00 0004 00")]
    public void Other_fields_are_invalid(string cdb) => _disk.Run(cdb).ShouldFail(5, 0x2400);

    private ScsiResult Overwrite(string list)
    {
        var bytes = Disk.Hex(list);
        return _disk.Run($"48 81 00 00 00 00 00 {bytes.Length:X4} 00", bytes);
    }

    private void Finish()
    {
        var run = new SanitizeRun(_disk.Unit);
        while (!run.Step(_disk.Medium)) { }
    }

    private sealed class Kept : ISanitizeStore
    {
        public KeptSanitize? Value { get; private set; }

        public bool Breaks { get; set; }

        public KeptSanitize? Load() => Value;

        public bool Save(KeptSanitize? kept)
        {
            if (Breaks) return false;
            Value = kept;
            return true;
        }
    }
}
