using System.Buffers.Binary;
using System.Net;
using Headgate.Iscsi.Pdu;
using Headgate.Node.Target;
using Microsoft.Extensions.Logging;

namespace Headgate.Node.Tests.Target;

/// <summary>The life of sessions and connections, and the numbering of commands, seen from the wire (RFC 7143 sections 4.2, 6.3, 11).</summary>
public sealed class SessionTests : IAsyncLifetime
{
    private const string Disk = TestTarget.Prefix + "disk";
    private TestTarget _target = null!;

    public ValueTask InitializeAsync()
    {
        _target = new TestTarget();
        _target.AddVolume("disk");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _target.DisposeAsync();

    [Fact]
    public void A_second_connection_in_a_session_is_told_that_there_are_too_many()
    {
        using var first = LogIn();
        using var second = new TestInitiator(_target.Target.Port) { Tsih = Tsih(), ConnectionId = 1 };
        Assert.Equal(0x0206, second.Login(Disk).LoginStatus);
        Assert.Null(second.Receive());
        first.Read10(0, 1);
        Assert.Equal(512, first.ReceiveRead().Data.Length);
    }

    [Fact]
    public void A_session_that_is_not_there_cannot_be_gone_on_with()
    {
        using var initiator = new TestInitiator(_target.Target.Port) { Tsih = 77 };
        Assert.Equal(0x020A, initiator.Login(Disk).LoginStatus);
    }

    [Fact]
    public void A_reinstated_connection_goes_on_with_session_nexus_and_numbers()
    {
        using var first = LogIn();
        first.Command(0x80, [0x16, 0, 0, 0, 0, 0], 0); // RESERVE(6)
        Assert.Equal(0, first.Receive()!.Header[3]);
        var before = _target.Sessions.List().Single();

        using var second = new TestInitiator(_target.Target.Port) { Tsih = before.Tsih, CmdSn = first.CmdSn };
        var reply = second.Login(Disk, "HeaderDigest=CRC32C\0");
        Assert.Equal((0, before.Tsih), (reply.LoginStatus, BinaryPrimitives.ReadUInt16BigEndian(reply.Header.AsSpan(14))));
        Assert.Equal(first.CmdSn, reply.At(28));
        Assert.Null(first.Receive());
        second.Command(0x80, new byte[6], 0);
        Assert.Equal(0, second.Receive()!.Header[3]); // no unit attention: the nexus is the same
        using var other = new TestInitiator(_target.Target.Port) { Isid = 2 };
        other.Login(Disk);
        Assert.Equal(0x18, Until18(other)); // and holds its reservation
        Assert.Equal(2, _target.Sessions.List().Count);
    }

    [Fact]
    public void Only_one_may_go_on_where_a_session_ends()
    {
        using var first = LogIn();
        var old = _target.Sessions.Sessions.Single();
        Assert.True(old.TryHandOver());
        Assert.False(old.TryHandOver());
        using var second = new TestInitiator(_target.Target.Port) { Tsih = old.Tsih, CmdSn = first.CmdSn };
        Assert.Equal(0x020A, second.Login(Disk).LoginStatus);
        old.KeepAfterAll();
    }

    [Fact]
    public void A_command_that_was_lost_with_the_old_connection_is_still_due_on_the_new_one()
    {
        using var first = LogIn();
        var lost = first.CmdSn;
        using var second = new TestInitiator(_target.Target.Port) { Tsih = Tsih(), CmdSn = lost + 1 }; // one was under way
        Assert.Equal(lost, second.Login(Disk).At(28));
        second.CmdSn = lost;
        second.Read10(0, 1, taskTag: 9);
        Assert.Equal(9u, second.ReceiveRead().Last.At(16));
    }

    [Fact]
    public void A_reinstated_session_is_new_and_the_old_one_loses_its_reservation()
    {
        using var first = LogIn();
        first.Command(0x80, [0x16, 0, 0, 0, 0, 0], 0);
        Assert.Equal(0, first.Receive()!.Header[3]);
        using var second = new TestInitiator(_target.Target.Port);
        Assert.Equal(0, second.Login(Disk).LoginStatus);
        Assert.Null(first.Receive());
        second.Command(0x80, new byte[6], 0);
        Assert.Equal(2, second.Receive()!.Header[3]); // 29h: power on, reset or nexus loss
        using var other = new TestInitiator(_target.Target.Port) { Isid = 2 };
        other.Login(Disk);
        other.ClearAttention();
    }

    [Fact]
    public async Task A_session_that_cannot_be_opened_leaves_nothing_behind()
    {
        await using var target = new TestTarget(logger: new BrokenLogger());
        target.AddVolume("disk");
        for (var i = 0; i < 2; i++)
        {
            using var initiator = new TestInitiator(target.Target.Port);
            Assert.Equal(0x0300, initiator.Login(Disk).LoginStatus);
            Assert.Empty(target.Sessions.List());
            Assert.Equal(0, target.Sessions.HeldCount);
        }
    }

    [Theory]
    [InlineData(0, 0, Opcode.LogoutResponse, 0, true)]
    [InlineData(1, 0, Opcode.LogoutResponse, 0, true)]
    [InlineData(1, 9, Opcode.LogoutResponse, 1, false)] // a connection that is not there
    [InlineData(2, 0, Opcode.LogoutResponse, 2, false)] // recovery is not supported
    [InlineData(3, 0, Opcode.Reject, (byte)RejectReason.InvalidPduField, false)]
    public void Each_reason_to_log_out_has_its_answer(byte reason, ushort connectionId, byte opcode, byte code, bool ends)
    {
        using var initiator = LogIn();
        var header = initiator.NewHeader(0x46, (byte)(0x80 | reason), 8);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(20), connectionId);
        initiator.Send(header, []);
        var answer = initiator.Receive()!;
        Assert.Equal((opcode, code), (answer.Opcode, answer.Header[2]));
        if (ends) Assert.Null(initiator.Receive());
        else initiator.ClearAttention();
    }

