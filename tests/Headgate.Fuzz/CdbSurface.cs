using System.Buffers.Binary;
using Headgate.Blocks;
using Headgate.Node.Target;
using Headgate.Scsi;
using Headgate.Scsi.Sanitizing;

namespace Headgate.Fuzz;

/// <summary>
/// CDBs and their parameter lists into a real logical unit over a medium in memory. What commands there are, and which of
/// their bits count, the unit says itself (REPORT SUPPORTED OPERATION CODES), so that new ones need no change here.
/// </summary>
/// <remarks>An input: initiator (1 byte), length of the CDB (1), what the initiator says it will send (4), CDB, data.</remarks>
internal sealed class CdbSurface : Surface
{
    private const int HeadBytes = 6;
    private const int Blocks = 2048;
    private const int BlockBytes = 512;
    private const int DataBytesMax = 8192;
    private const int Nexuses = 3;
    private const byte ExtendedCopy = 0x83;

    /// <summary>Pieces of a long command on a unit of 1 MiB, with the most and longest segments that there may be, and some.</summary>
    private const int StepsMax = 100_000;

    private static readonly byte[] Naa = [0x60, .. new byte[15]];

    private readonly List<byte[]> _usages = Learn(NewUnit());
    private byte[] _buffer = [];

    public override string Name => "cdb";

    public override void Run(Epoch epoch)
    {
        var unit = NewUnit();
        using var device = new MemoryBlockDevice((long)Blocks * BlockBytes);
        var medium = new BlockMedium(device, BlockBytes);
        var nexuses = new Nexus[Nexuses];
        for (var i = 0; i < Nexuses; i++) nexuses[i] = unit.OpenNexus($"iqn.2026-11.fuzz:{i},i,0x{i}");
        while (epoch.Next(() => Make(epoch)) is { } input)
        {
            if (input.Length < HeadBytes || input.Length < HeadBytes + input[1]) continue;
            epoch.Observe(input, Execute(unit, medium, nexuses[input[0] % Nexuses], input));
            // Some inputs find a sanitize operation still under way.
            if (unit.IsSanitizing && input[0] >= 0x40) Sanitize(unit, medium);
        }
    }

    private static void Sanitize(LogicalUnit unit, BlockMedium medium)
    {
        var run = new SanitizeRun(unit);
        for (var steps = 0; !run.Step(medium); steps++)
            if (steps > StepsMax) throw new FindingException("a sanitize operation without end");
        if (unit.IsSanitizing) throw new FindingException("a sanitize operation that is over and goes on");
    }

    private ScsiResult RunLong(LogicalUnit unit, BlockMedium medium, Nexus nexus, ReadOnlySpan<byte> cdb, ReadOnlySpan<byte> data, bool isAborted)
    {
        if (unit.Begin(nexus, cdb, data, new OneTarget(unit), out var answer) is not { } work) return answer;
        if (_buffer.Length < work.BufferBytes) _buffer = new byte[work.BufferBytes];
        for (var steps = 0; work.Next is { } next; steps++)
        {
            if (steps > StepsMax) throw new FindingException("a long command without end");
            if (next.On != unit || next.Bytes is <= 0 or > Blocks * BlockBytes) throw new FindingException($"a piece of {next.Bytes} bytes");
            if (isAborted && steps == 1)
            {
                work.Abandon();
                return ScsiResult.Good;
            }
            work.Run(medium, _buffer.AsSpan(0, work.BufferBytes));
        }
        return work.Result;
    }

