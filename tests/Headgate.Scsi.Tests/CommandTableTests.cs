using System.Buffers.Binary;
using CsCheck;
using Headgate.Scsi.Dispatch;
using Headgate.Scsi.Tests.Support;

namespace Headgate.Scsi.Tests;

/// <summary>One table drives dispatch, the check of reserved bits and REPORT SUPPORTED OPERATION CODES; here they must agree.</summary>
public sealed class CommandTableTests
{
    private readonly Disk _disk = new();

    private static byte[] MinimalCdb(CommandDefinition command)
    {
        var cdb = new byte[16];
        cdb[0] = command.Opcode;
        cdb[1] = command.ServiceAction;
        return cdb;
    }

    [Fact]
    public void Every_reserved_bit_of_every_command_is_an_invalid_field_at_that_bit()
    {
        foreach (var command in CommandTable.All)
        {
            for (var at = 1; at < command.Usage.Length; at++)
            {
                var usable = command.Usage[at] | (at == 1 && command.HasServiceAction ? 0x1F : 0);
                for (var bit = 0; bit < 8; bit++)
                {
                    if ((usable >> bit & 1) != 0)
                        continue;
                    var cdb = MinimalCdb(command);
                    cdb[at] |= (byte)(1 << bit);
                    var result = _disk.Unit.Plan(_disk.A, cdb).Result;
                    result.ShouldFail(5, 0x2400);
                    Assert.Equal((byte)(0xC8 | bit), result.Sense.Span[15]);
                    Assert.Equal(at, result.FieldByte());
                }
            }
        }
    }

    [Fact]
    public void What_is_listed_is_what_planning_accepts()
    {
        var listed = List(timeouts: false).Select(one => (one.Opcode, one.ServiceAction, one.HasAction)).ToHashSet();
        for (var opcode = 0; opcode < 256; opcode++)
        {
            for (var action = 0; action < 32; action++)
            {
                var result = _disk.Unit.Plan(_disk.A, [(byte)opcode, (byte)action, .. new byte[14]]).Result;
                var hasActions = CommandTable.HasServiceActions((byte)opcode);
                var known = listed.Contains(((byte)opcode, hasActions ? action : 0, hasActions));
                if (!known && hasActions)
                    Assert.Equal((0x2400, 1), (result.Asc(), result.FieldByte()));
                else
                    Assert.Equal(!known, result.Asc() == 0x2000);
            }
        }
    }

    [Fact]
    public void The_list_is_whole_and_in_order()
    {
        var listed = List(timeouts: false);
        Assert.Equal(CommandTable.All.Length, listed.Count);
        Assert.Equal(listed.Select(one => one.Opcode << 8 | one.ServiceAction).Order(), listed.Select(one => one.Opcode << 8 | one.ServiceAction));
        Assert.All(List(timeouts: true), one => Assert.True(one.HasTimeouts));
    }

    [Theory]
    [InlineData("2A", 10, "2A18FFFFFFFF1FFFFF00")]
    [InlineData("00", 6, "000000000000")]
    [InlineData("88", 16, "8818FFFFFFFFFFFFFFFFFFFFFFFF1F00")]
    public void One_command_returns_its_usage(string opcode, int length, string usage)
    {
        var data = _disk.Run($"A3 0C 01 {opcode} 0000 00000100 00 00").DataIn.ToArray();
        Assert.Equal(Disk.Hex($"0003 {length:X4} {usage}"), data);
        var timed = _disk.Run($"A3 0C 81 {opcode} 0000 00000100 00 00").DataIn.ToArray();
        Assert.Equal(Disk.Hex($"0083 {length:X4} {usage} 000A 00000000000000000000"), timed);
    }

    [Fact]
    public void One_command_with_service_action_puts_the_action_in_its_place() =>
        Assert.Equal(
            Disk.Hex("0003 0010 9E10 0000000000000000 FFFFFFFF 0000"),
            _disk.Run("A3 0C 02 9E 0010 00000100 00 00").DataIn.ToArray());

    [Theory]
    [InlineData("A3 0C 01 9E 0000 00000100 00 00")]
    [InlineData("A3 0C 02 2A 0000 00000100 00 00")]
    [InlineData("A3 0C 04 2A 0000 00000100 00 00")]
    public void The_wrong_option_for_a_command_is_an_invalid_field(string cdb)
    {
        _disk.Run(cdb).ShouldFail(5, 0x2400);
        Assert.Equal(2, _disk.Run(cdb).FieldByte());
    }

