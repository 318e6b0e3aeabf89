using System.CommandLine;
using Headgate.Cli.Api;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate provider</c></summary>
internal static class ProviderCommands
{
    public static Command Noun() => Verb.Noun("provider", "Providers: the storage drivers that pools can be made with.",
        Verb.Of("list", "List providers.", ["headgate provider list"], [], (session, cancelled) =>
            session.ListAsync(Routes.Providers, StorageViews.Providers, ApiJson.Default.ProviderView, cancelled)),
        PlaceCommands.ShowVerb("provider", Routes.Providers, "SolidFire", (session, route, cancelled) =>
            session.ShowAsync(route, StorageViews.Provider, ApiJson.Default.ProviderView, cancelled)),
        Verb.Of("rescan", "Look for plug-ins now, rather than at the server's next look, and try again those that failed.", ["headgate provider rescan"], [],
            async (session, cancelled) =>
            {
                await session.Api.PostAsync(Routes.ProviderRescan, cancelled);
                await session.ListAsync(Routes.Providers, StorageViews.Providers, ApiJson.Default.ProviderView, cancelled);
            }));
}
