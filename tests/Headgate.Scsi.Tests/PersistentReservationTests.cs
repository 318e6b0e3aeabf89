using System.Buffers.Binary;
using System.Text;
using Headgate.Scsi.Reservations;
using Headgate.Scsi.Tests.Support;

namespace Headgate.Scsi.Tests;

/// <summary>PERSISTENT RESERVE IN and OUT (SPC-4 5.12, 6.15, 6.16).</summary>
public sealed class PersistentReservationTests
{
    private const string Read = "28 00 00000000 00 0001 00";
    private const string Write = "2A 00 00000000 00 0001 00";
    private const string TestUnitReady = "00 00 00 00 00 00";

    private readonly Disk _disk = new();
    private readonly Host _a;
    private readonly Host _b;
    private readonly Host _c;

    public PersistentReservationTests()
    {
        _a = new Host(_disk, _disk.A);
        _b = new Host(_disk, _disk.Open(Disk.PortB));
        _c = new Host(_disk, _disk.Open("iqn.2026-11.test:c,i,0x400001370002"));
    }

    public static TheoryData<int> Types => [1, 3, 5, 6, 7, 8];

    [Fact]
    public void Registering_adds_changes_and_removes_keys_and_counts()
    {
        _a.Register(0, 0xAA).ShouldBeGood();
        _b.Register(0, 0xBB).ShouldBeGood();
        AssertKeys(2, 0xAA, 0xBB);
        _a.Register(0xAA, 0xA2).ShouldBeGood();
        AssertKeys(3, 0xA2, 0xBB);
        _b.Register(0xBB, 0).ShouldBeGood();
        AssertKeys(4, 0xA2);
        _c.Register(0, 0).ShouldBeGood();
        AssertKeys(4, 0xA2);
    }