    [Theory]
    [InlineData("A3 0C 01 FF 0000 00000100 00 00", 1)]
    [InlineData("A3 0C 02 9E 001F 00000100 00 00", 1)]
    [InlineData("A3 0C 02 9E FFFF 00000100 00 00", 1)]
    [InlineData("A3 0C 03 2A 0000 00000100 00 00", 3)]
    [InlineData("A3 0C 03 2A 0001 00000100 00 00", 1)]
    [InlineData("A3 0C 03 9E 0012 00000100 00 00", 3)]
    public void Support_says_whether_a_command_is_there(string cdb, int support) =>
        Assert.Equal(support, _disk.Run(cdb).DataIn.Span[1] & 7);

    [Fact]
    public void Usage_maps_start_with_the_operation_code_and_have_the_length_of_its_group()
    {
        foreach (var command in CommandTable.All)
        {
            var expected = (command.Opcode >> 5) switch { 0 => 6, 1 or 2 => 10, 4 => 16, _ => 12 };
            Assert.Equal(expected, command.Usage.Length);
            Assert.Equal(0, command.Usage[^1]);
        }
    }

    [Fact]
    public void Any_bytes_as_a_cdb_get_a_lawful_answer_and_never_throw()
    {
        var disk = new Disk(blocks: 4096, removable: true);
        var other = disk.Open(Disk.PortB);
        var opcodes = CommandTable.All.ToArray().Select(command => (command.Opcode, command.ServiceAction)).ToArray();
        var likely = Gen.Select(Gen.Int[0, opcodes.Length - 1].Select(i => opcodes[i]), Gen.Byte.Array[16], Gen.Byte.Array[16]).Select((command, bytes, mask) =>
        {
            var row = CommandTable.HasServiceActions(command.Opcode)
                ? CommandTable.Find(command.Opcode, command.ServiceAction)! : CommandTable.Find(command.Opcode)!;
            // Mostly lawful bits and small numbers, so that the commands' own code is reached.
            for (var at = 1; at < 16; at++)
                bytes[at] &= at < row.Usage.Length ? (byte)(row.Usage[at] & ((mask[at] & 3) == 0 ? 0xFF : 0)) : (byte)0;
            bytes[0] = command.Opcode;
            bytes[1] |= command.ServiceAction;
            return bytes;
        });
        var cdbs = Gen.Frequency((1, Gen.Byte.Array[0, 20]), (9, likely));
        Gen.Select(cdbs, Gen.Byte.Array[0, 1100], Gen.Bool).Sample(
            (cdb, dataOut, asOther) =>
            {
                var nexus = asOther ? other : disk.A;
                var plan = disk.Unit.Plan(nexus, cdb);
                Assert.InRange(plan.DataOutBytes, 0, ScsiLimits.MaxTransferBytes);
                var result = plan.Kind == PlanKind.Respond ? plan.Result
                    : plan.IsLong ? RunLong(disk, nexus, cdb, dataOut)
                    : disk.Unit.Execute(nexus, cdb, dataOut, disk.Medium);
                if (disk.Unit.IsSanitizing)
                {
                    // It would answer all that follows; how it goes on is SanitizeTests' business.
                    disk = new Disk(blocks: 4096, removable: true);
                    other = disk.Open(Disk.PortB);
                }

                return result.Status switch
                {
                    ScsiStatus.Good => result.Sense.IsEmpty,
                    ScsiStatus.CheckCondition => !result.Sense.IsEmpty && result.DataIn.IsEmpty,
                    ScsiStatus.ReservationConflict => result.Sense.IsEmpty && result.DataIn.IsEmpty,
                    _ => false,
                };
            },
            iter: 50_000, threads: 1);
    }

    private static ScsiResult RunLong(Disk disk, Nexus nexus, byte[] cdb, byte[] dataOut)
    {
        if (disk.Unit.Begin(nexus, cdb, dataOut, new Itself(disk.Unit), out var answer) is not { } work)
            return answer;
        var buffer = new byte[work.BufferBytes];
        while (work.Next is not null)
            work.Run(disk.Medium, buffer);
        return work.Result;
    }

    private sealed class Itself(LogicalUnit unit) : ICopyTargets
    {
        public LogicalUnit Find(ReadOnlySpan<byte> designator) => unit;
    }

    private List<(byte Opcode, int ServiceAction, bool HasAction, bool HasTimeouts)> List(bool timeouts)
    {
        var data = _disk.Run($"A3 0C {(timeouts ? 0x80 : 0):X2} 00 0000 00010000 00 00").DataIn.ToArray();
        Assert.Equal(data.Length - 4, BinaryPrimitives.ReadInt32BigEndian(data));
        var list = new List<(byte, int, bool, bool)>();
        for (var at = 4; at < data.Length; at += timeouts ? 20 : 8)
        {
            list.Add((data[at], data[at + 3], (data[at + 5] & 1) != 0, (data[at + 5] & 2) != 0));
            if (timeouts)
                Assert.Equal(10, data[at + 9]);
        }

        return list;
    }
}
