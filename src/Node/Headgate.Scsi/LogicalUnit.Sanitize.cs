using Headgate.Scsi.Sanitizing;
using Headgate.Scsi.Sense;

namespace Headgate.Scsi;

/// <summary>The sanitize operation of a unit (SBC-3 4.11): what it is, how far it is, and that it outlives everything.</summary>
public sealed partial class LogicalUnit
{
    private readonly Lock _sanitizeGate = new();

    /// <summary>Whether one is under way; the node then has to carry it out with a <see cref="SanitizeRun"/>.</summary>
    public bool IsSanitizing => _state.Sanitize is { HasFailed: false };

    /// <summary>The answer to a SANITIZE that waited for the end.</summary>
    public ScsiResult SanitizeResult => _state.Sanitize is null
        ? ScsiResult.Good
        : new ScsiResult(ScsiStatus.CheckCondition, default, SanitizeSense(_state).Encode(_state.DescriptorSense));

    internal ISanitizeStore? SanitizeStore { get; }

    /// <summary>Saves that it begins, then begins; false when it could not be saved or one is under way.</summary>
    internal bool BeginSanitize(KeptSanitize sanitize)
    {
        lock (_sanitizeGate)
        {
            if (IsSanitizing || !(SanitizeStore?.Save(sanitize) ?? true))
                return false;
            Change(state => state with { Sanitize = sanitize });
            return true;
        }
    }

    /// <summary>EXIT FAILURE MODE: forgets a failed one; false when that is not allowed or could not be saved.</summary>
    internal bool ExitSanitizeFailure()
    {
        lock (_sanitizeGate)
        {
            if (_state.Sanitize is not { } failed)
                return true;
            if (!failed.AllowsExit || !(SanitizeStore?.Save(null) ?? true))
                return false;
            Change(state => state with { Sanitize = null });
            return true;
        }
    }

    /// <summary>How far it is. A save that fails costs work after a crash, and no more.</summary>
    internal void NoteSanitize(KeptSanitize now, bool saves)
    {
        lock (_sanitizeGate)
        {
            if (saves)
                SanitizeStore?.Save(now);
            Change(state => state with { Sanitize = now });
        }
    }

    internal void EndSanitize(KeptSanitize now, bool succeeded)
    {
        lock (_sanitizeGate)
        {
            // A success that cannot be recorded is none: after a restart the operation would be found under way.
            var failed = now with { HasFailed = true };
            var isDone = succeeded && (SanitizeStore?.Save(null) ?? true);
            if (!isDone)
                SanitizeStore?.Save(failed);
            Change(state => state with { Sanitize = isDone ? null : failed });
        }
    }

    /// <summary>What commands get meanwhile, with the progress in 65536ths, and after a failure.</summary>
    internal static SenseData SanitizeSense(UnitState state)
    {
        var sanitize = state.Sanitize!;
        if (sanitize.HasFailed)
            return new SenseData(SenseKey.MediumError, AdditionalSense.SanitizeFailed);
        var share = (sanitize.Pass + (double)sanitize.NextLba / state.Blocks) / sanitize.Passes;
        return new SenseData(SenseKey.NotReady, AdditionalSense.SanitizeInProgress)
        {
            Progress = (ushort)Math.Min(ushort.MaxValue, share * 65536),
        };
    }
}
