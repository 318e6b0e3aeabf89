namespace Headgate.Blocks.Tests;

/// <summary>The journal of atomic writes where its slots run out.</summary>
public sealed class IntentJournalTests
{
    private const int Block = 4096;
    private const int Eio = 5;

    [Fact]
    public void When_the_image_refuses_all_slots_writes_fail_and_none_waits_for_ever()
    {
        using var scratch = new Scratch();
        using var image = FileBlockDevice.Create(scratch.File("disk"), 64 * Block);
        var threads = new List<Thread>();
        // The records of as many writes as there are slots are on the medium and one more write waits; then the image goes bad.
        using var recorded = new Barrier(IntentJournal.Slots, _ =>
        {
            Assert.True(SpinWait.SpinUntil(() => threads.Count(thread => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin)) == IntentJournal.Slots, Patience.Long));
            image.Sync = _ => Eio;
            Assert.Equal(IoFault.WriteFailed, image.Flush());
        });
        var trace = new OnWrite((_, bytes) =>
        {
            if (bytes > 0) recorded.SignalAndWait(Patience.Long);
        });
        using var journal = IntentJournal.Create(scratch.File("journal"), image, trace);
        var faults = new IoFault[IntentJournal.Slots + 1];
        for (var i = 0; i < faults.Length; i++)
        {
            var at = i;
            threads.Add(new Thread(() => faults[at] = journal.Write(at * Block, new byte[Block])) { IsBackground = true });
        }
        threads.ForEach(thread => thread.Start());
        Assert.All(threads, thread => Assert.True(thread.Join(Patience.Long)));
        Assert.All(faults, fault => Assert.Equal(IoFault.WriteFailed, fault));
        Assert.Equal(IoFault.WriteFailed, journal.Write(0, new byte[Block])); // and leaves no record
        Assert.Equal(IoFault.WriteFailed, journal.Settle(0, Block));
        Assert.Equal(IoFault.None, journal.Settle(IntentJournal.Slots * 2 * Block, Block));
    }

    [Fact]
    public async Task A_write_to_the_range_of_a_record_that_gives_way_waits_until_it_is_off_the_medium()
    {
        var stop = TestContext.Current.CancellationToken;
        using var scratch = new Scratch();
        using var image = FileBlockDevice.Create(scratch.File("disk"), 64 * Block);
        using var inRecord = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        var isArmed = false;
        var trace = new OnWrite((_, _) =>
        {
            if (!Volatile.Read(ref isArmed)) return;
            Volatile.Write(ref isArmed, false);
            inRecord.Release();
            goOn.Wait(Patience.Long);
        });
        using var journal = IntentJournal.Create(scratch.File("journal"), image, trace);
        for (var i = 0; i < IntentJournal.Slots; i++) Assert.Equal(IoFault.None, journal.Write(i * Block, new byte[Block]));

        Volatile.Write(ref isArmed, true);
        var next = Task.Run(() => journal.Write(32 * Block, new byte[Block]), stop); // takes the slot of the oldest, that at 0
        await inRecord.WaitAsync(stop);
        Assert.Equal(IoFault.None, journal.Settle(48 * Block, Block)); // nobody's range
        Assert.Equal(IoFault.None, journal.Settle(0, Block, stuckOnly: true)); // a read need not wait
        var isSettled = false;
        var settle = new Thread(() => isSettled = journal.Settle(0, Block) == IoFault.None) { IsBackground = true };
        settle.Start();
        Assert.True(SpinWait.SpinUntil(() => settle.ThreadState.HasFlag(ThreadState.WaitSleepJoin) || !settle.IsAlive, Patience.Long));
        Assert.True(settle.IsAlive);
        goOn.Release();
        Assert.True(settle.Join(Patience.Long));
        Assert.True(isSettled);
        Assert.Equal(IoFault.None, await next);
    }

    [Fact]
    public void Erased_it_holds_nothing_of_former_writes()
    {
        using var scratch = new Scratch();
        using var image = FileBlockDevice.Create(scratch.File("disk"), 64 * Block);
        var data = new byte[16 * Block];
        data.AsSpan().Fill(7);
        using var journal = IntentJournal.Create(scratch.File("journal"), image, trace: null);
        for (var i = 0; i < 3; i++) Assert.Equal(IoFault.None, journal.Write(i * data.Length, data));
        Assert.Equal(IoFault.None, journal.Settle(0, Block)); // clears a record, and leaves its data
        Assert.Equal(IoFault.None, journal.Erase());
        Assert.False(File.ReadAllBytes(scratch.File("journal")).AsSpan().ContainsAnyExcept((byte)0));
        Assert.Equal(IoFault.None, journal.Write(0, data));
    }

    private sealed class OnWrite(Action<long, int> act) : IStoreTrace
    {
        public object Opened(string path) => path;

        public void Wrote(object file, long offset, ReadOnlySpan<byte> bytes, bool durable) => act(offset, bytes.Length);

        public void Punched(object file, long offset, long length)
        {
        }

        public void Resized(object file, long length)
        {
        }

        public void Cloned(object source, object target)
        {
        }

        public void Syncing(object file)
        {
        }

        public void Synced(object file)
        {
        }

        public void Renamed(string from, string to)
        {
        }

        public void Removed(string path)
        {
        }

        public void FolderSynced()
        {
        }
    }
}
