using System.CommandLine;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate operation</c></summary>
internal static class OperationCommands
{
    public static Command Noun() => Verb.Noun("operation", "Operations: changes under way and past ones.",
        List(),
        PlaceCommands.ShowVerb("operation", Routes.Operations, "ID", (session, route, cancelled) =>
            session.ShowAsync(route, OperationViews.Sheet, ApiJson.Default.OperationView, cancelled)),
        Cancel(),
        Change("retry", "Make the next attempt of an operation that waits now, in place of when its pause is over."),
        Change("abandon", "Undo an operation without its storage, which will never answer again; what may be left there, a pool check finds."));

    private static Verb List()
    {
        var status = Given.OneOf("--status", "Only those that stand there.", "pending", "running", "undoing", "succeeded", "failed");
        var kind = Given.Text("--kind", "Only those of this kind, for example volume.create.", "KIND");
        var account = Given.Text("--account", "Only those of this account.", "ACCOUNT");
        return Verb.Of("list", "List operations in the order in which they were asked for.", ["headgate operation list --status running"], [status, kind, account], (session, cancelled) =>
            session.ListAsync(Routes.Filtered(Routes.Operations, ("status", session.Get(status)), ("kind", session.Get(kind)), ("account", session.Get(account))), OperationViews.Operations, ApiJson.Default.OperationView, cancelled));
    }

    private static Verb Change(string verb, string help)
    {
        var operation = Given.Ref("OPERATION");
        return Verb.Of(verb, help, [$"headgate operation {verb} ID"], [operation], async (session, cancelled) =>
        {
            var answer = await session.Api.PostAsync(Routes.Of(Routes.Operations, session.Get(operation), verb), cancelled);
            session.Printer.PrintOne(answer.Body, OperationViews.Sheet, ApiJson.Default.OperationView);
        });
    }

    private static Verb Cancel()
    {
        var operation = Given.Ref("OPERATION");
        return Verb.Of("cancel", "Stop an operation and undo what it has done.", ["headgate operation cancel ID"], [operation], async (session, cancelled) =>
        {
            var answer = await session.Api.PostAsync(Routes.Of(Routes.Operations, session.Get(operation), "cancel"), cancelled);
            session.Printer.PrintOne(answer.Body, OperationViews.Sheet, ApiJson.Default.OperationView);
        });
    }
}