    [Fact]
    public void A_gap_in_the_command_numbers_is_rejected_and_ends_the_connection()
    {
        using var initiator = LogIn();
        initiator.CmdSn += 2;
        initiator.Read10(0, 1);
        var reject = initiator.Receive()!;
        Assert.Equal((Opcode.Reject, (byte)RejectReason.ProtocolError), (reject.Opcode, reject.Header[2]));
        Assert.Null(initiator.Receive());
    }

    [Fact]
    public void ABORT_TASK_of_a_command_that_never_came_counts_it_as_come()
    {
        using var initiator = LogIn();
        var due = initiator.CmdSn;
        Assert.Equal(0, Abort(initiator, refCmdSn: due + 1, cmdSn: due + 2));
        Assert.Equal(0, Abort(initiator, refCmdSn: due, cmdSn: due + 2));
        initiator.CmdSn = due + 2;
        initiator.Read10(0, 1, taskTag: 5);
        Assert.Equal(5u, initiator.ReceiveRead().Last.At(16));
        Assert.Equal(1, Abort(initiator, refCmdSn: due, cmdSn: initiator.CmdSn)); // long gone
        Assert.Equal(1, Abort(initiator, refCmdSn: initiator.CmdSn, cmdSn: initiator.CmdSn)); // not before the ABORT TASK itself
    }

    [Fact]
    public void Immediate_commands_do_not_move_the_window()
    {
        using var initiator = LogIn();
        var header = initiator.NewHeader(0x41, 0x80, 70);
        for (var i = 0; i < 5; i++)
        {
            initiator.Send(header, []);
            var response = initiator.Receive()!;
            Assert.Equal((Opcode.ScsiResponse, initiator.CmdSn), (response.Opcode, response.At(28)));
        }
        initiator.ClearAttention();
    }

    [Fact]
    public void The_window_is_never_taken_back_and_StatSN_counts_each_status()
    {
        using var initiator = LogIn("InitialR2T=Yes\0ImmediateData=No\0");
        var statSn = initiator.ExpStatSn;
        var max = 0u;
        for (var i = 0u; i < 200; i++)
        {
            initiator.Read10(0, 1, taskTag: i);
            var last = initiator.ReceiveRead().Last;
            Assert.Equal(statSn++, last.At(24));
            Assert.False(max != 0 && SerialNumber.Before(last.At(32), max));
            max = last.At(32);
        }
    }

    [Fact]
    public void A_task_tag_in_use_is_rejected()
    {
        using var initiator = LogIn("InitialR2T=Yes\0ImmediateData=No\0");
        initiator.Write10(0, 4, [], taskTag: 42);
        Assert.Equal(Opcode.ReadyToTransfer, initiator.Receive()!.Opcode);
        initiator.Read10(0, 1, taskTag: 42);
        var reject = initiator.Receive()!;
        Assert.Equal((Opcode.Reject, (byte)RejectReason.TaskInProgress), (reject.Opcode, reject.Header[2]));
    }

    [Theory]
    [InlineData(0x10, RejectReason.SnackReject)]
    [InlineData(0x1C, RejectReason.CommandNotSupported)]
    public void What_level_0_does_not_have_is_rejected_with_its_header(byte opcode, RejectReason reason)
    {
        using var initiator = LogIn();
        var header = initiator.NewHeader((byte)(opcode | 0x40), 0x80, 3);
        initiator.Send(header, []);
        var reject = initiator.Receive()!;
        Assert.Equal((Opcode.Reject, (byte)reason), (reject.Opcode, reject.Header[2]));
        Assert.Equal(header, reject.Data);
        Assert.Equal(Tags.None, reject.At(16));
    }

    [Fact]
    public void A_login_in_the_full_feature_phase_is_rejected_and_ends_the_connection()
    {
        using var initiator = LogIn();
        initiator.Send(initiator.NewHeader(0x43, 0x87, 3), []);
        Assert.Equal(Opcode.Reject, initiator.Receive()!.Opcode);
        Assert.Null(initiator.Receive());
    }

