using System.Net.Http.Json;
using Headgate.Api.Contract;
using Headgate.Control.Events;
using Headgate.Domain;
using Headgate.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Api.Tests;

/// <summary>Who did what is on record, whether it was done or refused, and nothing secret with it.</summary>
public sealed class AuditTests(StorageHost storage) : IClassFixture<StorageHost>
{
    private readonly ApiHost _api = storage.Api;

    [Fact]
    public async Task What_changes_something_is_recorded_with_who_what_and_its_result()
    {
        var key = await _api.TenantKeyAsync("audited");
        using var tenant = new Driver(_api, key);
        using var asked = await tenant.SendAsync(
            HttpMethod.Post, "/api/v1/volumes", new { name = "v", diskOffering = "custom", sizeBytes = 1 << 30, maxIops = 10 });
        var operation = await ApiHost.ReadAsync<OperationView>(asked);
        await tenant.FollowAsync(operation.Id);
        await ApiHost.ProblemAsync(await tenant.SendAsync(HttpMethod.Post, "/api/v1/volumes/v/recover"), 409, "volume-state");
        await tenant.SendAsync(HttpMethod.Get, "/api/v1/volumes/v"); // reading is not recorded

        var seen = await UntilAsync("actor=audited", 2);
        Assert.Equal(["recoverVolume", "createVolume"], seen.Select(r => r.Operation));
        var (refused, made) = (seen[0], seen[1]);
        Assert.Equal(("v", 409, "volume-state"), (refused.Object, refused.Status, refused.Code));
        Assert.Equal(
            ("audited", "key", key[..19], "tenant", operation.Id.ToString(), 202, null),
            (made.Account, made.Key, made.KeyPrefix, made.Role, made.Object, made.Status, made.Code));
        Assert.Equal(Assert.Single(asked.Headers.GetValues("X-Request-Id")), made.RequestId);
        Assert.Contains("127.0.0.1", made.RemoteAddress, StringComparison.Ordinal);
        Assert.Equal(seen, await UntilAsync($"actor={key[..19]}", 2));
        Assert.Equal([made], await UntilAsync("actor=audited/key&operation=createVolume", 1));
        Assert.Equal([refused], await UntilAsync("actor=audited&object=v", 1));
        Assert.Empty(await ListAsync("actor=audited&to=2020-01-01"));
        Assert.Equal(2, (await ListAsync($"actor=audited&from={DateTime.UtcNow.AddDays(-1):yyyy-MM-dd}")).Count);
    }

    [Fact]
    public async Task What_is_refused_for_want_of_a_right_is_recorded_and_what_shows_a_secret_too()
    {
        using var tenant = new Driver(_api, await _api.TenantKeyAsync("curious"));
        await ApiHost.ProblemAsync(await tenant.SendAsync(HttpMethod.Get, "/api/v1/pools/ref1"), 403, "admin-only");
        await ApiHost.ProblemAsync(await tenant.SendAsync(HttpMethod.Get, "/api/v1/volumes/none/connections/iqn.2004-10.org.example:x"), 404, "volume-not-found");
        var seen = await UntilAsync("actor=curious", 2);
        Assert.Equal([("getConnection", 404, "volume-not-found"), ("getPool", 403, "admin-only")], seen.Select(r => (r.Operation, r.Status ?? 0, r.Code)));

        var wrong = _api.AdminKey[..^1] + (_api.AdminKey[^1] == '0' ? '1' : '0');
        using var thief = _api.Client(wrong);
        await ApiHost.ProblemAsync(await thief.GetAsync(new Uri("/api/v1/keys", UriKind.Relative), ApiHost.Stop), 401, "key-invalid");
        var stopped = await UntilAsync($"actor={wrong[..19]}&operation=listKeys", 1);
        Assert.Equal((null, "key-invalid"), (stopped[0].Account, stopped[0].Code));
    }

    [Fact]
    public async Task No_record_holds_a_key_or_a_body()
    {
        var key = await _api.TenantKeyAsync("secretive");
        await UntilAsync("operation=createKey", 1);
        await using var db = _api.Services.GetRequiredService<HeadgateDatabase>().Open();
        foreach (var record in await db.AuditRecords.ToListAsync(ApiHost.Stop))
        {
            Assert.DoesNotContain(key[20..], record.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(_api.AdminKey[20..], record.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_call_that_cannot_be_recorded_is_not_carried_out()
    {
        await using var api = await ApiHost.StartAsync();
        var database = api.Services.GetRequiredService<HeadgateDatabase>();
        await database.WriteAsync((db, stop) => db.Database.ExecuteSqlRawAsync("ALTER TABLE \"AuditRecords\" RENAME TO \"Gone\"", stop), ApiHost.Stop);
        await ApiHost.ProblemAsync(await api.Admin.PostAsJsonAsync("/api/v1/zones", new { name = "unseen" }, ApiHost.Stop), 500, "internal-error");
        await ApiHost.ProblemAsync(await api.Admin.GetAsync(new Uri("/api/v1/zones/unseen", UriKind.Relative), ApiHost.Stop), 404, "zone-not-found");
    }

    [Fact]
    public async Task Records_older_than_the_retention_are_forgotten()
    {
        await using var api = await ApiHost.StartAsync(builder => builder.Services.AddSingleton(new AuditOptions(TimeSpan.FromDays(1))));
        var database = api.Services.GetRequiredService<HeadgateDatabase>();
        await database.WriteAsync(
            (db, _) =>
            {
                db.AuditRecords.Add(Record(DateTimeOffset.UtcNow.AddDays(-2), "old"));
                db.AuditRecords.Add(Record(DateTimeOffset.UtcNow.AddHours(-2), "young"));
                return Task.CompletedTask;
            },
            ApiHost.Stop);
        await api.Services.GetRequiredService<AuditTrail>().BeginAsync(Record(DateTimeOffset.UtcNow, "now"), ApiHost.Stop);
        await using var db = database.Open();
        Assert.Equal(["now", "young"], await db.AuditRecords.Select(r => r.Operation).Order().ToListAsync(ApiHost.Stop));
    }

    private static AuditRecord Record(DateTimeOffset at, string operation) => new() { Id = Guid.CreateVersion7(at), At = at, Operation = operation, RequestId = "r" };

    private async Task<IReadOnlyList<AuditView>> ListAsync(string query) =>
        (await ApiHost.ReadAsync<Page<AuditView>>(await _api.Admin.GetAsync(new Uri($"/api/v1/audit?{query}", UriKind.Relative), ApiHost.Stop))).Items;

    /// <summary>Results are written a moment after the answer: asked again until they are all there.</summary>
    private async Task<IReadOnlyList<AuditView>> UntilAsync(string query, int wanted)
    {
        while (true)
        {
            var seen = await ListAsync(query);
            if (seen.Count >= wanted && seen.All(r => r.Status is not null)) return seen;
            await Task.Yield();
        }
    }
}
