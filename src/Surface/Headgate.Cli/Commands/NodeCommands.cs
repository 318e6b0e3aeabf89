using System.CommandLine;
using Headgate.Cli.Api;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary>Verbs of the embedded storage node. The program adds its own <c>headgate node</c> action beside them.</summary>
internal static class NodeCommands
{
    public const string Name = "node";

    public static Command Noun() => Verb.Noun(Name, "The embedded storage node: its state, and its Element API.",
        Verb.Of("status", "Show portal, sessions, volumes, capacity and promises.", ["headgate node status"], [], (session, cancelled) =>
            session.ShowAsync(Routes.Node, AccessViews.Node, ApiJson.Default.NodeStatusView, cancelled)),
        Verb.Of("measure", "Measure the medium's IOPS anew, for some seconds beside what clients do.", ["headgate node measure"], [], async (session, cancelled) =>
            session.Printer.PrintOne((await session.Api.PostAsync(Routes.NodeMeasure, cancelled)).Body, AccessViews.Capacity, ApiJson.Default.NodeCapacityView)),
        Verb.Of("credentials", "Show the Element API's endpoint, username and password (admin only; audited).", ["headgate node credentials -o json"], [],
            (session, cancelled) => session.ShowAsync(Routes.NodeCredentials, AccessViews.Credentials, ApiJson.Default.NodeCredentialsView, cancelled)));
}
