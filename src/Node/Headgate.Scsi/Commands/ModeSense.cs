using System.Buffers.Binary;
using Headgate.Scsi.Dispatch;
using Headgate.Scsi.Modes;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Commands;

/// <summary>MODE SENSE (6) and (10) (SPC-4 6.11, 6.12).</summary>
internal static class ModeSense
{
    private const byte Six = 0x1A;
    private const byte NoBlockDescriptors = 0x08;
    private const byte LongLbaAccepted = 0x10;

    public static CommandPlan Plan(in CommandContext context)
    {
        var cdb = context.Cdb;
        var control = (PageControl)(cdb[2] >> 6);
        if (control == PageControl.Saved)
            return CommandPlan.Respond(context.Fail(AdditionalSense.SavingNotSupported));
        var (code, subpage) = ((byte)(cdb[2] & ModePages.AllPages), cdb[3]);
        if (subpage is not (0 or ModePages.AllSubpages))
            return CommandPlan.Respond(context.InvalidField(3, 7));
        if (Pages(code, control, context.State) is not { } pages)
            return CommandPlan.Respond(context.InvalidField(2, 5));
        var six = cdb[0] == Six;
        var data = Assemble(context, six, pages);
        return CommandPlan.Respond(ScsiResult.Data(data, six ? cdb[4] : Cdb.U16(cdb, 7)));
    }

    private static byte[]? Pages(byte code, PageControl control, UnitState state)
    {
        if (code != ModePages.AllPages)
            return ModePages.Build(code, control, state);
        var pages = new List<byte>(64);
        foreach (var each in ModePages.Codes)
            pages.AddRange(ModePages.Build(each, control, state)!);
        return [.. pages];
    }

    private static byte[] Assemble(in CommandContext context, bool six, byte[] pages)
    {
        var state = context.State;
        var cdb = context.Cdb;
        var longLba = !six && (cdb[1] & LongLbaAccepted) != 0;
        byte[] descriptor = (cdb[1] & NoBlockDescriptors) != 0 ? []
            : longLba ? ModeHeader.LongDescriptor(state.Blocks, context.BlockBytes)
            : ModeHeader.ShortDescriptor(state.Blocks, context.BlockBytes);
        var header = six ? ModeHeader.SixBytes : ModeHeader.TenBytes;
        var data = new byte[header + descriptor.Length + pages.Length];
        if (six)
        {
            data[0] = (byte)(data.Length - 1);
            data[2] = ModeHeader.DeviceSpecific(state);
            data[3] = (byte)descriptor.Length;
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(data, (ushort)(data.Length - 2));
            data[3] = ModeHeader.DeviceSpecific(state);
            data[4] = (byte)(descriptor.Length == ModeHeader.LongDescriptorBytes ? 1 : 0);
            data[7] = (byte)descriptor.Length;
        }

        descriptor.CopyTo(data, header);
        pages.CopyTo(data, header + descriptor.Length);
        return data;
    }
}
