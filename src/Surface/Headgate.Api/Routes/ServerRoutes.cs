using Headgate.Api.Contract;
using Headgate.Api.Paging;
using Headgate.Control;
using Headgate.Control.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Api.Routes;

/// <summary>The management servers that share the database.</summary>
internal static class ServerRoutes
{
    public static void Map(RouteGroupBuilder admins) =>
        // There are a handful: one page holds them all.
        admins.MapGet("/servers", ([AsParameters] PageQuery page, ListServers list, CancellationToken stop) =>
                page.AnswerAsync<ServerDetails, ServerView>(
                    async _ => new PageOf<ServerDetails>(await list.ExecuteAsync(stop), null), Show))
            .WithTags("System").Named("listServers", "List the management servers on this database, and when each was last heard of")
            .AnswersPage<ServerView>();

    private static ServerView Show(ServerDetails found) => new(
        found.Server.Name, Words.Of(found.State), found.Server.Address, found.Server.Version, found.Server.StartedAt, found.Server.SeenAt, found.IsThis);
}
