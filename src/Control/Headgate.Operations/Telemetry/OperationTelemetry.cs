using System.Diagnostics;
using System.Diagnostics.Metrics;
using Headgate.Domain;
using Meter = System.Diagnostics.Metrics.Meter;

namespace Headgate.Operations.Telemetry;

/// <summary>
/// What operations tell of themselves. A trace goes from the request that asked for one, over restarts and to whichever server works on it,
/// to each step: the request's context is journalled with the operation.
/// </summary>
public static class OperationTelemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string Name = "Headgate.Operations";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>(
        "headgate.operation.duration", "s", "From an operation's request to its end, by kind and status.");

    private static readonly Counter<long> Steps = Meter.CreateCounter<long>(
        "headgate.operation.steps", "{step}", "Attempts at steps, by kind and by what came of them.");

    /// <summary>The request that is being served, as W3C traceparent; null when nobody traces.</summary>
    public static string? Context => Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } ? id : null;

    /// <summary>One server's work on an operation, below the request that asked for it.</summary>
    internal static Activity? Begin(Operation operation)
    {
        // A journalled context that this version cannot read begins a trace of its own.
        _ = ActivityContext.TryParse(operation.TraceParent, null, isRemote: true, out var asked);
        var activity = Source.StartActivity(operation.Kind, ActivityKind.Consumer, asked);
        activity?.SetTag("headgate.operation.id", operation.Id.ToString()).SetTag("headgate.subject.type", operation.SubjectType)
            .SetTag("headgate.subject.id", operation.SubjectId.ToString());
        return activity;
    }

    /// <summary>One attempt at a step.</summary>
    internal static Activity? Begin(OperationStep step) => Source.StartActivity(step.Status is StepStatus.Undoing ? $"undo {step.Name}" : step.Name)
        ?.SetTag("headgate.step.attempt", step.Status is StepStatus.Undoing ? step.UndoAttempts : step.Attempts);

    /// <summary>What came of it.</summary>
    internal static void End(Activity? activity, Operation operation, StepResult result)
    {
        var (name, problem) = result switch
        {
            StepResult.Advance => ("done", null),
            StepResult.TryAgain again => ("again", again.Why),
            StepResult.ComeBack => ("later", null),
            StepResult.GiveUp refused => ("refused", refused.Fault.ToString()),
            _ => ("unknown", null),
        };
        Steps.Add(1, new("kind", operation.Kind), new("result", name));
        activity?.SetTag("headgate.step.result", name).SetStatus(problem is null ? ActivityStatusCode.Ok : ActivityStatusCode.Error, problem);
    }

    /// <summary>The operation's own end.</summary>
    internal static void End(Activity? activity, Operation operation)
    {
        if (!operation.HasEnded) return;
        var status = operation.Status.ToString().ToLowerInvariant();
        Durations.Record(((operation.EndedAt ?? operation.CreatedAt) - operation.CreatedAt).TotalSeconds, new("kind", operation.Kind), new("status", status));
        activity?.SetStatus(operation.Status is OperationStatus.Succeeded ? ActivityStatusCode.Ok : ActivityStatusCode.Error, operation.Fault?.ToString());
    }
}
