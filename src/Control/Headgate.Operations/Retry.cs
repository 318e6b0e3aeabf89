using Headgate.Plugins;
using Headgate.Primitives;

namespace Headgate.Operations;

/// <summary>How long to wait, how often to try, and what a driver's answer means for a step.</summary>
public static class Retry
{
    /// <summary>Refusals in a row of the kind "not now" after which a step gives up: two minutes with the pauses below.</summary>
    public const int AttemptsBeforeGivingUp = 8;

    private const int LongestPauseSeconds = 60;

    /// <summary>1 s after the first attempt, doubling, at most a minute.</summary>
    public static TimeSpan Pause(int attempt) =>
        TimeSpan.FromSeconds(Math.Min(LongestPauseSeconds, 1 << Math.Clamp(attempt - 1, 0, 6)));

    /// <summary>
    /// What to do next. A doubt is asked again for as long as it takes: giving up on it could leak or double a volume. The one
    /// exception is a driver that throws, or says what cannot be, time and again: no answer will ever come of it, and an undo looks before it acts.
    /// </summary>
    public static StepResult After<T>(Outcome<T> outcome, int attempt, Func<T, StepResult> done)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return outcome.Match(
            done,
            refused: fault => fault.Recovery is Recovery.RetryWithBackoff && attempt < AttemptsBeforeGivingUp
                ? new StepResult.TryAgain(fault.ToString(), Pause(attempt))
                : new StepResult.GiveUp(fault),
            unknown: fault => fault.Code is ProviderFaults.DriverThrew or ProviderFaults.DriverInvalid && attempt >= AttemptsBeforeGivingUp
                ? new StepResult.GiveUp(fault)
                : new StepResult.TryAgain(fault.ToString(), Pause(attempt)));
    }

    /// <summary>The same for an undo, which goes on until it is through.</summary>
    public static StepResult AfterUndo<T>(Outcome<T> outcome, int attempt, Func<T, StepResult> done)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return outcome.Match(done, fault => Again(fault, attempt), fault => Again(fault, attempt));
    }

    /// <summary>What to do next after an outcome that is known not to be done.</summary>
    public static StepResult NotDone<T>(Outcome<T> outcome, int attempt) => After(outcome, attempt, NoWayOn<T>);

    /// <summary>The same for an undo.</summary>
    public static StepResult NotUndone<T>(Outcome<T> outcome, int attempt) => AfterUndo(outcome, attempt, NoWayOn<T>);

    private static StepResult NoWayOn<T>(T value) =>
        throw new InvalidOperationException("This outcome is done: the step has to go on with its value.");

    private static StepResult.TryAgain Again(Fault fault, int attempt) => new(fault.ToString(), Pause(attempt));
}
