using Headgate.Api.Contract;
using Headgate.Cli.Output;

namespace Headgate.Cli.Views;

/// <summary>Operations and events.</summary>
internal static class OperationViews
{
    public static readonly TableOf<OperationView> Operations = new(
        new("ID", o => o.Id.ToString()), new("KIND", o => o.Kind), new("STATUS", o => StatusOf(o)),
        new("STEP", StepOf), new("STARTED", o => Show.Time(o.CreatedAt)), new("PROBLEM", o => Show.Text(o.Problem?.Code)))
    {
        Empty = "There are no operations.",
    };

    public static readonly TableOf<EventView> Events = new(
        new("TIME", e => Show.Time(e.At)), new("SEVERITY", e => e.Severity), new("CODE", e => e.Code),
        new("SUBJECT", e => Show.Text(e.Subject ?? e.SubjectId?.ToString())), new("ACTOR", e => Show.Text(e.Actor)), new("MESSAGE", e => e.Message))
    {
        Empty = "Nothing has happened yet.",
    };

    private static readonly TableOf<OperationStepView> Steps = new(
        new("STEP", s => s.Name), new("STATUS", s => s.Status), new("ATTEMPTS", s => Show.Number(s.Attempts), Right: true), new("NOTE", s => Show.Text(s.Note)));

    public static PropertySheet Sheet(OperationView operation)
    {
        var sheet = new PropertySheet()
            .Add("Id", operation.Id.ToString()).Add("Kind", operation.Kind).Add("Status", StatusOf(operation))
            .Add("Subject", $"{operation.SubjectType} {operation.SubjectId}")
            .Add("Started", Show.Time(operation.CreatedAt)).Add("Ended", operation.EndedAt is null ? null : Show.Time(operation.EndedAt))
            .AddBlock("Steps", StorageViews.Lines(Steps, operation.Steps));
        return operation.Problem is { } problem
            ? sheet.Add("Problem", $"{problem.Code}: {problem.Detail}").AddBlock("Details", problem.Details ?? [])
            : sheet;
    }

    private static string StatusOf(OperationView operation) => operation.Status.ToString().ToLowerInvariant();

    private static string StepOf(OperationView operation)
    {
        var current = operation.Steps.FirstOrDefault(step => step.Status is "running" or "failed")
            ?? operation.Steps.FirstOrDefault(step => step.Status == "pending");
        return operation.Status is OperationStatus.Succeeded ? Show.None : Show.Text(current?.Name);
    }
}
