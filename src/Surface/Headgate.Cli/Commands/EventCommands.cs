using System.CommandLine;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate event</c></summary>
internal static class EventCommands
{
    /// <summary>Without <c>--limit</c>: a screen or two.</summary>
    private const int DefaultLimit = 50;

    public static Command Noun()
    {
        var limit = Given.Count("--limit", $"At most this many (default {DefaultLimit}).", 1);
        return Verb.Noun("event", "Events: what happened, for people and for audit.",
            Verb.Of("list", "List events, the latest first.", ["headgate event list --limit 10"], [limit], async (session, cancelled) =>
            {
                var most = (int)Math.Min(int.MaxValue, session.Get(limit) ?? DefaultLimit);
                session.Printer.PrintList(await session.Api.ListAsync(Routes.Events, most, cancelled), OperationViews.Events, ApiJson.Default.EventView);
            }));
    }
}
