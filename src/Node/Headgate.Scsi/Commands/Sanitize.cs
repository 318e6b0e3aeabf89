using Headgate.Scsi.Dispatch;
using Headgate.Scsi.Sanitizing;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi.Commands;

/// <summary>
/// SANITIZE (SBC-3): overwrite, block erase, crypto erase, exit failure mode. Here it is only begun, with all writes before it done; the
/// node carries it out beside the commands, so that neither a reset nor a lost session stops it.
/// </summary>
internal static class Sanitize
{
    private const int ParameterListLength = 7;
    private const int HeaderBytes = 4;
    private const byte Immediate = 0x80;
    private const byte AllowUnrestrictedExit = 0x20;

    public static CommandPlan PlanOverwrite(in CommandContext context)
    {
        var length = Cdb.U16(context.Cdb, ParameterListLength);
        return length > HeaderBytes && length <= context.BlockBytes + HeaderBytes
            ? new CommandPlan { Kind = PlanKind.Execute, DataOutBytes = length, IsWrite = true }
            : CommandPlan.Respond(context.InvalidField(ParameterListLength, 7));
    }

    /// <summary>Only overwrite takes a parameter list.</summary>
    public static CommandPlan PlanWithoutList(in CommandContext context) => Cdb.U16(context.Cdb, ParameterListLength) == 0
        ? new CommandPlan { Kind = PlanKind.Execute, IsWrite = true }
        : CommandPlan.Respond(context.InvalidField(ParameterListLength, 7));

    public static ScsiResult Overwrite(in CommandContext context, ReadOnlySpan<byte> dataOut, IMedium medium)
    {
        const byte invert = 0x80, test = 0x60, count = 0x1F;
        if (dataOut.Length < Cdb.U16(context.Cdb, ParameterListLength))
            return context.Fail(AdditionalSense.ParameterListLengthError);
        var patternBytes = Cdb.U16(dataOut, 2);
        if ((dataOut[0] & test) != 0 || (dataOut[0] & count) == 0)
            return context.InvalidParameter(0, (dataOut[0] & test) != 0 ? 6 : 4);
        if (patternBytes == 0 || patternBytes > context.BlockBytes || patternBytes != dataOut.Length - HeaderBytes)
            return context.InvalidParameter(2, 7);
        return Begin(context, new KeptSanitize(
            SanitizeMethod.Overwrite, dataOut[HeaderBytes..].ToArray(), dataOut[0] & count, (dataOut[0] & invert) != 0,
            AllowsExit(context), Pass: 0, NextLba: 0, HasFailed: false));
    }

    public static ScsiResult BlockErase(in CommandContext context, ReadOnlySpan<byte> dataOut, IMedium medium) => Begin(
        context, new KeptSanitize(SanitizeMethod.BlockErase, [], 1, false, AllowsExit(context), Pass: 0, NextLba: 0, HasFailed: false));

    public static ScsiResult CryptoErase(in CommandContext context, ReadOnlySpan<byte> dataOut, IMedium medium) => Begin(
        context, new KeptSanitize(SanitizeMethod.CryptoErase, [0], 2, false, AllowsExit(context), Pass: 0, NextLba: 0, HasFailed: false));

    public static ScsiResult ExitFailureMode(in CommandContext context, ReadOnlySpan<byte> dataOut, IMedium medium) =>
        context.Unit.ExitSanitizeFailure() ? ScsiResult.Good : context.InvalidField(1, 4);

    private static bool AllowsExit(in CommandContext context) => (context.Cdb[1] & AllowUnrestrictedExit) != 0;

    private static ScsiResult Begin(in CommandContext context, KeptSanitize sanitize)
    {
        if (!context.Unit.BeginSanitize(sanitize))
            return context.Fail(new SenseData(SenseKey.HardwareError, AdditionalSense.InternalTargetFailure));
        return ScsiResult.Good with { AwaitsSanitize = (context.Cdb[1] & Immediate) == 0 };
    }
}
