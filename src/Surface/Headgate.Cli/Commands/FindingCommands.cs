using System.CommandLine;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate finding</c>: what checks of pools found.</summary>
internal static class FindingCommands
{
    public static Command Noun() => Verb.Noun("finding", "Findings: where the database and a pool's storage differ.",
        List(),
        PlaceCommands.ShowVerb("finding", Routes.Findings, "ID", (session, route, cancelled) =>
            session.ShowAsync(route, FindingViews.Finding, ApiJson.Default.FindingView, cancelled)),
        Repair(),
        Change("ignore", "Say that it may stay so: it is neither repaired nor counted."),
        Change("reopen", "Take back that it is ignored."));

    private static Verb List()
    {
        var pool = Given.Text("--pool", "Only those on this pool.", "POOL");
        var kind = Given.Text("--kind", "Only those of this kind, for example qos-drift.", "KIND");
        var state = Given.OneOf("--state", "Only those that stand there (default: open and ignored).", "open", "ignored", "repaired", "gone");
        return Verb.Of("list", "List what is different now, or what was.", ["headgate finding list", "headgate finding list --state repaired --pool san1"],
            [pool, kind, state], (session, cancelled) => session.ListAsync(
                Routes.Filtered(Routes.Findings, ("pool", session.Get(pool)), ("kind", session.Get(kind)), ("state", session.Get(state))),
                FindingViews.Findings, ApiJson.Default.FindingView, cancelled));
    }

    private static Verb Repair()
    {
        var finding = Given.Ref("FINDING");
        return Verb.Of("repair", "Set right what endangers no data; of the rest it says what to do.", ["headgate finding repair ID"],
            WaitOptions.With(finding), async (session, cancelled) =>
            {
                var id = session.Get(finding);
                var answer = await session.Api.PostAsync(Routes.Of(Routes.Findings, id, "repair"), cancelled);
                await session.FinishAndSayAsync(answer, $"finding {id}: set right on the storage; the next check closes it", cancelled);
            });
    }

    private static Verb Change(string verb, string help)
    {
        var finding = Given.Ref("FINDING");
        return Verb.Of(verb, help, [$"headgate finding {verb} ID"], [finding], async (session, cancelled) =>
        {
            var answer = await session.Api.PostAsync(Routes.Of(Routes.Findings, session.Get(finding), verb), cancelled);
            session.Printer.PrintOne(answer.Body, FindingViews.Finding, ApiJson.Default.FindingView);
        });
    }
}
