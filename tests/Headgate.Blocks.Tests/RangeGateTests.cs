namespace Headgate.Blocks.Tests;

public sealed class RangeGateTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_exclusive_access_waits_for_those_it_overlaps_and_lets_others_by()
    {
        var gate = new RangeGate();
        var write = gate.Enter(0, 10, RangeUse.Write);
        var read = gate.Enter(5, 10, RangeUse.Read);
        var exclusive = Task.Factory.StartNew(() => gate.Enter(8, 4, RangeUse.Exclusive), TaskCreationOptions.LongRunning);
        gate.Exit(gate.Enter(100, 10, RangeUse.Exclusive)); // of other bytes: at once
        gate.Exit(write);
        Assert.False(exclusive.IsCompleted); // the read is still there
        gate.Exit(read);
        var place = await exclusive.WaitAsync(Stop);
        var later = Task.Factory.StartNew(() => gate.Enter(8, 1, RangeUse.Read), TaskCreationOptions.LongRunning);
        gate.Exit(gate.Enter(12, 1, RangeUse.Read));
        Assert.False(later.IsCompleted);
        gate.Exit(place);
        gate.Exit(await later.WaitAsync(Stop));
    }

    [Fact]
    public async Task A_closed_gate_holds_writes_and_lets_reads_through()
    {
        var gate = new RangeGate();
        var write = gate.Enter(0, 10, RangeUse.Write);
        var closing = Task.Factory.StartNew(gate.Close, TaskCreationOptions.LongRunning);
        Assert.False(closing.IsCompleted);
        gate.Exit(write);
        await closing.WaitAsync(Stop);
        var next = Task.Factory.StartNew(() => gate.Enter(0, 10, RangeUse.Write), TaskCreationOptions.LongRunning);
        gate.Exit(gate.Enter(0, 10, RangeUse.Read));
        Assert.False(next.IsCompleted);
        gate.Open();
        gate.Exit(await next.WaitAsync(Stop));
    }

    [Fact]
    public void More_accesses_at_one_time_than_it_has_places_for_are_fine()
    {
        var gate = new RangeGate();
        var places = Enumerable.Range(0, 200).Select(i => gate.Enter(i, 1, RangeUse.Write)).ToList();
        Assert.Equal(200, places.Distinct().Count());
        foreach (var place in places) gate.Exit(place);
        gate.Close(); // none is left
        gate.Open();
    }
}
