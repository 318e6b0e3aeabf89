using System.Text.Json;
using Headgate.Api.Contract;
using Spectre.Console;

namespace Headgate.Cli.Api;

/// <summary>Waits for an operation, with its steps as a progress bar where somebody watches.</summary>
internal sealed class OperationWait(CliConsole console, ApiClient api)
{
    /// <summary>First pause; most operations on a healthy array take less than ten of these.</summary>
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(40);

    /// <summary>Longest pause: what a person does not notice, and 1 request a second for the server.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>A server that restarts is back within this time; operations survive that, so waiting does too.</summary>
    private static readonly TimeSpan RestartAllowance = TimeSpan.FromSeconds(30);

    /// <summary>The operation as it ended well.</summary>
    /// <exception cref="CliException">It failed; with the server's reason.</exception>
    public async Task<JsonElement> UntilEndedAsync(OperationView operation, CancellationToken cancelled)
    {
        var (ended, json) = console.ErrorIsTerminal
            ? await WithBarAsync(operation, cancelled)
            : await PollAsync(operation, TellOfTrouble(), cancelled);
        if (ended.Status == OperationStatus.Succeeded) return json;
        throw ended.Problem is { } problem
            ? ApiClient.FaultOf(problem)
            : new CliException("operation-failed", $"The operation {ended.Kind} {ended.Id} failed and gave no reason.");
    }

    /// <summary>Where no bar is drawn: one line when a step must be repeated, so that a wait explains itself in a log.</summary>
    private Action<OperationView> TellOfTrouble()
    {
        var told = "";
        return now =>
        {
            if (now.Steps.FirstOrDefault(step => !IsDone(step.Status)) is not { Attempts: > 1, Note: { Length: > 0 } why } step) return;
            var line = $"{(now.Status == OperationStatus.Undoing ? "undoing" : step.Name)}: {why}";
            if (line == told) return;
            told = line;
            console.Error.WriteLine($"headgate: still at {now.Kind}, {line} (Ctrl-C ends the waiting, not the operation {now.Id})");
        };
    }

    private async Task<(OperationView Operation, JsonElement Json)> WithBarAsync(OperationView operation, CancellationToken cancelled)
    {
        var screen = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(console.Error) });
        return await screen.Progress()
            .AutoClear(true)
            .HideCompleted(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new ElapsedTimeColumn(), new SpinnerColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask(Markup.Escape(operation.Kind), maxValue: Math.Max(1, operation.Steps.Count));
                return await PollAsync(operation, now => Draw(bar, now), cancelled);
            });
    }

    private static void Draw(ProgressTask bar, OperationView now)
    {
        bar.MaxValue = Math.Max(1, now.Steps.Count);
        bar.Value = now.Steps.Count(step => IsDone(step.Status));
        var current = now.Steps.FirstOrDefault(step => !IsDone(step.Status));
        var doing = now.Status == OperationStatus.Undoing ? "undoing" : current?.Name ?? "";
        var tries = current is { Attempts: > 1 } ? $" (attempt {current.Attempts})" : "";
        bar.Description = Markup.Escape($"{now.Kind} {doing}{tries}".TrimEnd());
    }

    private static bool IsDone(string stepStatus) => stepStatus is "done" or "succeeded" or "undone" or "skipped";

    private async Task<(OperationView Operation, JsonElement Json)> PollAsync(
        OperationView operation, Action<OperationView> seen, CancellationToken cancelled)
    {
        var route = Routes.Of(Routes.Operations, operation.Id.ToString());
        var pause = ShortestPause;
        var lastAnswer = console.Time.GetTimestamp();
        while (true)
        {
            try
            {
                var json = await api.GetAsync(route, cancelled);
                lastAnswer = console.Time.GetTimestamp();
                var now = ApiClient.Read(json, ApiJson.Default.OperationView);
                seen(now);
                if (now.Status is OperationStatus.Succeeded or OperationStatus.Failed) return (now, json);
            }
            catch (CliException fault) when (
                fault.Code == ApiClient.UnreachableCode && console.Time.GetElapsedTime(lastAnswer) < RestartAllowance)
            {
                // The operation is durable: whoever answers next on that address goes on with it.
            }
            await Task.Delay(pause, console.Time, cancelled);
            pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
        }
    }
}
