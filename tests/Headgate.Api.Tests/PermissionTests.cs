using System.Text.RegularExpressions;
using Headgate.Control.Access;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Api.Tests;

/// <summary>The table of who may call what, the routes and docs/admin.md say the same.</summary>
public sealed partial class PermissionTests(SharedHost shared) : IClassFixture<SharedHost>
{
    [Fact]
    public void Every_route_has_a_line_in_the_table_and_every_line_a_route()
    {
        var named = shared.Api.Routes
            .Select(r => (Path: r.RoutePattern.RawText!, Name: r.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName))
            .Where(r => !r.Path.StartsWith("/test/", StringComparison.Ordinal) && !r.Path.Contains("openapi", StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(named, r => r.Name is null);
        Assert.Empty(named.Select(r => r.Name!).Except(Permissions.Table.Keys));
        Assert.Empty(Permissions.Table.Keys.Except(named.Select(r => r.Name!)));
    }

    [Fact]
    public void The_documents_show_the_table()
    {
        var lines = File.ReadLines(Path.Combine(DocsTests.Root(), "docs", "admin.md")).ToList();
        foreach (var (allowed, heading) in new[]
        {
            (Allowed.Anybody, "| anybody |"), (Allowed.Everybody, "| every key |"), (Allowed.Operators, "| operator, admin |"), (Allowed.Admins, "| admin |"),
        })
        {
            var shown = Quoted().Matches(Assert.Single(lines, l => l.StartsWith(heading, StringComparison.Ordinal))).Select(m => m.Groups[1].Value);
            Assert.Equal(Permissions.Table.Where(line => line.Value == allowed).Select(line => line.Key).Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
        }
    }

    [GeneratedRegex("`([A-Za-z]+)`")]
    private static partial Regex Quoted();
}
