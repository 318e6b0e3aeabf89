using System.Buffers.Binary;
using Headgate.Blocks;
using Headgate.Iscsi.Pdu;
using Headgate.Node.Target;

namespace Headgate.Node.Tests.Target;

/// <summary>When access is taken away, nothing of the old may reach the medium after the answer.</summary>
public sealed class FencingTests : IAsyncLifetime
{
    private const string Disk = TestTarget.Prefix + "disk";
    private const int Writes = 12; // one or a few at the medium, the rest in the scheduler

    private readonly ManualResetEventSlim _release = new();
    private readonly ManualResetEventSlim _entered = new();
    private TestTarget _target = null!;
    private VolumeRuntime _volume = null!;
    private int _underWay;
    private int _written;

    public ValueTask InitializeAsync()
    {
        _target = new TestTarget(mayHoldMedium: true);
        _volume = _target.AddVolume("disk", device: new FaultyBlockDevice(new MemoryBlockDevice(4 << 20), Before));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _release.Set();
        await _target.DisposeAsync();
        _release.Dispose();
        _entered.Dispose();
    }

    [Fact]
    public async Task Preempt_and_abort_answers_when_the_commands_of_the_preempted_are_over()
    {
        using var winner = LogIn(1);
        using var loser = LogIn(2);
        Register(winner, 0xA);
        Register(loser, 0xB);
        Flood(loser);

        Order(winner, 5, 5, 0xA, 0xB);
        AwaitNoBacklog(); // what waits is aborted; before that a release would let all of it through
        var answer = Task.Run(winner.Receive, TestContext.Current.CancellationToken);
        Pass(3); // two barriers: more than enough time for an answer that does not wait
        Pass(4);
        Assert.False(answer.IsCompleted);
        _release.Set();
        Assert.Equal(0, (await answer)!.Header[3]);
        Assert.Equal(0, Volatile.Read(ref _underWay));
        var written = Volatile.Read(ref _written);
        Assert.InRange(written, 1, Writes - 1);

        // Its session lives, told by a unit attention, and none of the writes comes after all.
        loser.Command(0x80, new byte[6], 0, taskTag: 99);
        var told = loser.Receive()!;
        Assert.Equal((99u, 0x2A05), (told.At(16), told.Data[14] << 8 | told.Data[15]));
        Pass(5);
        Assert.Equal(written, Volatile.Read(ref _written));
    }

    [Fact]
    public async Task A_volume_that_becomes_read_only_answers_the_writes_that_wait_before_the_change_is_done()
    {
        using var writer = LogIn(1);
        Flood(writer);
        _volume.Unit.SetWriteProtected(true);
        var change = _target.Sessions.FenceAsync(_ => false, CutReason.AccessRevoked);
        Assert.False(change.IsCompleted); // some are at the medium
        _release.Set();
        await change;
        Assert.Equal(0, Volatile.Read(ref _underWay));

        var refused = 0;
        for (var i = 0; i < Writes; i++)
        {
            var response = writer.Receive()!;
            if (response.Header[3] == 0) continue;
            Assert.Equal(0x2700, response.Data[14] << 8 | response.Data[15]);
            refused++;
        }
        Assert.InRange(refused, 1, Writes - 1);
        Assert.Equal(Writes - refused, Volatile.Read(ref _written));
    }

