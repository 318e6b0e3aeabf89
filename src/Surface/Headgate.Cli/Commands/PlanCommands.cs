using Headgate.Cli.Options;

namespace Headgate.Cli.Commands;

/// <summary>What verbs with <c>--dry-run</c> have in common.</summary>
internal static class PlanCommands
{
    public static bool IsPlan(Session session) => session.Get(WaitOptions.DryRun);

    /// <summary>The route, with the parameter that makes a plan of the request where that was asked for.</summary>
    public static string Route(Session session, string route) => IsPlan(session) ? route + "?dryRun=true" : route;
}
