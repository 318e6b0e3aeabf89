using System.Buffers.Binary;
using Headgate.Scsi.Dispatch;

namespace Headgate.Scsi.Commands;

/// <summary>REPORT LUNS (SPC-4 6.33): a target has one logical unit, LUN 0.</summary>
internal static class ReportLuns
{
    private const int SelectReport = 2;
    private const int AllocationLength = 6;
    private const int HeaderBytes = 8;
    private const int LunBytes = 8;

    public static CommandPlan Plan(in CommandContext context) => List(context.Cdb) is { } data
        ? CommandPlan.Respond(ScsiResult.Data(data, Cdb.U32(context.Cdb, AllocationLength)))
        : CommandPlan.Respond(context.InvalidField(SelectReport));

    /// <summary>The list, or null for a SELECT REPORT that is not known.</summary>
    public static byte[]? List(ReadOnlySpan<byte> cdb)
    {
        // 1 is "well known logical units only": there are none.
        var luns = cdb[SelectReport] switch { 0 or 2 => 1, 1 => 0, _ => -1 };
        if (luns < 0)
            return null;
        var data = new byte[HeaderBytes + luns * LunBytes];
        BinaryPrimitives.WriteInt32BigEndian(data, luns * LunBytes);
        return data;
    }
}
