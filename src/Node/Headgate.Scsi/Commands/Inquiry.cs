using Headgate.Scsi.Dispatch;

namespace Headgate.Scsi.Commands;

/// <summary>INQUIRY (SPC-4 6.6).</summary>
internal static class Inquiry
{
    private const int PageCode = 2;
    private const int AllocationLength = 3;
    private const int Length = 96;

    /// <summary>
    /// SPC-3. The unit follows SPC-4, and says so in its version descriptors; initiators take more care with 6, and
    /// libiscsi's suite stops half-way through EXTENDED COPY.
    /// </summary>
    private const byte Version = 5;

    /// <summary>SAM-5, iSCSI, SPC-4, SBC-3, each "no version claimed" (SPC-4 table 143).</summary>
    private static ReadOnlySpan<byte> VersionDescriptors => [0x00, 0xA0, 0x09, 0x60, 0x04, 0x60, 0x04, 0xC0];

    public static CommandPlan Plan(in CommandContext context)
    {
        var cdb = context.Cdb;
        var wantsPage = (cdb[1] & 1) != 0;
        if (!wantsPage && cdb[PageCode] != 0)
            return CommandPlan.Respond(context.InvalidField(PageCode, 7));
        var data = wantsPage ? VpdPages.Build(cdb[PageCode], context.Unit, context.State) : Standard(context.Unit);
        return CommandPlan.Respond(data is null
            ? context.InvalidField(PageCode, 7)
            : ScsiResult.Data(data, Cdb.U16(cdb, AllocationLength)));
    }

    /// <summary>Standard INQUIRY data.</summary>
    public static byte[] Standard(LogicalUnit unit)
    {
        var data = new byte[Length];
        data[1] = (byte)(unit.Geometry.Removable ? 0x80 : 0);
        data[2] = Version;
        data[3] = 0x12; // HISUP, response data format 2
        data[4] = Length - 5;
        data[5] = 0x18; // TPGS: implicit; 3PC: EXTENDED COPY
        data[7] = 0x02; // CMDQUE
        WriteAscii(data.AsSpan(8, 8), unit.Identity.VendorId);
        WriteAscii(data.AsSpan(16, 16), unit.Identity.ProductId);
        WriteAscii(data.AsSpan(32, 4), unit.Identity.Revision);
        VersionDescriptors.CopyTo(data.AsSpan(58));
        return data;
    }

    /// <summary>Left-aligned, cut or filled with spaces (SPC-4 4.4.1); what is not printable ASCII becomes a space.</summary>
    public static void WriteAscii(Span<byte> field, string text)
    {
        field.Fill((byte)' ');
        for (var at = 0; at < Math.Min(field.Length, text.Length); at++)
        {
            if (text[at] is > ' ' and <= '~')
                field[at] = (byte)text[at];
        }
    }

    /// <summary>ASCII bytes of a text, as <see cref="WriteAscii"/> writes it.</summary>
    public static byte[] Ascii(string text)
    {
        var bytes = new byte[text.Length];
        WriteAscii(bytes, text);
        return bytes;
    }
}