    private ulong Execute(LogicalUnit unit, BlockMedium medium, Nexus nexus, byte[] input)
    {
        var cdb = input.AsSpan(HeadBytes, input[1]);
        var data = input.AsSpan(HeadBytes + input[1]);
        var offered = BinaryPrimitives.ReadUInt32BigEndian(input.AsSpan(2));
        var plan = unit.Plan(nexus, cdb, offered);
        if (plan.Kind is PlanKind.Read or PlanKind.Write && plan.Lba + plan.Blocks > unit.Blocks)
            throw new FindingException($"a plan for {plan.Blocks} blocks at {plan.Lba} of {unit.Blocks}");
        if (plan.DataOutBytes < 0 || plan.CostBytes < 0) throw new FindingException($"a plan with a length below 0: {plan}");
        if (plan.Kind != PlanKind.Execute) return Sign(cdb, plan.Kind, plan.Result);

        data = data[..(int)Math.Min(data.Length, plan.DataOutBytes)];
        if (unit.CostOf(plan, cdb, data) < 0 || LogicalUnit.TransferOf(plan, cdb, data) < 0) throw new FindingException("a cost below 0");
        var result = plan.IsLong ? RunLong(unit, medium, nexus, cdb, data, isAborted: input[0] > 0xF0) : unit.Execute(nexus, cdb, data, medium);
        return Sign(cdb, plan.Kind, result);
    }

    private static ulong Sign(ReadOnlySpan<byte> cdb, PlanKind kind, ScsiResult result)
    {
        var sense = result.Sense.Span;
        if (result.Status == ScsiStatus.CheckCondition == sense.IsEmpty) throw new FindingException($"status {result.Status} with {sense.Length} bytes of sense data");
        if (sense.Length is > 0 and < 8) throw new FindingException($"sense data of {sense.Length} bytes");
        uint opcode = cdb.IsEmpty ? 0xFFu : cdb[0], action = cdb.Length < 2 ? 0 : cdb[1] & 0x1Fu;
        var isDescriptor = !sense.IsEmpty && (sense[0] & 0x7F) >= 0x72;
        uint key = sense.IsEmpty ? 0u : isDescriptor ? sense[1] : sense[2];
        var code = sense.IsEmpty ? 0 : isDescriptor ? sense[2] << 8 | sense[3] : sense.Length > 13 ? sense[12] << 8 | sense[13] : 0;
        var pointer = !isDescriptor && sense.Length > 17 ? (uint)(sense[15] << 16 | sense[16] << 8 | sense[17]) : 0;
        return Signature.Of(opcode, action, (uint)kind, result.Status, key, (uint)code, pointer, (uint)(32 - uint.LeadingZeroCount((uint)result.DataIn.Length)));
    }

    private byte[] Make(Epoch epoch)
    {
        var dice = epoch.Dice;
        var seed = epoch.Corpus.Pick(dice);
        if (!seed.IsEmpty && !dice.OneIn(3)) return Vary(dice, seed, epoch.Corpus.Pick(dice));

        var usage = dice.OneIn(200) ? [dice.Byte(), .. new byte[15]] : _usages[dice.Below(_usages.Count)];
        var cdb = new byte[dice.OneIn(50) ? dice.Below(260) : usage.Length];
        for (var i = 0; i < cdb.Length; i++) cdb[i] = (byte)(dice.Byte() & (i < usage.Length && !dice.OneIn(100) ? usage[i] : 0xFF));
        if (cdb.Length > 1 && usage.Length > 1) (cdb[0], cdb[1]) = (usage[0], dice.OneIn(4) ? (byte)(cdb[1] & usage[1]) : (byte)(usage[1] & 0x1F));
        Tame(dice, cdb);
        var data = new byte[dice.Below(3) switch { 0 => 0, 1 => dice.Below(64), _ => dice.OneIn(4) ? dice.Below(DataBytesMax) : BlockBytes }];
        for (var i = 0; i < Math.Min(data.Length, 64); i++) data[i] = dice.OneIn(2) ? (byte)0 : dice.Of<byte>(1, 2, 8, 16, 0x10, 0xFF, dice.Byte());
        if (cdb.Length == 16 && cdb[0] == ExtendedCopy && !dice.OneIn(8))
        {
            data = CopyLists.Make(dice, Naa, Blocks);
            cdb.AsSpan(1).Clear();
            BinaryPrimitives.WriteUInt32BigEndian(cdb.AsSpan(10), dice.OneIn(20) ? dice.Edge(512) : (uint)data.Length);
        }
        return Join(dice, cdb, data);
    }

