using Headgate.Scsi.Dispatch;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Commands;

/// <summary>REQUEST SENSE (SPC-4 6.39): takes a pending unit attention, else tells whether there is a medium.</summary>
internal static class RequestSense
{
    public static CommandPlan Plan(in CommandContext context)
    {
        var sense = new SenseData(SenseKey.NoSense, AdditionalSense.None);
        if (context.Nexus.TryTakeAttention(out var attention))
            sense = new SenseData(SenseKey.UnitAttention, attention);
        else if (context.State.Sanitize is not null)
            sense = LogicalUnit.SanitizeSense(context.State);
        else if (context.State.Ejected)
            sense = new SenseData(SenseKey.NotReady, AdditionalSense.MediumNotPresentTrayOpen);
        return CommandPlan.Respond(Answer(context.Cdb, sense));
    }

    /// <summary>Sense data as data-in, in the format that DESC asks for.</summary>
    public static ScsiResult Answer(ReadOnlySpan<byte> cdb, in SenseData sense) =>
        ScsiResult.Data(sense.Encode(descriptorFormat: (cdb[1] & 1) != 0), cdb[4]);
}
