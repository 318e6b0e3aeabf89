using System.CommandLine;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate usage</c></summary>
internal static class UsageCommands
{
    public static Command Noun() => Verb.Noun("usage", "Usage: size and promised IOPS over time, and what they cost.",
        Report("list", "object", "List what each volume, snapshot and template comes to.", "headgate usage list --from 2026-11-01 --to 2026-12-01 --csv"),
        Report("summary", "account", "Sum what each account comes to, or each offering of each.", "headgate usage summary --by offering"));

    private static Verb Report(string verb, string group, string help, string example)
    {
        var from = Given.Text("--from", "The first moment, a day or a time in UTC (default: the beginning of the month).", "TIME");
        var to = Given.Text("--to", "The end (default: now).", "TIME");
        var account = Given.Text("--account", "Of this account only.", "ACCOUNT");
        var by = Given.OneOf("--by", "What lines are of (default account).", "account", "offering");
        var csv = Given.Flag("--csv", "Print comma-separated values (RFC 4180) with a line of headings.");
        Symbol[] symbols = group == "object" ? [from, to, account, csv] : [from, to, account, by, csv];
        return Verb.Of(verb, help, [example], symbols, async (session, cancelled) =>
        {
            var route = Routes.Filtered(
                Routes.Usage, ("from", session.Get(from)), ("to", session.Get(to)), ("account", session.Get(account)),
                ("groupBy", group == "object" ? group : session.Get(by) ?? group), ("limit", "1000"));
            var lines = await session.Api.ListAsync(route, limit: null, cancelled);
            if (session.Get(csv)) UsageViews.WriteCsv(session.Console.Out, lines.Select(line => ApiClient.Read(line, ApiJson.Default.UsageLineView)));
            else session.Printer.PrintList(lines, group == "object" ? UsageViews.Objects : UsageViews.Groups, ApiJson.Default.UsageLineView);
        });
    }
}
