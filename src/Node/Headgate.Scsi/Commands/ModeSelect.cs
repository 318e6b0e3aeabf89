using Headgate.Scsi.Dispatch;
using Headgate.Scsi.Modes;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Commands;

/// <summary>MODE SELECT (6) and (10) (SPC-4 6.9, 6.10). All of the list holds, or none of it is done.</summary>
internal static class ModeSelect
{
    private const byte Six = 0x15;
    private const byte PageFormat = 0x10;

    public static CommandPlan Plan(in CommandContext context)
    {
        var cdb = context.Cdb;
        var length = cdb[0] == Six ? cdb[4] : Cdb.U16(cdb, 7);
        if (length == 0)
            return default;
        // PF=0 means that the pages are vendor specific: nothing that could be read.
        if ((cdb[1] & PageFormat) == 0)
            return CommandPlan.Respond(context.InvalidField(1, 4));
        return new CommandPlan { Kind = PlanKind.Execute, DataOutBytes = length };
    }

    public static ScsiResult Execute(in CommandContext context, ReadOnlySpan<byte> dataOut, IMedium medium)
    {
        if (CheckHeader(context, dataOut, out var pagesAt) is { } badHeader)
            return badHeader;
        var wanted = (Swp: (bool?)null, DSense: (bool?)null);
        for (var at = pagesAt; at < dataOut.Length;)
        {
            if (CheckPage(context, dataOut, at) is { } badPage)
                return badPage;
            if ((dataOut[at] & 0x3F) == ModePages.Control)
                wanted = ((dataOut[at + 4] & ModePages.SoftwareWriteProtectBit) != 0, (dataOut[at + 2] & ModePages.DescriptorSenseBit) != 0);
            at += 2 + dataOut[at + 1];
        }

        context.Unit.Change(state => Apply(state, wanted.Swp, wanted.DSense), AdditionalSense.ModeParametersChanged, context.Nexus);
        return ScsiResult.Good;
    }

    private static UnitState? Apply(UnitState state, bool? swp, bool? descriptorSense)
    {
        var next = state with
        {
            SoftwareWriteProtected = swp ?? state.SoftwareWriteProtected,
            DescriptorSense = descriptorSense ?? state.DescriptorSense,
        };
        return next == state ? null : next;
    }

    /// <summary>Header and block descriptor: the size of the medium and of its blocks may be named but not changed.</summary>
    private static ScsiResult? CheckHeader(in CommandContext context, ReadOnlySpan<byte> list, out int pagesAt)
    {
        var six = context.Cdb[0] == Six;
        pagesAt = six ? ModeHeader.SixBytes : ModeHeader.TenBytes;
        if (list.Length < pagesAt)
            return context.Fail(AdditionalSense.ParameterListLengthError);
        if (list[six ? 1 : 2] != 0)
            return context.InvalidParameter(six ? 1 : 2);
        var longLba = !six && (list[4] & 1) != 0;
        var descriptorBytes = six ? list[3] : Cdb.U16(list, 6);
        var at = pagesAt;
        pagesAt += descriptorBytes;
        if (descriptorBytes == 0)
            return null;
        if (descriptorBytes != (longLba ? ModeHeader.LongDescriptorBytes : ModeHeader.ShortDescriptorBytes))
            return context.InvalidParameter(six ? 3 : 6);
        if (list.Length < pagesAt)
            return context.Fail(AdditionalSense.ParameterListLengthError);
        return longLba ? CheckLongDescriptor(context, list, at) : CheckShortDescriptor(context, list, at);
    }

    private static ScsiResult? CheckShortDescriptor(in CommandContext context, ReadOnlySpan<byte> list, int at)
    {
        var (blocks, blockBytes) = (Cdb.U32(list, at), Cdb.U32(list, at + 4) & 0xFF_FFFF);
        if (blocks is not (0 or uint.MaxValue) && blocks != context.State.Blocks)
            return context.InvalidParameter(at, 7);
        return blockBytes == context.BlockBytes ? null : context.InvalidParameter(at + 5, 7);
    }

    private static ScsiResult? CheckLongDescriptor(in CommandContext context, ReadOnlySpan<byte> list, int at)
    {
        var (blocks, blockBytes) = (Cdb.U64(list, at), Cdb.U32(list, at + 12));
        if (blocks is not (0 or ulong.MaxValue) && blocks != context.State.Blocks)
            return context.InvalidParameter(at, 7);
        return blockBytes == context.BlockBytes ? null : context.InvalidParameter(at + 12, 7);
    }

    /// <summary>A page must be whole, known, and differ from the current one in changeable bits only.</summary>
    private static ScsiResult? CheckPage(in CommandContext context, ReadOnlySpan<byte> list, int at)
    {
        // Bit 7 (PS) is reserved here; bit 6 (SPF) announces a subpage, of which there are none.
        if ((list[at] & 0xC0) != 0)
            return context.InvalidParameter(at, (list[at] & 0x80) != 0 ? 7 : 6);
        if (ModePages.Build(list[at], PageControl.Current, context.State) is not { } current)
            return context.InvalidParameter(at, 5);
        if (list.Length < at + 2)
            return context.Fail(AdditionalSense.ParameterListLengthError);
        if (list[at + 1] != current[1])
            return context.InvalidParameter(at + 1, 7);
        if (list.Length < at + current.Length)
            return context.Fail(AdditionalSense.ParameterListLengthError);
        var changeable = ModePages.Build(list[at], PageControl.Changeable, context.State)!;
        for (var i = 2; i < current.Length; i++)
        {
            var wrong = (list[at + i] ^ current[i]) & ~changeable[i] & 0xFF;
            if (wrong != 0)
                return context.InvalidParameter(at + i, System.Numerics.BitOperations.Log2((uint)wrong));
        }

        return null;
    }
}
