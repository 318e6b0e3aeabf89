using Headgate.Scsi.Copying;
using Headgate.Scsi.Dispatch;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Commands;

/// <summary>EXTENDED COPY (LID1) (SPC-4 6.4): disk to disk within the node, piece by piece.</summary>
internal static class ExtendedCopy
{
    private const int ParameterListLength = 10;

    public static CommandPlan Plan(in CommandContext context)
    {
        var length = Cdb.U32(context.Cdb, ParameterListLength);
        if (length == 0)
            return default;
        return length is >= CopyLimits.HeaderBytes and <= CopyLimits.HeaderBytes + CopyLimits.MaxListBytes
            ? new CommandPlan { Kind = PlanKind.Execute, DataOutBytes = length, IsLong = true }
            : CommandPlan.Respond(context.Fail(AdditionalSense.ParameterListLengthError));
    }

    /// <summary>Reads the list and starts the copy; null when the answer is there already.</summary>
    public static LongCommand? Begin(in CommandContext context, ReadOnlySpan<byte> dataOut, ICopyTargets targets, out ScsiResult answer)
    {
        answer = default;
        if (dataOut.Length < Cdb.U32(context.Cdb, ParameterListLength))
        {
            answer = context.Fail(AdditionalSense.ParameterListLengthError);
            return null;
        }

        if (CopyParameters.Read(dataOut, targets, out var problem) is not { } parameters)
        {
            answer = context.Fail(problem);
            return null;
        }

        var record = new CopyRecord(context.Nexus.InitiatorPort, parameters.ListId);
        var work = new CopyWork(context.Unit, context.Nexus, parameters, record);
        if (work.Check() is { } refused)
        {
            answer = context.Fail(refused);
            return null;
        }

        if (!context.Unit.Copies.TryStart(record, out var isListIdInUse))
        {
            answer = isListIdInUse ? context.Fail(AdditionalSense.OperationInProgress) : new ScsiResult(ScsiStatus.Busy, default, default);
            return null;
        }

        work.Begin();
        return work;
    }
}
