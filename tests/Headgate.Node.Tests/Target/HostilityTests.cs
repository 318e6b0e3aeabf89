using System.Net;
using System.Net.Sockets;
using Headgate.Iscsi.Pdu;
using Headgate.Node.Target;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Node.Tests.Target;

/// <summary>Peers that lie, stall and flood: each bound of <see cref="IscsiTargetOptions"/> and what happens at it.</summary>
public sealed class HostilityTests
{
    private const string Disk = TestTarget.Prefix + "disk";
    private static readonly IscsiTargetOptions Options = new()
    {
        Portals = [new IPEndPoint(IPAddress.Loopback, 0)],
        PingAfter = TimeSpan.Zero, // only what the test is about
    };

    [Fact]
    public async Task A_login_that_trickles_in_ends_at_its_deadline()
    {
        var clock = new FakeTimeProvider();
        await using var target = Start(Options, clock);
        using var initiator = new TestInitiator(target.Target.Port);
        initiator.SendRaw([0x43]);
        Until(() => target.Target.ConnectionCount == 1);
        for (var passed = TimeSpan.Zero; passed < Options.LoginDeadline; passed += TimeSpan.FromSeconds(1))
        {
            initiator.SendRaw([0x87]);
            clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Null(initiator.Receive());
    }

    [Fact]
    public async Task A_discovery_session_ends_at_its_deadline_and_a_normal_one_does_not()
    {
        var clock = new FakeTimeProvider();
        await using var target = Start(Options, clock);
        using var discovery = new TestInitiator(target.Target.Port);
        discovery.Login(null);
        using var normal = new TestInitiator(target.Target.Port);
        normal.Login(Disk);
        clock.Advance(Options.DiscoveryDeadline);
        Assert.Null(discovery.Receive());
        normal.ClearAttention();
    }

    [Fact]
    public async Task A_PDU_that_trickles_in_ends_its_connection_at_its_deadline()
    {
        var clock = new FakeTimeProvider();
        await using var target = Start(Options, clock);
        using var initiator = new TestInitiator(target.Target.Port);
        initiator.Login(Disk);
        clock.Advance(TimeSpan.FromHours(1)); // between PDUs there is none
        initiator.ClearAttention();

        // A header that says 100 bytes, and 50 of them: the echo of the NOP before it shows that they have come.
        var header = initiator.NewHeader(0x40, 0x80, 9);
        initiator.Send(header, [1]);
        header[7] = 100;
        initiator.SendRaw([.. header, .. new byte[50]]);
        Assert.Equal(Opcode.NopIn, initiator.Receive()!.Opcode);
        Until(() =>
        {
            clock.Advance(Options.PduDeadline);
            return target.Target.ConnectionCount == 0;
        });
        Assert.Null(initiator.Receive());
    }

    [Fact]
    public async Task R2T_that_is_never_answered_ends_the_session_and_frees_its_buffers()
    {
        var clock = new FakeTimeProvider();
        await using var target = Start(Options, clock);
        using var initiator = new TestInitiator(target.Target.Port);
        initiator.Login(Disk, "InitialR2T=Yes\0ImmediateData=No\0");
        initiator.ClearAttention();
        initiator.Write10(0, 4, []);
        var r2t = initiator.Receive()!;
        Assert.Equal(Opcode.ReadyToTransfer, r2t.Opcode);

        clock.Advance(TimeSpan.FromSeconds(1)); // seen first
        clock.Advance(Options.DataOutDeadline - TimeSpan.FromSeconds(1));
        initiator.DataOut(7, r2t.At(20), 0, 0, new byte[512], isFinal: false); // some data comes: the time starts again
        initiator.Send(initiator.NewHeader(0x40, 0x80, 9), []);
        Assert.Equal(Opcode.NopIn, initiator.Receive()!.Opcode);
        clock.Advance(Options.DataOutDeadline - TimeSpan.FromSeconds(1));
        initiator.Send(initiator.NewHeader(0x40, 0x80, 10), []);
        Assert.Equal(10u, initiator.Receive()!.At(16));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(initiator.Receive());
        Until(() => target.Sessions.HeldCount == 0);
    }

    [Fact]
    public async Task A_dead_peer_is_pinged_and_then_given_up_and_a_living_one_stays()
    {
        var clock = new FakeTimeProvider();
        var options = Options with { PingAfter = TimeSpan.FromSeconds(15) };
        await using var target = Start(options, clock);
        using var dead = LogIn(target, isid: 1);
        using var living = LogIn(target, isid: 2);
        clock.Advance(options.PingAfter);
        foreach (var initiator in (TestInitiator[])[dead, living])
        {
            var ping = initiator.Receive()!;
            Assert.Equal((Opcode.NopIn, Tags.None), (ping.Opcode, ping.At(16)));
            Assert.NotEqual(Tags.None, ping.At(20));
        }
        var answer = living.NewHeader(0x40, 0x80, Tags.None);
        answer[23] = 2;
        living.Send(answer, []);
        living.Send(living.NewHeader(0x40, 0x80, 5), []); // whose echo shows that the answer was read
        Assert.Equal(5u, living.Receive()!.At(16));

        clock.Advance(options.PingTimeout);
        Assert.Null(dead.Receive());
        living.Send(living.NewHeader(0x40, 0x80, 6), []);
        for (var pdu = living.Receive()!; pdu.At(16) != 6; pdu = living.Receive()!) Assert.Equal(Opcode.NopIn, pdu.Opcode);
    }

    [Theory]
    [InlineData(2, 100, 100)] // connections
    [InlineData(100, 1, 100)] // strangers
    [InlineData(100, 100, 1)] // of one source
    public async Task Who_finds_no_room_is_told_so_and_room_comes_back(int connections, int strangers, int ofSource)
    {
        var options = Options with { MaxConnections = connections, MaxStrangers = strangers, MaxStrangersPerSource = ofSource };
        await using var target = Start(options); // time stands still: who is turned away is heard out first
        using var normal = LogIn(target); // counts as a connection, and no more as a stranger
        var discovery = new TestInitiator(target.Target.Port) { Isid = 2 };
        Assert.Equal(0, discovery.Login(null).LoginStatus);
        using (var tooMany = new TestInitiator(target.Target.Port) { Isid = 3 })
        {
            Assert.Equal(0x0302, tooMany.Login(Disk).LoginStatus);
            Assert.Null(tooMany.Receive());
        }
        discovery.Dispose();
        Until(() => target.Target.ConnectionCount == 1);
        using var next = LogIn(target, isid: 4);
        Assert.Equal(2, target.Sessions.List().Count);
    }

    [Fact]
    public void A_source_is_an_address_or_an_IPv6_network_and_is_forgotten_with_its_last_connection()
    {
        var table = new ConnectionTable(Options with { MaxStrangersPerSource = 1 });
        var (first, second) = (IPAddress.Parse("2001:db8::1"), IPAddress.Parse("2001:db8::ffff:2"));
        Assert.True(table.TryTakePlace(first));
        Assert.False(table.TryTakePlace(second));
        Assert.True(table.TryTakePlace(IPAddress.Parse("2001:db8:0:1::1")));
        Assert.True(table.TryTakePlace(IPAddress.Parse("192.0.2.1")));
        Assert.False(table.TryTakePlace(IPAddress.Parse("::ffff:192.0.2.1")));
        table.Trust(first);
        Assert.Equal((3, 2, 2), (table.Count, table.StrangerCount, table.SourceCount));
        Assert.True(table.TryTakePlace(second));
        table.GiveBack(null, first, isStranger: false);
        table.GiveBack(null, second, isStranger: true);
        Assert.Equal((2, 2, 2), (table.Count, table.StrangerCount, table.SourceCount));
    }

    [Fact]
    public async Task A_flood_of_connections_leaves_those_who_are_logged_in_alone()
    {
        await using var target = Start(Options with { MaxStrangers = 8, MaxStrangersPerSource = 8 });
        using var normal = LogIn(target);
        var flood = new List<TestInitiator>();
        for (var i = 0; i < 400; i++) flood.Add(new TestInitiator(target.Target.Port));
        Until(() => target.Target.ConnectionCount == 9);
        normal.Read10(0, 1);
        Assert.Equal(512, normal.ReceiveRead().Data.Length);
        foreach (var one in flood) one.Dispose();
        Until(() => target.Target.ConnectionCount == 1);
    }

    [Fact]
    public async Task Tiny_PDUs_by_the_thousand_from_a_peer_that_reads_nothing_keep_no_more_than_the_bound()
    {
        await using var target = Start(Options);
        using var initiator = LogIn(target);
        var connection = target.Sessions.Sessions.Single().Connection;
        var most = 0;
        var nop = initiator.NewHeader(0x40, 0x80, 5);
        byte[] burst = [.. Enumerable.Repeat(nop, 100).SelectMany(header => header)];
        using var sender = new Flood(initiator, burst);
        Until(() =>
        {
            var isFull = !connection.Pump.HasRoom;
            most = Math.Max(most, connection.Pump.StagedCount); // after the look at it, so that what filled it is counted
            return isFull;
        });
        Assert.InRange(most, 1, ReplyPump.MaxStaged + 1);
        using var other = LogIn(target, isid: 2); // nobody else is held up
    }

    [Fact]
    public async Task Text_requests_without_end_keep_no_more_than_one_answer()
    {
        await using var target = Start(Options);
        for (var i = 0; i < 2000; i++) target.AddName($"many.{i}");
        using var initiator = new TestInitiator(target.Target.Port);
        initiator.Login(null, "MaxRecvDataSegmentLength=16777215\0");
        var request = initiator.NewHeader(0x44, 0x80, 6);
        request.AsSpan(20, 4).Fill(0xFF);
        for (var i = 0; i < 20; i++)
        {
            initiator.Send(request, "SendTargets=All\0"u8.ToArray());
            var answer = initiator.Receive()!;
            Assert.InRange(answer.Data.Length, 1, Iscsi.Limits.MaxRecvDataSegmentBytes);
        }
    }

    [Theory]
    [InlineData(4, 1)] // additional headers of 4 bytes that say 0
    [InlineData(5, 0xFF)] // a data segment of 16 MiB
    public async Task Lengths_that_lie_cost_one_connection_at_most(int at, byte value)
    {
        await using var target = Start(Options);
        using var healthy = LogIn(target);
        using var liar = LogIn(target, isid: 2);
        var header = liar.NewHeader(0x01, 0x80, 3);
        header[at] = value;
        liar.SendRaw([.. header, .. new byte[64]]);
        var answer = liar.Receive();
        Assert.True(answer is null || answer.Header[3] == 2);
        healthy.Read10(0, 1);
        Assert.Equal(512, healthy.ReceiveRead().Data.Length);
    }

    private static TestTarget Start(IscsiTargetOptions options, TimeProvider? clock = null)
    {
        var target = new TestTarget(options, clock);
        target.AddVolume("disk");
        return target;
    }

    private static TestInitiator LogIn(TestTarget target, byte isid = 1)
    {
        var initiator = new TestInitiator(target.Target.Port) { Isid = isid };
        Assert.Equal(0, initiator.Login(Disk).LoginStatus);
        initiator.ClearAttention();
        return initiator;
    }

    /// <summary>What other threads of the target bring about, with no event to wait for.</summary>
    private static void Until(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Patience.Long), "it does not come about");

    /// <summary>Sends without end on a thread of its own, until the connection is closed.</summary>
    private sealed class Flood : IDisposable
    {
        private readonly TestInitiator _initiator;
        private readonly Thread _thread;

        public Flood(TestInitiator initiator, byte[] burst)
        {
            _initiator = initiator;
            _thread = new Thread(() =>
            {
                try
                {
                    while (true) initiator.SendRaw(burst);
                }
                catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
                {
                    // The test is over.
                }
            });
            _thread.Start();
        }

        public void Dispose()
        {
            _initiator.Dispose();
            _thread.Join();
        }
    }
}
