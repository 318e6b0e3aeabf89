using System.Net;
using System.Net.Http.Json;
using System.Text;
using Headgate.Api.Contract;
using Headgate.Control.Access;
using Headgate.Persistence;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Api.Tests;

/// <summary>Who may call what: every route with every kind of key, found by walking the routes themselves.</summary>
public sealed class AccessTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private readonly ApiHost _api = shared.Api;

    [Fact]
    public async Task Without_a_key_only_the_open_routes_answer()
    {
        using var nobody = _api.Client(null);
        await WalkAsync(_api, nobody, allowed => allowed is Allowed.Anybody ? [] : ["401 key-missing"]);
    }

    [Fact]
    public async Task With_a_wrong_key_only_the_open_routes_answer()
    {
        await using var alone = await ApiHost.StartAsync(); // its address is slowed down from then on, but for keys that were seen
        Assert.Equal(HttpStatusCode.OK, (await alone.Admin.GetAsync(new Uri("/api/v1/whoami", UriKind.Relative), ApiHost.Stop)).StatusCode);
        using var wrong = alone.Client(alone.AdminKey[..^1] + (alone.AdminKey[^1] == '0' ? '1' : '0'));
        await WalkAsync(alone, wrong, allowed => allowed is Allowed.Anybody ? [] : ["401 key-invalid", "429 too-many-failures"]);
        Assert.Equal(HttpStatusCode.OK, (await alone.Admin.GetAsync(new Uri("/api/v1/accounts", UriKind.Relative), ApiHost.Stop)).StatusCode);
    }

    [Fact]
    public async Task A_tenant_is_refused_by_every_route_for_operators_and_admins()
    {
        using var tenant = _api.Client(await _api.TenantKeyAsync("walker"));
        await WalkAsync(_api, tenant, allowed => allowed is Allowed.Operators or Allowed.Admins ? ["403 admin-only"] : []);
    }

    [Fact]
    public async Task An_operator_is_refused_by_every_route_for_admins_and_by_no_other()
    {
        using var oper = _api.Client(await _api.KeyAsync("rounds", "operator"));
        await WalkAsync(_api, oper, allowed => allowed is Allowed.Admins ? ["403 admin-only"] : []);
    }

    [Fact]
    public Task An_admin_is_refused_by_no_route() => WalkAsync(_api, _api.Admin, _ => []);

    [Theory]
    [InlineData("Basic YTpi")]
    [InlineData("Bearer")]
    [InlineData("Bearer hg_")]
    [InlineData("Bearer hg_0123456789abcdef_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    public async Task A_header_that_is_no_key_of_ours_is_refused(string header)
    {
        using var client = _api.Client(null);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
        var answer = await client.GetAsync(new Uri("/api/v1/whoami", UriKind.Relative), ApiHost.Stop);
        // Kestrel itself refuses header bytes that are not ASCII.
        Assert.True(answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest, $"{answer.StatusCode}");
    }

    [Fact]
    public async Task A_key_says_whose_it_is()
    {
        using var tenant = _api.Client(await _api.TenantKeyAsync("whose"));
        var me = await ApiHost.ReadAsync<WhoAmI>(await tenant.GetAsync(new Uri("/api/v1/whoami", UriKind.Relative), ApiHost.Stop));
        Assert.Equal(new WhoAmI("whose", "tenant", "key"), me);
    }

    [Fact]
    public async Task A_revoked_key_is_refused_from_then_on_and_the_last_admin_key_cannot_be_revoked()
    {
        await using var alone = await ApiHost.StartAsync();
        var key = await alone.TenantKeyAsync("leaver");
        using var tenant = alone.Client(key);
        var prefix = key[..19];
        Assert.Equal(HttpStatusCode.OK, (await tenant.GetAsync(new Uri("/api/v1/whoami", UriKind.Relative), ApiHost.Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await alone.Admin.DeleteAsync(new Uri($"/api/v1/keys/{prefix}", UriKind.Relative), ApiHost.Stop)).StatusCode);
        await ApiHost.ProblemAsync(await tenant.GetAsync(new Uri("/api/v1/whoami", UriKind.Relative), ApiHost.Stop), 401, "key-invalid");
        await ApiHost.ProblemAsync(
            await alone.Admin.DeleteAsync(new Uri($"/api/v1/keys/{alone.AdminKey[..19]}", UriKind.Relative), ApiHost.Stop), 409, "last-admin-key");
    }

    [Fact]
    public async Task Keys_are_listed_without_their_secrets_and_with_their_last_use()
    {
        var key = await _api.TenantKeyAsync("listed");
        using var tenant = _api.Client(key);
        await tenant.GetAsync(new Uri("/api/v1/whoami", UriKind.Relative), ApiHost.Stop);
        var text = await _api.Admin.GetStringAsync(new Uri("/api/v1/keys", UriKind.Relative), ApiHost.Stop);
        Assert.Contains(key[..19], text, StringComparison.Ordinal);
        Assert.DoesNotContain(key[20..], text, StringComparison.Ordinal);
        var prefix = key[..19];
        var stored = await _api.Services.GetRequiredService<HeadgateDatabase>().ReadAsync(
            (db, stop) => db.ApiKeys.SingleAsync(k => k.Prefix == prefix, stop), ApiHost.Stop);
        Assert.NotNull(stored.LastUsedAt);
        Assert.DoesNotContain(key[20..], stored.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_admin_keeps_its_key_over_starts_and_gets_another_when_it_is_lost()
    {
        var first = _api.Services.GetRequiredService<FirstAdmin>();
        Task Never(string key, CancellationToken stop) => throw new InvalidOperationException("kept again");
        Assert.Equal(_api.AdminKey, await first.EnsureAsync(_api.AdminKey, Never, ApiHost.Stop));

        string? kept = null;
        var another = await first.EnsureAsync("lost", (key, _) => { kept = key; return Task.CompletedTask; }, ApiHost.Stop);
        Assert.Equal(another, kept);
        using var client = _api.Client(another);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri("/api/v1/keys", UriKind.Relative), ApiHost.Stop)).StatusCode);

        await Assert.ThrowsAsync<InvalidOperationException>(() => first.EnsureAsync("lost", Never, ApiHost.Stop)); // not kept: not made
    }

    [Fact]
    public async Task A_tenant_sees_no_events_of_the_system_and_an_admin_sees_who_did_what()
    {
        using var tenant = _api.Client(await _api.TenantKeyAsync("watcher"));
        Assert.Empty((await ApiHost.ReadAsync<Page<EventView>>(await tenant.GetAsync(new Uri("/api/v1/events", UriKind.Relative), ApiHost.Stop))).Items);
        var all = await ApiHost.ReadAsync<Page<EventView>>(
            await _api.Admin.GetAsync(new Uri("/api/v1/events?code=account.created", UriKind.Relative), ApiHost.Stop));
        Assert.Contains(all.Items, e => e is { Subject: "watcher", Actor: "admin/first-admin", Severity: "info" });
    }

    /// <summary>Every route must be refused with one of what <paramref name="refusals"/> gives for it; with none, it must not be refused.</summary>
    private static async Task WalkAsync(ApiHost api, HttpClient client, Func<Allowed, string[]> refusals)
    {
        var walked = 0;
        foreach (var route in api.Routes.Where(r => r.RoutePattern.RawText!.StartsWith("/api/v1", StringComparison.Ordinal)))
        {
            var expected = refusals(Permissions.Of(route.Metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName));
            foreach (var method in route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), RouteFilling.Fill(route));
                if (method == "POST") request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
                using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ApiHost.Stop);
                var what = $"{method} {route.RoutePattern.RawText}: {(int)answer.StatusCode}";
                if (expected is []) Assert.True((int)answer.StatusCode is not (401 or 403) and < 500, what);
                else Assert.Contains($"{(int)answer.StatusCode} {(await answer.Content.ReadFromJsonAsync<Problem>(ApiHost.Stop))!.Code}", expected);
                walked++;
            }
        }
        Assert.True(walked > 20, $"only {walked} routes were walked");
    }
}