    [Fact]
    public void The_wrong_key_conflicts_and_changes_nothing()
    {
        _a.Register(0, 0xAA).ShouldBeGood();
        foreach (var result in new[] { _a.Register(0, 0xCC), _a.Register(0xAB, 0xCC), _b.Register(0xAA, 0xCC),
            _a.Out(1, 1, 0xAB), _a.Out(2, 1, 0xAB), _a.Out(3, 0, 0xAB), _a.Out(4, 1, 0xAB, 0xAA), _b.Out(1, 1, 0) })
            Assert.Equal(ScsiStatus.ReservationConflict, result.Status);
        AssertKeys(1, 0xAA);
        _a.Out(6, 0, 0xDEAD, 0xA3).ShouldBeGood();
        AssertKeys(2, 0xA3);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Access_is_as_the_table_of_types_says(int type)
    {
        _a.Register(0, 0xAA).ShouldBeGood();
        _b.Register(0, 0xBB).ShouldBeGood();
        _a.Out(1, type, 0xAA).ShouldBeGood();

        var forRegistrants = type >= 5;
        var excludesReads = type is 3 or 6 or 8;
        Assert.Equal((true, true), Access(_a));
        Assert.Equal((forRegistrants || !excludesReads, forRegistrants), Access(_b));
        Assert.Equal((!excludesReads, false), Access(_c));
        foreach (var allowed in new[] { TestUnitReady, "12 00 00 00 FF 00", "25 00 00000000 0000 00 00", "A3 0A 00000000 000000FF 00 00" })
            _c.Run(allowed).ShouldBeGood();
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void The_reservation_is_reported_with_the_key_of_its_holder(int type)
    {
        Assert.Equal(Disk.Hex("00000000 00000000"), Fresh().In(1));
        _a.Register(0, 0xAA).ShouldBeGood();
        _a.Out(1, type, 0xAA).ShouldBeGood();
        var key = type >= 7 ? "0000000000000000" : "00000000000000AA";
        Assert.Equal(Disk.Hex($"00000001 00000010 {key} 00000000 00 {type:X2} 0000"), Fresh().In(1));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Only_a_holder_releases_and_registrants_are_told(int type)
    {
        _a.Register(0, 0xAA).ShouldBeGood();
        _b.Register(0, 0xBB).ShouldBeGood();
        _a.Out(1, type, 0xAA).ShouldBeGood();
        _a.Out(2, type == 1 ? 3 : 1, 0xAA).ShouldFail(5, 0x2604);
        if (type < 7)
        {
            _b.Out(2, type, 0xBB).ShouldBeGood();
            Assert.Equal(type, Fresh().In(1)[21]);
        }

        _a.Out(2, type, 0xAA).ShouldBeGood();
        Assert.Equal(8, Fresh().In(1).Length);
        Assert.Equal(type >= 5 ? 0x2A04 : -1, _b.Run(TestUnitReady).Asc());
        Assert.Equal(-1, _a.Run(TestUnitReady).Asc());
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_holder_that_unregisters_gives_it_up_unless_all_registrants_hold_it(int type)
    {
        _a.Register(0, 0xAA).ShouldBeGood();
        _b.Register(0, 0xBB).ShouldBeGood();
        _a.Out(1, type, 0xAA).ShouldBeGood();
        _a.Register(0xAA, 0).ShouldBeGood();
        Assert.Equal(type >= 7, Fresh().In(1).Length > 8);
        _a.Run(TestUnitReady).ShouldBeGood();
        Assert.Equal(type is 5 or 6 ? 0x2A04 : -1, _b.Run(TestUnitReady).Asc());
        _b.Register(0xBB, 0).ShouldBeGood();
        Assert.Equal(8, Fresh().In(1).Length);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Reserving_again_is_good_for_the_holder_and_conflicts_for_others(int type)
    {
        _a.Register(0, 0xAA).ShouldBeGood();
        _b.Register(0, 0xBB).ShouldBeGood();
        _a.Out(1, type, 0xAA).ShouldBeGood();
        _a.Out(1, type, 0xAA).ShouldBeGood();
        Assert.Equal(ScsiStatus.ReservationConflict, _a.Out(1, type == 1 ? 3 : 1, 0xAA).Status);
        Assert.Equal(type >= 7 ? ScsiStatus.Good : ScsiStatus.ReservationConflict, _b.Out(1, type, 0xBB).Status);
        Assert.Equal(2u, Keys().Generation);
    }

    [Fact]
    public void Clear_removes_all_and_tells_the_others()
    {
        _a.Register(0, 0xAA).ShouldBeGood();
        _b.Register(0, 0xBB).ShouldBeGood();
        _b.Out(1, 3, 0xBB).ShouldBeGood();
        _a.Out(3, 0, 0xAA).ShouldBeGood();
        AssertKeys(3);
        Assert.Equal(8, Fresh().In(1).Length);
        _b.Run(TestUnitReady).ShouldFail(6, 0x2A03);
        _a.Run(TestUnitReady).ShouldBeGood();
    }

    [Fact]
    public void Preempting_the_holder_takes_the_reservation()
    {
        _a.Register(0, 0xAA).ShouldBeGood();
        _b.Register(0, 0xBB).ShouldBeGood();
        _c.Register(0, 0xCC).ShouldBeGood();
        _b.Out(1, 1, 0xBB).ShouldBeGood();
        _a.Out(4, 3, 0xAA, 0xBB).ShouldBeGood();
        AssertKeys(4, 0xAA, 0xCC);
        Assert.Equal(Disk.Hex("00000004 00000010 00000000000000AA 00000000 00 03 0000"), Fresh().In(1));
        _b.Run(TestUnitReady).ShouldFail(6, 0x2A05);
        _c.Run(TestUnitReady).ShouldFail(6, 0x2A04);
        Assert.Equal((false, false), Access(_b));
    }

    [Fact]
    public void Preempt_and_abort_names_the_ports_whose_commands_must_end()
    {
        _a.Register(0, 0xAA).ShouldBeGood();
        _b.Register(0, 0xBB).ShouldBeGood();
        _b.Out(1, 1, 0xBB).ShouldBeGood();
        var result = _a.Out(5, 1, 0xAA, 0xBB);
        result.ShouldBeGood();
        Assert.Equal([Disk.PortB], result.AbortsPorts);
        Assert.Null(_a.Out(4, 1, 0xAA, 0xAA).AbortsPorts);
        Assert.Equal(ScsiStatus.ReservationConflict, _a.Out(5, 1, 0xAA, 0xDD).Status);
    }

    [Fact]
    public void A_write_that_waited_is_judged_again()
    {
        _a.Register(0, 0xAA).ShouldBeGood();
        Assert.Null(_disk.Unit.Recheck(_b.Nexus, Disk.Hex(Write)));
        _a.Out(1, 1, 0xAA).ShouldBeGood();
        Assert.Equal(ScsiStatus.ReservationConflict, _disk.Unit.Recheck(_b.Nexus, Disk.Hex(Write))?.Status);
        Assert.Null(_disk.Unit.Recheck(_disk.A, Disk.Hex(Write)));
    }

    [Fact]
    public void Preempting_others_removes_their_registrations_alone()
    {
        _a.Register(0, 0xAA).ShouldBeGood();
        _b.Register(0, 0xBB).ShouldBeGood();
        _c.Register(0, 0xCC).ShouldBeGood();
        _a.Out(1, 5, 0xAA).ShouldBeGood();
        _c.Out(4, 5, 0xCC, 0xBB).ShouldBeGood();
        AssertKeys(4, 0xAA, 0xCC);
        Assert.Equal(0xAA, Fresh().In(1)[15]);
        _b.Run(TestUnitReady).ShouldFail(6, 0x2A05);
        Assert.Equal(ScsiStatus.ReservationConflict, _c.Out(4, 5, 0xCC, 0xBB).Status);
        _c.Out(4, 5, 0xCC).ShouldFail(5, 0x2600);
    }

    [Fact]
    public void Key_zero_preempts_a_reservation_of_all_registrants()
    {
        _a.Register(0, 0xAA).ShouldBeGood();
        _b.Register(0, 0xBB).ShouldBeGood();
        _a.Out(1, 7, 0xAA).ShouldBeGood();
        _b.Out(4, 3, 0xBB, 0).ShouldBeGood();
        AssertKeys(3, 0xBB);
        Assert.Equal(3, Fresh().In(1)[21]);
        _a.Run(TestUnitReady).ShouldFail(6, 0x2A05);
    }

    [Fact]
    public void Full_status_names_each_nexus_by_its_transport_id()
    {
        _a.Register(0, 0xAA).ShouldBeGood();
        _b.Register(0, 0xBB).ShouldBeGood();
        _a.Out(1, 3, 0xAA).ShouldBeGood();
        var data = _c.In(3);
        var name = (Disk.PortA.Length + 4) & ~3;
        var descriptor = 24 + 4 + name;
        Assert.Equal(8 + 2 * descriptor, data.Length);
        Assert.Equal(2 * descriptor, BinaryPrimitives.ReadInt32BigEndian(data.AsSpan(4)));
        Assert.Equal(
            Disk.Hex($"00000000000000AA 00000000 01 03 00000000 0001 {4 + name:X8} 45 00 {name:X4}"), data[8..36]);
        Assert.Equal(Disk.PortA, Encoding.UTF8.GetString(data, 36, name).TrimEnd('\0'));
        Assert.Equal(0, data[8 + descriptor + 12]);
    }

    [Fact]
    public void Lengths_are_whole_when_the_data_is_cut()
    {
        _a.Register(0, 0xAA).ShouldBeGood();
        for (var action = 0; action < 4; action++)
        {
            var whole = _a.In(action);
            for (var length = 0; length <= whole.Length; length++)
                Assert.Equal(whole[..length], _a.Run($"5E {action:X2} 0000000000 {length:X4} 00").DataIn.ToArray());
        }
    }

    [Fact]
    public void Capabilities_say_all_types_and_whether_power_loss_is_survived()
    {
        Assert.Equal(Disk.Hex("0008 04 80 EA01 0000"), _a.In(2));
        var disk = new Disk(store: new Store());
        Assert.Equal(Disk.Hex("0008 05 80 EA01 0000"), disk.Run("5E 02 00 00 00 00 00 00 FF 00").DataIn.ToArray());
    }

    [Theory]
    [InlineData("5F 01 10 0000 00000018 00", 0x2400)]
    [InlineData("5F 01 02 0000 00000018 00", 0x2400)]
    [InlineData("5F 01 01 0000 00000017 00", 0x1A00)]
    [InlineData("5F 00 00 0000 FFFFFFFF 00", 0x1A00)]
    [InlineData("5F 09 01 0000 00000018 00", 0x2400)]
    [InlineData("5E 04 0000000000 00FF 00", 0x2400)]
    public void Wrong_scope_type_length_and_service_action_are_refused(string cdb, int asc) =>
        _a.Run(cdb, new byte[24]).ShouldFail(5, asc);

    [Theory]
    [InlineData(0x08)]
    [InlineData(0x80)]
    [InlineData(0x01)]
    public void Flags_that_are_not_offered_are_invalid_parameters(byte flags)
    {
        var result = _a.Out(0, 0, 0, 1, flags);
        result.ShouldFail(5, 0x2600);
        Assert.Equal(20, result.FieldByte());
    }

    [Fact]
    public void With_aptpl_reservations_are_there_after_a_restart_and_without_it_they_are_gone()
    {
        var store = new Store();
        var disk = new Disk(store: store);
        var host = new Host(disk, disk.A);
        host.Out(0, 0, 0, 0xAA, flags: 1).ShouldBeGood();
        host.Out(1, 3, 0xAA).ShouldBeGood();

        var again = new Disk(store: store);
        Assert.Equal(Disk.Hex("00000000 00000010 00000000000000AA 00000000 00 03 0000"), new Host(again, again.A).In(1));
        Assert.Equal((false, false), Access(new Host(again, again.Open(Disk.PortB))));
        new Host(again, again.A).Out(6, 0, 0, 0xAA).ShouldBeGood();
        Assert.Null(store.Kept);
    }

    [Fact]
    public void What_cannot_be_saved_is_not_done()
    {
        var disk = new Disk(store: new Store { Fails = true });
        var host = new Host(disk, disk.A);
        host.Out(0, 0, 0, 0xAA, flags: 1).ShouldFail(4, 0x4400);
        Assert.Equal(8, host.In(0).Length);
    }

    [Fact]
    public void A_registration_outlives_its_session_and_belongs_to_the_initiator_port()
    {
        _a.Register(0, 0xAA).ShouldBeGood();
        _a.Out(1, 3, 0xAA).ShouldBeGood();
        _disk.Unit.CloseNexus(_disk.A);
        Assert.Equal((false, false), Access(_b));
        Assert.Equal((true, true), Access(new Host(_disk, _disk.Open(Disk.PortA))));
    }

    [Fact]
    public void A_lun_reset_keeps_them_and_power_on_does_not()
    {
        _a.Register(0, 0xAA).ShouldBeGood();
        _disk.Unit.Reset(ResetKind.LogicalUnit);
        _c.Run(TestUnitReady).ShouldFail(6, 0x2903);
        Assert.Equal([0xAAUL], Keys().Keys);
        _disk.Unit.Reset(ResetKind.PowerOn);
        _c.Run(TestUnitReady).ShouldFail(6, 0x2900);
        Assert.Empty(Keys().Keys);
    }

    private void AssertKeys(uint generation, params ulong[] keys)
    {
        var (present, list) = Keys();
        Assert.Equal(generation, present);
        Assert.Equal(keys, list);
    }

    /// <summary>Asked on a new session, for which no unit attention is pending.</summary>
    private (uint Generation, ulong[] Keys) Keys()
    {
        var data = Fresh().In(0);
        Assert.Equal(data.Length - 8, BinaryPrimitives.ReadInt32BigEndian(data.AsSpan(4)));
        return (BinaryPrimitives.ReadUInt32BigEndian(data),
            [.. data[8..].Chunk(8).Select(key => BinaryPrimitives.ReadUInt64BigEndian(key))]);
    }

    private Host Fresh() => new(_disk, _disk.Open("iqn.2026-11.test:fresh,i,0x4000013700ff"));

    private static (bool Reads, bool Writes) Access(Host host) =>
        (host.Run(Read).Status == ScsiStatus.Good, host.Run(Write, new byte[512]).Status == ScsiStatus.Good);

    /// <summary>One initiator.</summary>
    internal sealed class Host(Disk disk, Nexus nexus)
    {
        public Nexus Nexus => nexus;

        public ScsiResult Run(string cdb, ReadOnlySpan<byte> dataOut = default) => disk.Run(nexus, cdb, dataOut);

        public byte[] In(int action) => Run($"5E {action:X2} 0000000000 1000 00").DataIn.ToArray();

        public ScsiResult Register(ulong key, ulong next) => Out(0, 0, key, next);

        public ScsiResult Out(int action, int type, ulong key, ulong actionKey = 0, byte flags = 0) => Run(
            $"5F {action:X2} {type:X2} 0000 00000018 00", Disk.Hex($"{key:X16} {actionKey:X16} 00000000 {flags:X2} 000000"));
    }

    private sealed class Store : IReservationStore
    {
        public KeptReservations? Kept { get; private set; }

        public bool Fails { get; init; }

        public KeptReservations? Load() => Kept;

        public bool Save(KeptReservations? kept)
        {
            if (!Fails)
                Kept = kept;
            return !Fails;
        }
    }
}