    [Theory]
    [InlineData(0xC0, 0xFFFFFFFF, 6u)] // F and C together
    [InlineData(0x80, 1u, 6u)] // goes on with what never began
    [InlineData(0x80, 0xFFFFFFFF, 0xFFFFFFFF)] // without a task tag
    public void A_text_request_out_of_order_is_rejected(byte flags, uint transferTag, uint taskTag)
    {
        using var initiator = LogIn();
        var header = initiator.NewHeader(0x44, flags, taskTag);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(20), transferTag);
        initiator.Send(header, "SendTargets=All\0"u8.ToArray());
        var reject = initiator.Receive()!;
        Assert.Equal((Opcode.Reject, (byte)RejectReason.ProtocolError), (reject.Opcode, reject.Header[2]));
        initiator.ClearAttention();
    }

    [Fact]
    public void Text_may_come_in_parts()
    {
        using var initiator = LogIn();
        var header = initiator.NewHeader(0x44, 0x40, 6);
        header.AsSpan(20, 4).Fill(0xFF);
        initiator.Send(header, "SendTar"u8.ToArray());
        var part = initiator.Receive()!;
        Assert.Equal((Opcode.TextResponse, 0, 0), (part.Opcode, part.Flags, part.Data.Length));
        initiator.Send(Next(initiator, part), "gets=All\0"u8.ToArray());
        Assert.Equal(Disk, initiator.Receive()!.Keys["TargetName"]);

        static byte[] Next(TestInitiator initiator, ReceivedPdu part)
        {
            var next = initiator.NewHeader(0x44, 0x80, 6);
            part.Header.AsSpan(20, 4).CopyTo(next.AsSpan(20));
            return next;
        }
    }

    [Fact]
    public async Task A_node_that_stops_asks_its_initiators_to_log_out()
    {
        await using var target = new TestTarget(new IscsiTargetOptions
        {
            Portals = [new IPEndPoint(IPAddress.Loopback, 0)],
            LogoutGrace = TimeSpan.FromSeconds(119.5), // it ends before, with the last logout
        });
        target.AddVolume("disk");
        using var initiator = LogIn(target: target);
        var stopped = target.Target.StopAsync(TestContext.Current.CancellationToken);
        var message = initiator.Receive()!;
        Assert.Equal((Opcode.AsyncMessage, (byte)AsyncEvent.LogoutRequested), (message.Opcode, message.Header[36]));
        Assert.Equal(120, message.Header[43]); // seconds, rounded up
        initiator.Send(initiator.NewHeader(0x46, 0x80, 8), []);
        Assert.Equal(Opcode.LogoutResponse, initiator.Receive()!.Opcode);
        await stopped;
    }

    [Fact]
    public void A_warm_reset_clears_and_tells_and_a_cold_one_ends_all_sessions_of_the_target()
    {
        using var first = LogIn();
        using var second = LogIn(isid: 2);
        Assert.Equal(0, Manage(first, 6));
        foreach (var initiator in (TestInitiator[])[first, second])
        {
            initiator.Command(0x80, new byte[6], 0);
            Assert.Equal(2, initiator.Receive()!.Header[3]);
        }
        Assert.Equal(0, Manage(first, 7));
        Assert.Null(first.Receive());
        Assert.Null(second.Receive());
    }

    private ushort Tsih() => _target.Sessions.List().Single().Tsih;

    private static int Until18(TestInitiator initiator)
    {
        for (var i = 0; ; i++)
        {
            initiator.Command(0x80, [0x1A, 0, 0x3F, 0, 0, 0], 0); // MODE SENSE(6), which RESERVE(6) of another forbids
            if (initiator.Receive()!.Header[3] is var status && (status == 0x18 || i > 5)) return status;
        }
    }

    private static int Abort(TestInitiator initiator, uint refCmdSn, uint cmdSn)
    {
        var header = initiator.NewHeader(0x42, 0x81, 60);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(20), 4711);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(24), cmdSn);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(32), refCmdSn);
        initiator.Send(header, []);
        return initiator.Receive()!.Header[2];
    }

    private static int Manage(TestInitiator initiator, byte function)
    {
        var header = initiator.NewHeader(0x42, (byte)(0x80 | function), 77);
        header.AsSpan(20, 4).Fill(0xFF);
        initiator.Send(header, []);
        return initiator.Receive()!.Header[2];
    }

    private TestInitiator LogIn(string keys = "", byte isid = 1, TestTarget? target = null)
    {
        var initiator = new TestInitiator((target ?? _target).Target.Port) { Isid = isid };
        Assert.Equal(0, initiator.Login(Disk, keys).LoginStatus);
        initiator.ClearAttention();
        return initiator;
    }

    /// <summary>Breaks when a session opens: the last thing that opening does is to log it.</summary>
    private sealed class BrokenLogger : ILogger<IscsiTarget>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == 3002) throw new InvalidOperationException("the log is full");
        }
    }
}
