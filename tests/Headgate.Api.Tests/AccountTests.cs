using System.Net;
using Headgate.Api.Contract;
using Headgate.Control.Access;
using Headgate.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Api.Tests;

/// <summary>Accounts, users and keys: what is taken away is gone with the next call, and somebody is always left to give it back.</summary>
public sealed class AccountTests(StorageHost storage) : IClassFixture<StorageHost>
{
    private const string Me = "/api/v1/whoami";

    private readonly ApiHost _api = storage.Api;

    [Fact]
    public async Task A_disabled_accounts_keys_open_nothing_until_it_is_enabled()
    {
        using var admin = new Driver(_api, _api.AdminKey);
        using var tenant = new Driver(_api, await _api.TenantKeyAsync("paused"));
        var disabled = await PostAsync<AccountView>(admin, "/api/v1/accounts/paused/disable");
        Assert.NotNull(disabled.DisabledAt);
        await ApiHost.ProblemAsync(await tenant.SendAsync(HttpMethod.Get, Me), 401, "key-invalid");
        Assert.Equal(disabled.DisabledAt, (await PostAsync<AccountView>(admin, "/api/v1/accounts/paused/disable")).DisabledAt); // a repeat
        await PostAsync<AccountView>(admin, "/api/v1/accounts/paused/enable");
        Assert.Equal("paused", (await tenant.GetAsync<WhoAmI>(Me)).Account);
    }

    [Fact]
    public async Task A_renamed_account_keeps_its_volumes_and_keys_and_its_old_name_is_free()
    {
        using var admin = new Driver(_api, _api.AdminKey);
        using var tenant = new Driver(_api, await _api.TenantKeyAsync("before"));
        await tenant.RunAsync("/api/v1/volumes", new { name = "v", diskOffering = "custom", sizeBytes = 1 << 30, maxIops = 100 });
        await PostAsync<AccountView>(admin, "/api/v1/accounts/before/rename", new { name = "after" });
        Assert.Equal("after", (await tenant.GetAsync<VolumeView>("/api/v1/volumes/v")).Account);
        using var newcomer = new Driver(_api, await _api.TenantKeyAsync("before"));
        await ApiHost.ProblemAsync(await newcomer.SendAsync(HttpMethod.Get, "/api/v1/volumes/v"), 404, "volume-not-found");
        await ApiHost.ProblemAsync(await admin.SendAsync(HttpMethod.Post, "/api/v1/accounts/after/rename", new { name = "before" }), 409, "name-taken");
    }

    [Fact]
    public async Task A_newcomer_with_an_old_name_is_not_answered_with_the_operations_of_who_had_it()
    {
        using var admin = new Driver(_api, _api.AdminKey);
        using var first = new Driver(_api, await _api.TenantKeyAsync("reused"));
        var body = new { name = "same", diskOffering = "custom", sizeBytes = 1 << 30, maxIops = 100 };
        var made = await ApiHost.ReadAsync<OperationView>(await first.SendAsync(HttpMethod.Post, "/api/v1/volumes", body, "one-key"));
        await first.FollowAsync(made.Id);
        await PostAsync<AccountView>(admin, "/api/v1/accounts/reused/rename", new { name = "reused-before" });
        using var second = new Driver(_api, await _api.TenantKeyAsync("reused"));
        var again = await ApiHost.ReadAsync<OperationView>(await second.SendAsync(HttpMethod.Post, "/api/v1/volumes", body, "one-key"));
        Assert.NotEqual(made.Id, again.Id);
        await second.FollowAsync(again.Id);
    }

