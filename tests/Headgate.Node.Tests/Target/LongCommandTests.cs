using System.Buffers.Binary;
using System.Net;
using Headgate.Blocks;
using Headgate.Node.Target;
using Headgate.Qos;

namespace Headgate.Node.Tests.Target;

/// <summary>EXTENDED COPY and SANITIZE over the wire: commands that outlast a quantum.</summary>
public sealed class LongCommandTests : IAsyncLifetime
{
    private const string Source = TestTarget.Prefix + "source";
    private const string Destination = TestTarget.Prefix + "destination";
    private const int Blocks = 6144; // 3 MiB: three quanta

    /// <summary>After one quantum nothing is written for twelve days.</summary>
    private static readonly VolumeLimits OneQuantum = new() { WriteBytesPerSecond = 1 };

    private TestTarget _target = null!;
    private VolumeRuntime _source = null!;
    private VolumeRuntime _destination = null!;

    public ValueTask InitializeAsync()
    {
        // A sanitize operation goes at a pace of its own, in real time; its deadlines are no matter here.
        var options = new IscsiTargetOptions { Portals = [new IPEndPoint(IPAddress.Loopback, 0)], PingAfter = TimeSpan.Zero, LoginDeadline = Patience.Long };
        _target = new TestTarget(options, TimeProvider.System, mayHoldMedium: true);
        (_source, _destination) = (_target.AddVolume("source"), _target.AddVolume("destination"));
        var data = new byte[Blocks * 512];
        new Random(20261122).NextBytes(data);
        _source.Device.Write(0, data, durable: false);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _target.DisposeAsync();

    [Fact]
    public void A_copy_goes_from_volume_to_volume_and_each_is_charged_for_what_it_moved()
    {
        using var initiator = LogIn(Source);
        var (read, written) = (_source.Queue.ReadStatistics(), _destination.Queue.ReadStatistics());
        Assert.Equal(0, Copy(initiator).Header[3]);
        Assert.Equal(Bytes(_source), Bytes(_destination));
        Assert.Equal(Blocks * 512L, _source.Queue.ReadStatistics().ReadBytes - read.ReadBytes);
        Assert.Equal(Blocks * 512L, _destination.Queue.ReadStatistics().WriteBytes - written.WriteBytes);
    }

    [Fact]
    public void A_volume_that_the_initiator_may_not_use_is_not_reachable()
    {
        using var initiator = LogIn(Source);
        _target.Refused[Destination] = TargetRefusal.NotAuthorized;
        var response = Copy(initiator);
        Assert.Equal((2, 0x0A, 0x0D02), (response.Header[3], response.Data[4], response.Data[14] << 8 | response.Data[15]));
        Assert.Equal(new byte[Blocks * 512], Bytes(_destination));
    }

    [Fact]
    public void An_aborted_copy_stops_where_it_waits_and_its_result_says_so()
    {
        _destination.Queue.Configure(OneQuantum);
        using var initiator = LogIn(Source);
        Send(initiator);
        var abort = initiator.NewHeader(0x42, 0x81, taskTag: 60);
        BinaryPrimitives.WriteUInt32BigEndian(abort.AsSpan(20), 30);
        initiator.Send(abort, []);
        var response = initiator.Receive()!;
        Assert.Equal((0x22, 0), (response.Opcode, response.Header[2]));

        initiator.Command(0xC0, [0x84, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0], 12, taskTag: 61);
        Assert.Equal(2, initiator.ReceiveRead().Data[4]); // completed with errors
        Assert.NotEqual(Bytes(_source), Bytes(_destination));
    }

    [Fact]
    public void A_copy_that_a_fence_stops_before_it_begins_gives_back_its_place()
    {
        using var fenced = LogIn(Source);
        _target.Sessions.Sessions.Single().Fence(new TaskWait(static () => { }));
        for (uint tag = 0; tag < 40; tag++) Send(fenced);
        fenced.Command(0x80, [0x12, 0, 0, 0, 36, 0], 0, taskTag: 98);
        Assert.Equal(98u, fenced.Receive()!.At(16));
        using var other = LogIn(Source, isid: 2);
        Assert.Equal(0, Copy(other).Header[3]); // else BUSY: only so many copies may be under way
    }

    [Fact]
    public async Task A_change_of_access_awaits_the_piece_that_a_copy_writes_on_another_volume()
    {
        using var release = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        var written = 0;
        _destination = _target.AddVolume("destination", device: new FaultyBlockDevice(new MemoryBlockDevice(4 << 20), (kind, _, _) =>
        {
            if (kind != AccessKind.Write) return IoFault.None;
            entered.Set();
            release.Wait();
            Interlocked.Increment(ref written);
            return IoFault.None;
        }));
        using var initiator = LogIn(Source);
        Send(initiator);
        Assert.True(entered.Wait(Patience.Long, TestContext.Current.CancellationToken));
        await _target.Sessions.FenceAsync(_ => false, CutReason.AccessRevoked); // it may: nothing to wait for
        _target.Refused[Destination] = TargetRefusal.NotAuthorized;
        var change = _target.Sessions.FenceAsync(_ => false, CutReason.AccessRevoked);
        var isEarly = change.IsCompleted;
        release.Set();
        await change;
        Assert.False(isEarly);
        Assert.Equal(2, initiator.Receive()!.Header[3]);
        Assert.Equal(1, written);
    }

    [Theory]
    [InlineData((byte)0x02, new byte[0])] // block erase
    [InlineData((byte)0x01, new byte[] { 1, 0, 0, 1, 0 })]
    public void Sanitize_without_immed_answers_when_all_is_gone(byte action, byte[] list)
    {
        using var initiator = LogIn(Source);
        initiator.Command(0xA0, [0x48, action, 0, 0, 0, 0, 0, 0, (byte)list.Length, 0], list.Length, immediate: list);
        Assert.Equal(0, initiator.Receive()!.Header[3]);
        Assert.Equal(new byte[Blocks * 512], Bytes(_source));
        Assert.False(_source.Unit.IsSanitizing);
        initiator.Command(0x80, new byte[6], 0);
        Assert.Equal(0, initiator.Receive()!.Header[3]);
    }

    [Fact]
    public void A_sanitize_is_not_aborted_with_its_command_nor_by_a_reset()
    {
        _source.Queue.Configure(OneQuantum);
        using var initiator = LogIn(Source);
        initiator.Command(0xA0, [0x48, 1, 0, 0, 0, 0, 0, 0, 5, 0], 5, taskTag: 30, immediate: [1, 0, 0, 1, 0]);
        using (var other = LogIn(Source, isid: 2, clear: false)) AwaitSanitizing(other);
        var reset = initiator.NewHeader(0x42, 0x85, taskTag: 60);
        initiator.Send(reset, []);
        Assert.Equal(0x22, initiator.Receive()!.Opcode);
        Assert.True(_source.Unit.IsSanitizing);
        initiator.Command(0x80, new byte[6], 0, taskTag: 61);
        Assert.Equal(0x29, initiator.Receive()!.Data[14]);
        initiator.Command(0x80, new byte[6], 0, taskTag: 62);
        var notReady = initiator.Receive()!;
        Assert.Equal((62u, 0x041B), (notReady.At(16), notReady.Data[14] << 8 | notReady.Data[15]));
    }

    private static void AwaitSanitizing(TestInitiator initiator)
    {
        for (var code = 0; code != 0x041B;)
        {
            initiator.Command(0x80, new byte[6], 0);
            var response = initiator.Receive()!;
            code = response.Header[3] == 0 ? 0 : response.Data[14] << 8 | response.Data[15];
        }
    }

    private static byte[] Bytes(VolumeRuntime volume)
    {
        var data = new byte[Blocks * 512];
        volume.Device.Read(0, data);
        return data;
    }

    private ReceivedPdu Copy(TestInitiator initiator)
    {
        Send(initiator);
        return initiator.Receive()!;
    }

    private void Send(TestInitiator initiator)
    {
        var segment = new byte[28];
        (segment[0], segment[3], segment[7]) = (2, 24, 1);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(10), Blocks);
        byte[] list = [1, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 0, .. Target(_source), .. Target(_destination), .. segment];
        initiator.Command(0xA0, [0x83, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)list.Length, 0, 0], list.Length, taskTag: 30, immediate: list);
    }

    private static byte[] Target(VolumeRuntime volume) =>
        [0xE4, 0, 0, 0, 1, 3, 0, 16, .. volume.Unit.Identity.Naa, 0, 0, 0, 0, 0, 0, 2, 0];

    private TestInitiator LogIn(string target, byte isid = 1, bool clear = true)
    {
        var initiator = new TestInitiator(_target.Target.Port) { Isid = isid };
        Assert.Equal(0, initiator.Login(target, "ImmediateData=Yes\0InitialR2T=Yes\0").LoginStatus);
        if (clear) initiator.ClearAttention();
        return initiator;
    }
}
