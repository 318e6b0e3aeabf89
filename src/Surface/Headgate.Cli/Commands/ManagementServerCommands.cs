using System.CommandLine;
using Headgate.Cli.Api;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary>Verbs about management servers. The program adds its own <c>headgate server</c> action beside them.</summary>
internal static class ManagementServerCommands
{
    public static Command Noun() => Verb.Noun("server", "Management servers on one database.",
        Verb.Of("list", "List the servers that work on the database, and when each was last heard of.", ["headgate server list"], [], (session, cancelled) =>
            session.ListAsync(Routes.Servers, ServerViews.Servers, ApiJson.Default.ServerView, cancelled)));
}
