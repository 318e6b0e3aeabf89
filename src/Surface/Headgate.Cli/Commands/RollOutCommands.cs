using System.Text.Json;
using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate disk-offering roll-out</c></summary>
internal static class RollOutCommands
{
    public static Verb RollOut()
    {
        var offering = Given.Ref("OFFERING");
        var volume = Given.Text("--volume", "Only this volume (default: all that have an earlier version).", "VOLUME");
        return Verb.Of("roll-out", "Move volumes to its current version: live, or by moving them to another pool where it asks for one.",
            ["headgate disk-offering roll-out gold --dry-run", "headgate disk-offering roll-out gold", "headgate disk-offering roll-out gold --volume db1"],
            WaitOptions.WithDryRun(offering, volume), async (session, cancelled) =>
            {
                var lines = await AllAsync(session, session.Get(offering), session.Get(volume), cancelled);
                var read = lines.Select(line => ApiClient.Read(line, ApiJson.Default.RollOutVolume)).ToList();
                var failed = PlanCommands.IsPlan(session) || session.Get(WaitOptions.NoWait) ? null : await EndedAsync(session, read, cancelled);
                session.Printer.PrintList(lines, PlanViews.RollOut, ApiJson.Default.RollOutVolume);
                if (failed is not null) throw failed;
            });
    }

    /// <summary>Page after page: each answers for some hundred volumes.</summary>
    private static async Task<IReadOnlyList<JsonElement>> AllAsync(Session session, string offering, string? volume, CancellationToken cancelled)
    {
        var lines = new List<JsonElement>();
        var route = PlanCommands.Route(session, Routes.Of(Routes.DiskOfferings, offering, "roll-out"));
        string? cursor = null;
        do
        {
            var body = new RollOutRequest { Volume = volume, Cursor = cursor };
            var answer = await session.Api.PostAsync(route, body, ApiJson.Default.RollOutRequest, cancelled);
            lines.AddRange(answer.Body.GetProperty("volumes").EnumerateArray());
            cursor = ApiClient.Read(answer.Body, ApiJson.Default.RollOutView).NextCursor;
        }
        while (cursor is not null);
        return lines;
    }

    /// <summary>Waits for all that were begun; the first that was not begun or failed, null when every one was done.</summary>
    private static async Task<CliException?> EndedAsync(Session session, IReadOnlyList<RollOutVolume> volumes, CancellationToken cancelled)
    {
        CliException? first = volumes.FirstOrDefault(v => v.Problem is not null) is { Problem: { } why } refused
            ? new CliException(why.Code, $"Volume {refused.Volume} keeps version {refused.FromVersion}: {why.Detail}")
            : null;
        foreach (var id in volumes.Select(v => v.Operation).OfType<Guid>())
        {
            var begun = await session.Api.GetAsync(Routes.Of(Routes.Operations, id.ToString()), cancelled);
            try
            {
                await new OperationWait(session.Console, session.Api).UntilEndedAsync(ApiClient.Read(begun, ApiJson.Default.OperationView), cancelled);
            }
            catch (CliException failed)
            {
                first ??= failed;
            }
        }
        return first;
    }
}
