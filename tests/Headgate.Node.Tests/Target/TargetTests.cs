using System.Net;
using Headgate.Iscsi.Pdu;
using Headgate.Node.Target;

namespace Headgate.Node.Tests.Target;

/// <summary>The target over loopback, seen from the wire.</summary>
public sealed class TargetTests : IAsyncLifetime
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

    [Theory]
    [InlineData("")]
    [InlineData("HeaderDigest=CRC32C\0DataDigest=CRC32C\0")]
    public void What_is_written_is_read_back_with_and_without_digests(string digests)
    {
        using var initiator = LogIn(digests + "MaxRecvDataSegmentLength=4096\0");
        var data = Pattern(64 * 512);
        initiator.Write10(8, 64, data);
        var written = initiator.Receive()!;
        Assert.Equal((Opcode.ScsiResponse, 0), (written.Opcode, written.Header[3]));

        initiator.Read10(8, 64);
        var (read, last, pdus) = initiator.ReceiveRead();
        Assert.Equal(data, read);
        // 32 KiB in data segments of 4 KiB, and GOOD with the last of them.
        Assert.Equal((8, Opcode.DataIn), (pdus, last.Opcode));
        Assert.Equal(0x81, last.Flags);
    }

    [Fact]
    public void A_PDU_that_comes_byte_by_byte_is_the_same_PDU()
    {
        using var initiator = LogIn("HeaderDigest=CRC32C\0DataDigest=CRC32C\0");
        initiator.ByteByByte = true;
        initiator.Write10(0, 1, Pattern(512));
        Assert.Equal(0, initiator.Receive()!.Header[3]);
        initiator.Read10(0, 1);
        Assert.Equal(Pattern(512), initiator.ReceiveRead().Data);
    }

    [Fact]
    public void Solicited_data_is_asked_for_burst_by_burst_and_written()
    {
        using var initiator = LogIn("InitialR2T=Yes\0ImmediateData=No\0MaxBurstLength=1024\0MaxOutstandingR2T=2\0");
        var data = Pattern(3 * 1024);
        initiator.Write10(16, 6, []);
        foreach (var burst in (int[])[0, 1, 2])
        {
            var r2t = initiator.Receive()!;
            Assert.Equal(Opcode.ReadyToTransfer, r2t.Opcode);
            Assert.Equal(((uint)burst, (uint)burst * 1024, 1024u), (r2t.At(36), r2t.At(40), r2t.At(44)));
            var part = data[(burst * 1024)..((burst + 1) * 1024)];
            initiator.DataOut(7, r2t.At(20), 0, (uint)burst * 1024, part[..512], isFinal: false);
            initiator.DataOut(7, r2t.At(20), 1, ((uint)burst * 1024) + 512, part[512..], isFinal: true);
        }
        Assert.Equal(0, initiator.Receive()!.Header[3]);
        initiator.Read10(16, 6);
        Assert.Equal(data, initiator.ReceiveRead().Data);
    }

    [Fact]
    public void Unsolicited_data_up_to_the_first_burst_needs_no_R2T()
    {
        using var initiator = LogIn("InitialR2T=No\0ImmediateData=Yes\0");
        var data = Pattern(2048);
        initiator.Write10(0, 4, data[..512], isFinal: false);
        initiator.DataOut(7, Tags.None, 0, 512, data[512..], isFinal: true);
        Assert.Equal(0, initiator.Receive()!.Header[3]);
        initiator.Read10(0, 4);
        Assert.Equal(data, initiator.ReceiveRead().Data);
    }

    [Theory]
    [InlineData(1u, 0u)] // DataSN jumps
    [InlineData(0u, 512u)] // offset jumps
    public void Data_out_of_order_fails_the_write_and_not_the_session(uint dataSn, uint offset)
    {
        using var initiator = LogIn("InitialR2T=Yes\0ImmediateData=No\0");
        initiator.Write10(0, 4, []);
        var r2t = initiator.Receive()!;
        initiator.DataOut(7, r2t.At(20), dataSn, offset, Pattern(2048), isFinal: true);
        Assert.Equal(Opcode.Reject, initiator.Receive()!.Opcode);
        var response = initiator.Receive()!;
        Assert.Equal((Opcode.ScsiResponse, 2), (response.Opcode, response.Header[3]));
        initiator.Read10(0, 4);
        Assert.Equal(new byte[2048], initiator.ReceiveRead().Data);
    }

    [Fact]
    public void A_wrong_data_digest_is_rejected_and_fails_the_task()
    {
        using var initiator = LogIn("DataDigest=CRC32C\0");
        initiator.DataDigest = false;
        initiator.Write10(0, 1, [.. Pattern(512)]);
        initiator.SendRaw([1, 2, 3, 4]);
        initiator.DataDigest = true;
        var reject = initiator.Receive()!;
        Assert.Equal((Opcode.Reject, (byte)RejectReason.DataDigestError), (reject.Opcode, reject.Header[2]));
        Assert.Equal(2, initiator.Receive()!.Header[3]);
    }

    [Fact]
    public void A_wrong_header_digest_ends_the_connection()
    {
        using var initiator = LogIn("HeaderDigest=CRC32C\0");
        initiator.SendRaw(new byte[BasicHeader.Size + 4]);
        Assert.Null(initiator.Receive());
    }

    [Fact]
    public void A_command_outside_the_window_is_ignored_and_the_next_in_turn_is_served()
    {
        using var initiator = LogIn();
        var turn = initiator.CmdSn;
        initiator.CmdSn = turn + 5000;
        initiator.Read10(0, 1, taskTag: 99);
        initiator.CmdSn = turn - 1;
        initiator.Read10(0, 1, taskTag: 98);
        initiator.CmdSn = turn;
        initiator.Read10(0, 1, taskTag: 97);
        Assert.Equal(97u, initiator.ReceiveRead().Last.At(16));
    }

    [Theory]
    [InlineData(0, 512u, 0x04)]
    [InlineData(200, 312u, 0x04)]
    [InlineData(10000, 9488u, 0x02)]
    public void A_read_of_one_block_tells_its_residual(int expected, uint residual, byte flag)
    {
        using var initiator = LogIn();
        initiator.Read10(0, 1, expected);
        var (data, last, _) = initiator.ReceiveRead();
        Assert.Equal(Math.Min(expected, 512), data.Length);
        Assert.Equal((residual, flag), (last.At(44), (byte)(last.Flags & 0x06)));
    }

    [Theory]
    [InlineData(0x2A, 0, 0, 512u, 0x04)]
    [InlineData(0x2A, 200, 0x0E03, 312u, 0x04)] // not a whole block: refused, and the overflow is told all the same
    [InlineData(0x2E, 200, 0x0E03, 312u, 0x04)]
    [InlineData(0x2A, 10000, 0, 9488u, 0x02)]
    [InlineData(0x2E, 10000, 0, 9488u, 0x02)]
    public void A_write_of_one_block_tells_its_residual(byte opcode, int expected, int code, uint residual, byte flag)
    {
        using var initiator = LogIn();
        initiator.Command(0xA0, [opcode, 0, 0, 0, 0, 0, 0, 0, 1, 0], expected, immediate: Pattern(expected));
        var response = initiator.Receive()!;
        Assert.Equal((code == 0 ? 0 : 2, code), Outcome(response));
        Assert.Equal((residual, flag), (response.At(44), (byte)(response.Flags & 0x06)));
    }

    [Fact]
    public void NOP_echoes_text_names_the_target_and_logout_closes()
    {
        using var initiator = LogIn();
        initiator.Send(initiator.NewHeader(0x40, 0x80, 5), [1, 2, 3]);
        Assert.Equal([1, 2, 3], initiator.Receive()!.Data);

        var text = initiator.NewHeader(0x44, 0x80, 6);
        text.AsSpan(20, 4).Fill(0xFF);
        initiator.Send(text, "SendTargets=All\0"u8.ToArray());
        Assert.Equal($"127.0.0.1:{_target.Target.Port},1", initiator.Receive()!.Keys["TargetAddress"]);
        initiator.Send(text, "Bogus=1\0"u8.ToArray());
        Assert.Equal("NotUnderstood", initiator.Receive()!.Keys["Bogus"]);
        initiator.Send(text, "SendTargets=Alle\0"u8.ToArray());
        Assert.Equal(Opcode.Reject, initiator.Receive()!.Opcode);

        initiator.Send(initiator.NewHeader(0x46, 0x80, 8), []);
        Assert.Equal((Opcode.LogoutResponse, 0), (initiator.Receive()!.Opcode, 0));
        Assert.Null(initiator.Receive());
    }

    [Fact]
    public void Task_management_answers_each_function()
    {
        using var initiator = LogIn();
        Assert.Equal(1, Manage(initiator, 1, reference: 12345));
        Assert.Equal(0, Manage(initiator, 2));
        Assert.Equal(5, Manage(initiator, 3));
        Assert.Equal(0, Manage(initiator, 5));
        Assert.Equal(2, Manage(initiator, 5, lun: 1));
        Assert.Equal(4, Manage(initiator, 8));
        Assert.Equal(5, Manage(initiator, 9));
        initiator.ClearAttention();
        Assert.Equal(0, Manage(initiator, 7));
        Assert.Null(initiator.Receive()); // a cold reset ends the connections
    }

    [Fact]
    public void Who_loses_commands_to_the_CLEAR_TASK_SET_of_another_hears_of_it()
    {
        using var loser = LogIn("InitialR2T=Yes\0ImmediateData=No\0", isid: 2);
        using var idle = LogIn(isid: 3);
        using var clearing = LogIn("InitialR2T=Yes\0ImmediateData=No\0");
        foreach (var writer in (TestInitiator[])[loser, clearing])
        {
            writer.Write10(0, 4, [], taskTag: 42);
            Assert.Equal(Opcode.ReadyToTransfer, writer.Receive()!.Opcode);
        }
        Assert.Equal(0, Manage(clearing, 4));

        Assert.Equal((2, 0x2F00), TestUnitReady(loser));
        Assert.Equal((0, 0), TestUnitReady(loser));
        Assert.Equal((0, 0), TestUnitReady(idle));
        Assert.Equal((0, 0), TestUnitReady(clearing));
    }

    [Fact]
    public async Task Data_beyond_the_budget_of_the_node_is_turned_away_but_for_the_only_command_of_a_session()
    {
        await using var target = new TestTarget(new IscsiTargetOptions
        {
            Portals = [new IPEndPoint(IPAddress.Loopback, 0)],
            BufferedBytesMax = 3 * 4096,
        });
        target.AddVolume("disk");
        const string AllSolicited = "InitialR2T=Yes\0ImmediateData=No\0";
        using var first = LogIn(AllSolicited, isid: 1, target);
        using var second = LogIn(AllSolicited, isid: 2, target);
        using var third = LogIn(AllSolicited, isid: 3, target);
        first.Write10(0, 9, []); // 4.5 KiB, in a buffer of 8
        Assert.Equal(Opcode.ReadyToTransfer, first.Receive()!.Opcode);
        second.Write10(0, 1, [], taskTag: 1);
        Assert.Equal(Opcode.ReadyToTransfer, second.Receive()!.Opcode);
        second.Write10(0, 1, [], taskTag: 2);
        Assert.Equal((Opcode.ScsiResponse, 0x28), StatusOf(second.Receive()!));
        third.Write10(0, 1, []);
        Assert.Equal(Opcode.ReadyToTransfer, third.Receive()!.Opcode);

        Assert.Equal(0, Manage(first, 2)); // its 8 KiB are free again
        second.Write10(0, 1, [], taskTag: 3);
        Assert.Equal(Opcode.ReadyToTransfer, second.Receive()!.Opcode);
    }

    [Fact]
    public void An_aborted_write_that_waits_for_data_never_answers()
    {
        using var initiator = LogIn("InitialR2T=Yes\0ImmediateData=No\0");
        initiator.Write10(0, 4, [], taskTag: 42);
        Assert.Equal(Opcode.ReadyToTransfer, initiator.Receive()!.Opcode);
        Assert.Equal(0, Manage(initiator, 1, reference: 42));
        initiator.Read10(0, 1, taskTag: 43);
        Assert.Equal(43u, initiator.ReceiveRead().Last.At(16));
    }

    [Fact]
    public void The_same_initiator_port_takes_the_place_of_its_old_session()
    {
        using var first = LogIn();
        using var second = LogIn();
        Assert.Null(first.Receive());
        Assert.Single(_target.Sessions.List());
        using var other = new TestInitiator(_target.Target.Port) { Isid = 2 };
        Assert.Equal(0, other.Login(Disk).LoginStatus);
        Assert.Equal(2, _target.Sessions.List().Count);
    }

    [Theory]
    [InlineData(TargetRefusal.NotAuthorized, 0x0202, "login-not-authorized")]
    [InlineData(TargetRefusal.NotFound, 0x0203, "login-target-not-found")]
    [InlineData(TargetRefusal.Unavailable, 0x0301, null)]
    public void A_refused_login_has_its_status_and_its_event(TargetRefusal refusal, int status, string? code)
    {
        _target.Refused[Disk] = refusal;
        using var initiator = new TestInitiator(_target.Target.Port);
        Assert.Equal(status, initiator.Login(Disk).LoginStatus);
        Assert.Equal(code, _target.Events.SingleOrDefault()?.Code);
        if (code is not null) Assert.Contains(initiator.Name, _target.Events.Single().Message, StringComparison.Ordinal);
        Assert.Null(initiator.Receive());
    }

    [Fact]
    public void A_wrong_secret_is_0x0201_and_a_flood_of_them_does_not_flood_the_events()
    {
        _target.Rule = AuthenticationRule.ChapRequired;
        _target.Users["user"] = new ChapSecrets("user", "right-secret", null);
        for (var i = 0; i < 2 * LoginEvents.MaxPerPeriod; i++)
        {
            using var initiator = new TestInitiator(_target.Target.Port);
            initiator.LoginStep(0, null, $"InitiatorName={initiator.Name}\0TargetName={Disk}\0AuthMethod=CHAP\0");
            initiator.LoginStep(0, null, "CHAP_A=5\0");
            Assert.Equal(0x0201, initiator.LoginStep(0, 3, "CHAP_N=user\0CHAP_R=0x00\0").LoginStatus);
        }
        Assert.InRange(_target.Events.Count, 1, LoginEvents.MaxPerPeriod + 1);
        Assert.All(_target.Events, happened => Assert.Equal("login-authentication-failed", happened.Code));
    }

    [Fact]
    public async Task A_cut_session_hears_why_and_is_gone()
    {
        // Many times, as the cut often meets a sender that has just sent the last reply: that one takes the message along.
        for (var i = 0; i < 50; i++)
        {
            using var initiator = LogIn();
            Assert.Equal(1, await _target.Sessions.CutAsync(view => view.TargetName == Disk, CutReason.AccessRevoked));
            var message = initiator.Receive()!;
            Assert.Equal((Opcode.AsyncMessage, (byte)AsyncEvent.SessionDropped), (message.Opcode, message.Header[36]));
            Assert.Null(initiator.Receive());
            Assert.Empty(_target.Sessions.List());
        }
    }

    [Fact]
    public void Garbage_ends_its_own_connection_and_no_other()
    {
        using var healthy = LogIn();
        var random = new Random(20261122);
        for (var i = 0; i < 50; i++)
        {
            using var stranger = i % 2 == 0 ? new TestInitiator(_target.Target.Port) : LogIn(isid: 9);
            var garbage = new byte[48 + random.Next(2000)];
            random.NextBytes(garbage);
            try
            {
                stranger.SendRaw(garbage);
            }
            catch (System.Net.Sockets.SocketException)
            {
                // It was cut off while it still talked.
            }
        }
        healthy.Read10(0, 1);
        Assert.Equal(512, healthy.ReceiveRead().Data.Length);
    }

    private static (byte Opcode, int Status) StatusOf(ReceivedPdu pdu) => (pdu.Opcode, pdu.Header[3]);

    private static (int Status, int Code) TestUnitReady(TestInitiator initiator)
    {
        initiator.Command(0x80, new byte[6], 0);
        return Outcome(initiator.Receive()!);
    }

    /// <summary>Status, and code and qualifier of its sense data.</summary>
    private static (int Status, int Code) Outcome(ReceivedPdu response) =>
        (response.Header[3], response.Data.Length == 0 ? 0 : response.Data[2 + 12] << 8 | response.Data[2 + 13]);

    private TestInitiator LogIn(string keys = "", byte isid = 1, TestTarget? target = null)
    {
        var initiator = new TestInitiator((target ?? _target).Target.Port) { Isid = isid };
        Assert.Equal(0, initiator.Login(Disk, keys).LoginStatus);
        initiator.ClearAttention();
        return initiator;
    }

    private static int Manage(TestInitiator initiator, byte function, uint reference = Tags.None, byte lun = 0)
    {
        var header = initiator.NewHeader(0x42, (byte)(0x80 | function), 77);
        header[9] = lun;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(20), reference);
        initiator.Send(header, []);
        var response = initiator.Receive()!;
        Assert.Equal((Opcode.TaskManagementResponse, 77u), (response.Opcode, response.At(16)));
        return response.Header[2];
    }

    private static byte[] Pattern(int bytes) => [.. Enumerable.Range(0, bytes).Select(i => (byte)(i * 7 + (i >> 8)))];
}