    [Fact]
    public async Task A_session_that_loses_its_access_writes_nothing_after_the_change()
    {
        using var writer = LogIn(1);
        Flood(writer);
        var change = _target.Sessions.FenceAsync(_ => true, CutReason.AccessRevoked);
        _release.Set();
        await change;
        Assert.Equal(0, Volatile.Read(ref _underWay));
        var written = Volatile.Read(ref _written);
        Assert.InRange(written, 1, Writes - 1);
        Pass(2);
        Assert.Equal(written, Volatile.Read(ref _written));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_change_of_access_awaits_writes_whose_connection_is_gone(bool becomesReadOnly)
    {
        await LoseFloodedConnection();
        if (becomesReadOnly) _volume.Unit.SetWriteProtected(true);
        var change = _target.Sessions.FenceAsync(_ => !becomesReadOnly, CutReason.AccessRevoked);
        Assert.False(change.IsCompleted);
        var cut = _target.Sessions.CutAsync(_ => true, CutReason.AccessRevoked);
        Assert.False(cut.IsCompleted);
        _release.Set();
        await Task.WhenAll(change, cut);
        Assert.Equal(0, Volatile.Read(ref _underWay));
        Assert.Equal(0, _target.Sessions.HeldCount);
    }

    [Fact]
    public async Task A_reset_answers_when_writes_whose_connection_is_gone_are_over()
    {
        await LoseFloodedConnection();
        using var resetter = LogIn(1);
        var reset = resetter.NewHeader(0x42, 0x85, taskTag: 60);
        resetter.Send(reset, []);
        resetter.Send(resetter.NewHeader(0x40, 0x80, 61), []);
        Assert.Equal(Opcode.NopIn, resetter.Receive()!.Opcode); // it has begun: what comes from now on it does not abort
        var answer = Task.Run(resetter.Receive, TestContext.Current.CancellationToken);
        Pass(3);
        Pass(4);
        Assert.False(answer.IsCompleted);
        _release.Set();
        Assert.Equal(0x22, (await answer)!.Opcode);
        Assert.Equal(0, Volatile.Read(ref _underWay));
    }

    [Fact]
    public async Task Preempt_and_abort_awaits_writes_whose_connection_is_gone()
    {
        using var winner = LogIn(1);
        Register(winner, 0xA);
        await LoseFloodedConnection(key: 0xB);
        Order(winner, 5, 5, 0xA, 0xB);
        var answer = Task.Run(winner.Receive, TestContext.Current.CancellationToken);
        Pass(3);
        Pass(4);
        Assert.False(answer.IsCompleted);
        _release.Set();
        Assert.Equal(0, (await answer)!.Header[3]);
        Assert.Equal(0, Volatile.Read(ref _underWay));
    }

    private void AwaitNoBacklog() => Assert.True(SpinWait.SpinUntil(() => !_volume.Queue.HasBacklog, Patience.Long));

    private async Task LoseFloodedConnection(ulong? key = null)
    {
        using (var writer = LogIn(2))
        {
            if (key is { } registered) Register(writer, registered);
            Flood(writer);
        }
        var isid = 2UL;
        while (_target.Sessions.List().Any(view => (view.Isid & 0xFF) == isid)) await Task.Yield();
        Assert.NotEqual(0, Volatile.Read(ref _underWay));
    }

    private static void Order(TestInitiator initiator, byte action, byte type, ulong key, ulong actionKey)
    {
        var list = new byte[24];
        BinaryPrimitives.WriteUInt64BigEndian(list, key);
        BinaryPrimitives.WriteUInt64BigEndian(list.AsSpan(8), actionKey);
        initiator.Command(0xA0, [0x5F, action, type, 0, 0, 0, 0, 0, 24, 0], 24, taskTag: 50, immediate: list);
    }

    private static void Register(TestInitiator initiator, ulong key)
    {
        Order(initiator, 0, 0, 0, key);
        Assert.Equal(0, initiator.Receive()!.Header[3]);
    }

    private void Flood(TestInitiator writer)
    {
        for (uint tag = 0; tag < Writes; tag++) writer.Write10(8 * tag, 1, new byte[512], taskTag: tag);
        Assert.True(_entered.Wait(Patience.Long, TestContext.Current.CancellationToken));
        // All of them are in: the last one's command was taken before this one's.
        writer.Command(0x80, [0x12, 0, 0, 0, 36, 0], 0, taskTag: 98);
        Assert.Equal(98u, writer.Receive()!.At(16));
    }

    /// <summary>A SYNCHRONIZE CACHE of another session, which takes the way of PERSISTENT RESERVE OUT behind it.</summary>
    private void Pass(byte isid)
    {
        using var barrier = LogIn(isid);
        barrier.Command(0x80, [0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0);
        Assert.Equal(Opcode.ScsiResponse, barrier.Receive()!.Opcode);
    }

    private TestInitiator LogIn(byte isid)
    {
        var initiator = new TestInitiator(_target.Target.Port) { Isid = isid };
        Assert.Equal(0, initiator.Login(Disk, "ImmediateData=Yes\0InitialR2T=Yes\0").LoginStatus);
        initiator.ClearAttention();
        return initiator;
    }

    private IoFault Before(AccessKind kind, long offset, long length)
    {
        if (kind != AccessKind.Write) return IoFault.None;
        Interlocked.Increment(ref _underWay);
        _entered.Set();
        _release.Wait();
        Interlocked.Increment(ref _written);
        Interlocked.Decrement(ref _underWay);
        return IoFault.None;
    }
}