    /// <summary>Random addresses are nearly all past the end: puts small numbers where numbers are.</summary>
    private static void Tame(Dice dice, byte[] cdb)
    {
        if (cdb.Length < 6 || dice.OneIn(8)) return;
        cdb.AsSpan(2, cdb.Length - 3).Clear();
        if (cdb.Length >= 16)
        {
            BinaryPrimitives.WriteUInt32BigEndian(cdb.AsSpan(6), dice.Edge(Blocks));
            BinaryPrimitives.WriteUInt32BigEndian(cdb.AsSpan(10), dice.Edge(64));
        }
        else if (cdb.Length >= 10)
        {
            BinaryPrimitives.WriteUInt32BigEndian(cdb.AsSpan(2), dice.Edge(Blocks));
            BinaryPrimitives.WriteUInt16BigEndian(cdb.AsSpan(7), (ushort)dice.Edge(64));
        }
        else
        {
            (cdb[2], cdb[3], cdb[4]) = (dice.OneIn(2) ? (byte)0 : dice.Byte(), dice.OneIn(2) ? (byte)0 : dice.Byte(), dice.Byte());
        }
    }

    private static byte[] Vary(Dice dice, ReadOnlySpan<byte> seed, ReadOnlySpan<byte> other)
    {
        if (seed.Length < HeadBytes + seed[1]) return seed.ToArray();
        var cdb = seed.Slice(HeadBytes, seed[1]).ToArray();
        var data = seed[(HeadBytes + seed[1])..];
        for (var i = dice.Below(3); i > 0; i--) Mutator.SpoilInPlace(dice, cdb);
        if (dice.OneIn(64)) cdb = Mutator.Spoil(dice, cdb, other, 255);
        var spoilt = dice.OneIn(2) ? data.ToArray() : Mutator.Spoil(dice, data, other, DataBytesMax);
        return Join(dice, cdb, spoilt);
    }

    private static byte[] Join(Dice dice, byte[] cdb, byte[] data)
    {
        byte[] head = [dice.Byte(), (byte)cdb.Length, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(2), dice.OneIn(8) ? dice.Edge(DataBytesMax) : (uint)data.Length);
        return [.. head, .. cdb.AsSpan(0, Math.Min(255, cdb.Length)), .. data];
    }

    private static LogicalUnit NewUnit() => new(
        new LogicalUnitIdentity("HEADGATE", "FUZZED DISK     ", "1   ", "serial", Naa, new byte[8], "iqn.2026-11.io.headgate:fuzz"),
        new LogicalUnitGeometry(Blocks, BlockBytes, 4096, Removable: true));

    /// <summary>The usage map of every command (SPC-4 section 6.35): all commands, then each one.</summary>
    private static List<byte[]> Learn(LogicalUnit unit)
    {
        var nexus = unit.OpenNexus("iqn.2026-11.fuzz:learn,i,0x0");
        while (Ask(unit, nexus, new byte[6]).Status != 0) { }
        var all = Ask(unit, nexus, [0xA3, 0x0C, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0]).DataIn.ToArray();
        var usages = new List<byte[]>();
        for (var at = 4; at + 8 <= all.Length; at += 8 + ((all[at + 5] & 2) != 0 ? 12 : 0))
        {
            var hasAction = (all[at + 5] & 1) != 0;
            byte[] one = [0xA3, 0x0C, (byte)(hasAction ? 2 : 1), all[at], all[at + 2], all[at + 3], 0, 0, 0xFF, 0xFF, 0, 0];
            var answer = Ask(unit, nexus, one).DataIn.Span;
            usages.Add(answer.Slice(4, answer[2] << 8 | answer[3]).ToArray());
        }
        return usages.Count > 0 ? usages : throw new FindingException("REPORT SUPPORTED OPERATION CODES names no command");
    }

    private sealed class OneTarget(LogicalUnit unit) : ICopyTargets
    {
        public LogicalUnit? Find(ReadOnlySpan<byte> designator) => designator.SequenceEqual(Naa) ? unit : null;
    }

    private static ScsiResult Ask(LogicalUnit unit, Nexus nexus, byte[] cdb)
    {
        var plan = unit.Plan(nexus, cdb, 0);
        return plan is { Kind: PlanKind.Execute, IsLong: false } ? unit.Execute(nexus, cdb, [], new BlockMedium(new MemoryBlockDevice(Blocks * BlockBytes), BlockBytes)) : plan.Result;
    }
}
