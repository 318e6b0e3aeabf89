using Headgate.Scsi.Dispatch;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Commands;

/// <summary>
/// START STOP UNIT (SBC-3). Stopping without ejecting, and power conditions, change nothing: the unit has no motor,
/// and one host that shuts down must not stop the disk of another.
/// </summary>
internal static class StartStopUnit
{
    private const int Flags = 4;
    private const byte Start = 0x01;
    private const byte LoadEject = 0x02;
    private const byte NoFlush = 0x04;

    public static CommandPlan Plan(in CommandContext context)
    {
        var flags = context.Cdb[Flags];
        var starts = (flags & Start) != 0 && flags >> 4 == 0;
        if (!starts && !context.State.Persistent.Allows(context.Nexus.InitiatorPort, writes: true))
            return CommandPlan.Respond(ScsiResult.ReservationConflict);
        if (flags >> 4 != 0 || (flags & LoadEject) == 0)
            return default;
        return context.Unit.Geometry.Removable
            ? new CommandPlan { Kind = PlanKind.Execute }
            : CommandPlan.Respond(context.InvalidField(Flags, 1));
    }

    public static ScsiResult Execute(in CommandContext context, ReadOnlySpan<byte> dataOut, IMedium medium)
    {
        var flags = context.Cdb[Flags];
        var ejects = (flags & Start) == 0;
        if (ejects && (flags & NoFlush) == 0 && medium.Flush() is not MediumStatus.Good and var status)
            return context.MediumFault(status, 0, isWrite: true);
        return context.Unit.TrySetEjected(context.Nexus, ejects)
            ? ScsiResult.Good
            : context.Fail(AdditionalSense.MediumRemovalPrevented);
    }
}