    [Fact]
    public async Task An_account_is_removed_once_it_owns_nothing_and_its_keys_go_with_it()
    {
        using var admin = new Driver(_api, _api.AdminKey);
        using var tenant = new Driver(_api, await _api.TenantKeyAsync("leaving"));
        await tenant.RunAsync("/api/v1/volumes", new { name = "v", diskOffering = "custom", sizeBytes = 1 << 30, maxIops = 100 });
        var problem = await ApiHost.ProblemAsync(await admin.SendAsync(HttpMethod.Delete, "/api/v1/accounts/leaving"), 409, "account-not-empty");
        Assert.Contains("1 volume(s)", problem.Detail, StringComparison.Ordinal);
        await tenant.RunAsync(HttpMethod.Delete, "/api/v1/volumes/v");
        await tenant.RunAsync(HttpMethod.Post, "/api/v1/volumes/v/expunge");
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, "/api/v1/accounts/leaving")).StatusCode);
        await ApiHost.ProblemAsync(await tenant.SendAsync(HttpMethod.Get, Me), 401, "key-invalid");
        await ApiHost.ProblemAsync(await admin.SendAsync(HttpMethod.Get, "/api/v1/accounts/leaving"), 404, "account-not-found");
        using var newcomer = new Driver(_api, await _api.TenantKeyAsync("leaving"));
        Assert.Empty((await newcomer.GetAsync<Page<OperationView>>("/api/v1/operations")).Items);
    }

    [Fact]
    public async Task A_users_key_allows_what_the_user_may_at_that_moment()
    {
        using var admin = new Driver(_api, _api.AdminKey);
        await PostAsync<AccountView>(admin, "/api/v1/accounts", new { name = "staff" });
        var user = await PostAsync<UserView>(admin, "/api/v1/users", new { name = "alice", account = "staff", role = "operator", email = "alice@example.org" });
        Assert.Equal(("alice", "staff", "operator", "alice@example.org"), (user.Name, user.Account, user.Role, user.Email));
        await ApiHost.ProblemAsync(
            await admin.SendAsync(HttpMethod.Post, "/api/v1/keys", new { name = "more", user = "alice", role = "admin" }), 422, "role-above-user");
        var made = await PostAsync<CreatedApiKey>(admin, "/api/v1/keys", new { name = "laptop", user = "alice" });
        Assert.Equal(("alice", "staff", "operator"), (made.Info.User, made.Info.Account, made.Info.Role));
        using var alice = new Driver(_api, made.Key);
        Assert.Equal(new WhoAmI("staff", "operator", "laptop", "alice"), await alice.GetAsync<WhoAmI>(Me));
        Assert.Equal("ref1", (await alice.GetAsync<PoolView>("/api/v1/pools/ref1")).Name);

        await PostAsync<UserView>(admin, "/api/v1/users/alice", new { role = "tenant" });
        await ApiHost.ProblemAsync(await alice.SendAsync(HttpMethod.Get, "/api/v1/pools/ref1"), 403, "admin-only");
        await PostAsync<UserView>(admin, "/api/v1/users/alice/disable");
        await ApiHost.ProblemAsync(await alice.SendAsync(HttpMethod.Get, Me), 401, "key-invalid");
        await PostAsync<UserView>(admin, $"/api/v1/users/{user.Id}/enable");
        Assert.Equal("tenant", (await alice.GetAsync<WhoAmI>(Me)).Role);
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, "/api/v1/users/alice")).StatusCode);
        await ApiHost.ProblemAsync(await alice.SendAsync(HttpMethod.Get, Me), 401, "key-invalid");
    }

    [Fact]
    public async Task A_rotated_key_opens_with_its_old_secret_for_the_overlap_only()
    {
        var old = await _api.TenantKeyAsync("rotating");
        using var tenant = new Driver(_api, old);
        var first = await PostAsync<CreatedApiKey>(tenant, $"/api/v1/keys/{old[..19]}/rotate", new { overlapSeconds = 3600 });
        using var rotated = new Driver(_api, first.Key);
        Assert.Equal("rotating", (await rotated.GetAsync<WhoAmI>(Me)).Account);
        Assert.Equal("rotating", (await tenant.GetAsync<WhoAmI>(Me)).Account);

        var database = _api.Services.GetRequiredService<HeadgateDatabase>();
        var later = new KeyVerifier(database, new ClockAt(DateTimeOffset.UtcNow.AddHours(2)));
        Assert.Null(await later.VerifyAsync(old, ApiHost.Stop));
        Assert.NotNull(await later.VerifyAsync(first.Key, ApiHost.Stop));

        await PostAsync<CreatedApiKey>(rotated, $"/api/v1/keys/{first.Info.Id}/rotate", new { });
        await ApiHost.ProblemAsync(await rotated.SendAsync(HttpMethod.Get, Me), 401, "key-invalid");
        await ApiHost.ProblemAsync(await tenant.SendAsync(HttpMethod.Get, Me), 401, "key-invalid"); // one old secret at a time
    }

    [Fact]
    public async Task Only_an_admin_rotates_a_key_of_somebody_else()
    {
        var theirs = await _api.TenantKeyAsync("theirs");
        using var stranger = new Driver(_api, await _api.TenantKeyAsync("stranger"));
        using var colleague = new Driver(_api, await _api.KeyAsync("theirs", "tenant", "second"));
        await ApiHost.ProblemAsync(await stranger.SendAsync(HttpMethod.Post, $"/api/v1/keys/{theirs[..19]}/rotate", new { }), 404, "key-not-found");
        await ApiHost.ProblemAsync(await colleague.SendAsync(HttpMethod.Post, $"/api/v1/keys/{theirs[..19]}/rotate", new { }), 404, "key-not-found");
        using var admin = new Driver(_api, _api.AdminKey);
        await PostAsync<CreatedApiKey>(admin, $"/api/v1/keys/{theirs[..19]}/rotate", new { });
    }

    [Fact]
    public async Task A_key_opens_nothing_from_its_expiry_on()
    {
        using var admin = new Driver(_api, _api.AdminKey);
        await _api.TenantKeyAsync("brief");
        var expires = DateTimeOffset.UtcNow.AddDays(1);
        var made = await PostAsync<CreatedApiKey>(admin, "/api/v1/keys", new { name = "day", account = "brief", expiresAt = expires });
        Assert.Equal(expires, made.Info.ExpiresAt);
        var database = _api.Services.GetRequiredService<HeadgateDatabase>();
        Assert.NotNull(await new KeyVerifier(database, new ClockAt(expires.AddTicks(-1))).VerifyAsync(made.Key, ApiHost.Stop));
        Assert.Null(await new KeyVerifier(database, new ClockAt(expires)).VerifyAsync(made.Key, ApiHost.Stop));
        var past = new { name = "past", account = "brief", expiresAt = DateTimeOffset.UtcNow.AddDays(-1) };
        await ApiHost.ProblemAsync(await admin.SendAsync(HttpMethod.Post, "/api/v1/keys", past), 422, "expiry-past");
    }

    [Fact]
    public async Task The_last_who_can_give_rights_cannot_be_taken_away_by_any_route()
    {
        await using var alone = await ApiHost.StartAsync();
        using var first = new Driver(alone, alone.AdminKey);
        var boss = await PostAsync<UserView>(first, "/api/v1/users", new { name = "boss", account = "admin", role = "admin" });
        var last = await PostAsync<CreatedApiKey>(first, "/api/v1/keys", new { name = "boss", user = "boss" });
        using var admin = new Driver(alone, last.Key);
        await PostAsync<CreatedApiKey>(first, "/api/v1/keys", new { name = "soon", user = "boss", expiresAt = DateTimeOffset.UtcNow.AddDays(1) });
        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"/api/v1/keys/{alone.AdminKey[..19]}")).StatusCode);

        foreach (var (method, address, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Post, "/api/v1/accounts/admin/disable", null),
            (HttpMethod.Delete, "/api/v1/accounts/admin", null),
            (HttpMethod.Post, "/api/v1/users/boss/disable", null),
            (HttpMethod.Post, $"/api/v1/users/{boss.Id}", new { role = "operator" }),
            (HttpMethod.Delete, "/api/v1/users/boss", null),
            (HttpMethod.Delete, $"/api/v1/keys/{last.Info.Id}", null), // the one that expires is no substitute
        })
            await ApiHost.ProblemAsync(await admin.SendAsync(method, address, body), 409, "last-admin-key");
        Assert.Equal("admin", (await admin.GetAsync<WhoAmI>(Me)).Role);
    }

    private static async Task<T> PostAsync<T>(Driver driver, string address, object? body = null) =>
        await ApiHost.ReadAsync<T>(await driver.SendAsync(HttpMethod.Post, address, body));

    private sealed class ClockAt(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
