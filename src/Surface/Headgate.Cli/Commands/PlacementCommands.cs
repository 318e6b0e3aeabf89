using System.CommandLine;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate placement</c></summary>
internal static class PlacementCommands
{
    /// <summary>The request is a volume's, and a volume has a name; nothing of this name is made.</summary>
    private const string ProbeName = "placement-explain";

    public static Command Noun()
    {
        var request = new VolumeRequestOptions();
        return Verb.Noun("placement", "Where volumes go, and why.",
            Verb.Of("explain", "Say pool by pool whether a volume would fit, and why not.",
                ["headgate placement explain --disk-offering gold"], request.All, async (session, cancelled) =>
                {
                    var answer = await session.Api.PostAsync(
                        Routes.PlacementExplain, request.Read(session, ProbeName), ApiJson.Default.CreateVolume, cancelled);
                    session.Printer.PrintOne(answer.Body, PlanViews.Placement, ApiJson.Default.PlacementExplanation);
                }));
    }
}
