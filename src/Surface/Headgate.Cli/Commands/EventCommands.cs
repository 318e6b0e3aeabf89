using System.CommandLine;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Output;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate event|audit</c></summary>
internal static class EventCommands
{
    /// <summary>Without <c>--limit</c>: a screen or two.</summary>
    private const int DefaultLimit = 50;

    public static IEnumerable<Command> All() => [Event(), Audit()];

    private static Command Event()
    {
        var limit = Given.Count("--limit", $"At most this many (default {DefaultLimit}).", 1);
        var listed = new EventFilters();
        var watched = new EventFilters();
        return Verb.Noun("event", "Events: what happened, for people and for audit.",
            Verb.Of("list", "List events, the latest first.", ["headgate event list --limit 10", "headgate event list --type volume --since 2026-11-01"],
                [limit, .. listed.All], async (session, cancelled) =>
                {
                    var most = (int)Math.Min(int.MaxValue, session.Get(limit) ?? DefaultLimit);
                    session.Printer.PrintList(await session.Api.ListAsync(listed.Route(session, Routes.Events), most, cancelled), OperationViews.Events, ApiJson.Default.EventView);
                }),
            Verb.Of("watch", "Print events as they happen, until Ctrl-C.", ["headgate event watch --severity error -o json"], [.. watched.All], (session, cancelled) =>
                WatchAsync(session, watched.Route(session, Routes.EventStream), cancelled)));
    }

    private static async Task WatchAsync(Session session, string route, CancellationToken cancelled)
    {
        await foreach (var json in session.Api.FollowAsync(route, session.Console.Time, cancelled))
        {
            if (session.Format == OutputFormat.Table) session.Console.Out.WriteLine(OperationViews.Line(ApiClient.Read(json, ApiJson.Default.EventView)));
            else session.Printer.PrintSample(json);
        }
    }

    private static Command Audit()
    {
        var limit = Given.Count("--limit", $"At most this many (default {DefaultLimit}).", 1);
        var actor = Given.Text("--actor", "By this account, user, key, key prefix, or account/key.", "ACTOR");
        var of = Given.Text("--object", "That referred to this.", "REF");
        var action = Given.Text("--action", "Of this operation, for example createVolume.", "OPERATION");
        var from = Given.Text("--from", "From this moment on, a day or a time in UTC.", "TIME");
        var to = Given.Text("--to", "Before this moment.", "TIME");
        return Verb.Noun("audit", "The audit trail: who called what, from where, and what came of it.",
            Verb.Of("list", "List calls that changed something, showed a secret or were refused; the latest first.",
                ["headgate audit list --actor acme --action deleteVolume", "headgate audit list --from 2026-11-22 -o json"], [limit, actor, of, action, from, to],
                async (session, cancelled) =>
                {
                    var most = (int)Math.Min(int.MaxValue, session.Get(limit) ?? DefaultLimit);
                    var route = Routes.Filtered(
                        Routes.Audit, ("actor", session.Get(actor)), ("object", session.Get(of)), ("operation", session.Get(action)),
                        ("from", session.Get(from)), ("to", session.Get(to)));
                    session.Printer.PrintList(await session.Api.ListAsync(route, most, cancelled), AccessViews.Audit, ApiJson.Default.AuditView);
                }));
    }

    /// <summary>The filters that list and watch have in common.</summary>
    private sealed class EventFilters
    {
        private readonly Option<string?> _subject = Given.Text("--subject", "Of the object with this id.", "ID");
        private readonly Option<string?> _type = Given.Text("--type", "Of objects of this type, for example volume.", "TYPE");
        private readonly Option<string?> _code = Given.Text("--code", "With this code, for example volume.created.", "CODE");
        private readonly Option<string?> _severity = Given.OneOf("--severity", "Of this severity.", "info", "warning", "error");
        private readonly Option<string?> _since = Given.Text("--since", "From this moment on, a day or a time in UTC.", "TIME");

        public Symbol[] All => [_subject, _type, _code, _severity, _since];

        public string Route(Session session, string route) => Routes.Filtered(
            route, ("subject", session.Get(_subject)), ("type", session.Get(_type)), ("code", session.Get(_code)), ("severity", session.Get(_severity)),
            ("since", session.Get(_since)));
    }
}
