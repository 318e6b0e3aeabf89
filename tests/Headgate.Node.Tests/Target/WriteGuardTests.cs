using Headgate.Node.Target;

namespace Headgate.Node.Tests.Target;

public sealed class WriteGuardTests
{
    [Fact]
    public void Parked_tasks_that_end_as_they_start_do_not_end_inside_one_another()
    {
        var guard = new WriteGuard();
        var compareAndWrite = new ScsiTask(null!, 0) { IsExclusive = true };
        Assert.True(guard.TryEnter(compareAndWrite));
        const int Parked = 1000;
        for (ushort i = 1; i <= Parked; i++) Assert.False(guard.TryEnter(new ScsiTask(null!, i)));

        var slots = new List<int>();
        var (depth, deepest) = (0, 0);
        guard.Leave(compareAndWrite);
        guard.StartParked(EndAtOnce);

        Assert.Equal(Enumerable.Range(1, Parked), slots);
        Assert.Equal(1, deepest);
        Assert.True(guard.TryEnter(compareAndWrite)); // all of them have left

        // As the session does for a task that was aborted, or whose volume is gone.
        void EndAtOnce(ScsiTask task)
        {
            deepest = Math.Max(deepest, ++depth);
            slots.Add(task.Slot);
            guard.Leave(task);
            guard.StartParked(EndAtOnce);
            depth--;
        }
    }
}
