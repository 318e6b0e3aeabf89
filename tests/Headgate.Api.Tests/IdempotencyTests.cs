using System.Net;
using System.Net.Http.Json;
using System.Text;
using Headgate.Api.Contract;
using Headgate.Control;
using Headgate.Control.Access;
using Headgate.Domain;
using Headgate.Persistence;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Api.Tests;

/// <summary>A POST with an Idempotency-Key takes effect once.</summary>
public class IdempotencyTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private readonly ApiHost _api = shared.Api;

    [Fact]
    public async Task A_repeat_gets_the_first_answer_and_changes_nothing()
    {
        var first = await PostAsync("/api/v1/zones", "twice-1", """{"name":"twice"}""");
        var again = await PostAsync("/api/v1/zones", "twice-1", """{"name":"twice"}""");
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(ApiHost.Stop), await again.Content.ReadAsStringAsync(ApiHost.Stop));
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.Equal(first.Content.Headers.ContentType, again.Content.Headers.ContentType);
        Assert.Equal("true", Assert.Single(again.Headers.GetValues("Idempotency-Replayed")));
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
    }

    [Theory]
    [InlineData("/api/v1/zones", """{"name":"reused-b"}""")]
    [InlineData("/api/v1/accounts", """{"name":"reused-a"}""")]
    public async Task The_same_key_with_another_request_is_refused(string address, string body)
    {
        var key = Guid.NewGuid().ToString();
        await PostAsync("/api/v1/zones", key, """{"name":"reused-a"}""");
        await ApiHost.ProblemAsync(await PostAsync(address, key, body), 422, "idempotency-key-reused");
    }

    [Fact]
    public async Task A_refusal_is_an_answer_too_and_is_kept()
    {
        await PostAsync("/api/v1/zones", "kept-0", """{"name":"kept"}""");
        await ApiHost.ProblemAsync(await PostAsync("/api/v1/zones", "kept-1", """{"name":"kept"}"""), 409, "name-taken");
        await _api.Admin.DeleteAsync(new Uri("/api/v1/zones/kept", UriKind.Relative), ApiHost.Stop);
        await ApiHost.ProblemAsync(await PostAsync("/api/v1/zones", "kept-1", """{"name":"kept"}"""), 409, "name-taken");
    }

    [Fact]
    public async Task Of_many_at_once_one_is_carried_out_and_all_get_its_answer()
    {
        await PostAsync("/api/v1/accounts", "crowd-0", """{"name":"crowd"}""");
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(
            _ => PostAsync("/api/v1/keys", "crowd-1", """{"name":"one","account":"crowd","role":"tenant"}""")));
        var made = new HashSet<string>();
        foreach (var answer in answers) made.Add((await ApiHost.ReadAsync<CreatedApiKey>(answer)).Key);
        Assert.Single(made);
        Assert.Single(answers, a => !a.Headers.Contains("Idempotency-Replayed"));
    }

    [Fact]
    public async Task Two_accounts_may_use_the_same_key()
    {
        await using var api = await ApiHost.StartAsync();
        var left = new Caller(Guid.CreateVersion7(), "left", Role.Admin, "k");
        var right = left with { AccountId = Guid.CreateVersion7(), Account = "right" };
        var replies = api.Services.GetRequiredService<ReplyStore>();
        Assert.IsType<KeyClaim.Mine>(await replies.ClaimAsync(left, "k", "f", ApiHost.Stop));
        Assert.IsType<KeyClaim.Mine>(await replies.ClaimAsync(right, "k", "g", ApiHost.Stop));
    }

    [Fact]
    public async Task What_is_kept_cannot_be_read_in_the_database()
    {
        await PostAsync("/api/v1/accounts", "sealed-0", """{"name":"sealed"}""");
        var made = await ApiHost.ReadAsync<CreatedApiKey>(
            await PostAsync("/api/v1/keys", "sealed-1", """{"name":"one","account":"sealed","role":"tenant"}"""));
        var kept = await _api.Services.GetRequiredService<HeadgateDatabase>().ReadAsync(
            (db, stop) => db.IdempotentReplies.SingleAsync(r => r.Key == "sealed-1", stop), ApiHost.Stop);
        Assert.Equal(201, kept.StatusCode);
        Assert.DoesNotContain(made.Key[20..], kept.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("v1:", kept.Body, StringComparison.Ordinal);
        Assert.StartsWith("v1:", kept.Fingerprint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_of_the_server_is_not_kept()
    {
        var calls = 0;
        await using var api = await ApiHost.StartAsync(
            map: app => app.MapPost("/test/once", () => ++calls == 1 ? throw new InvalidOperationException() : "done"));
        using var first = await PostAsync(api, "/test/once", "flaky", "{}");
        using var again = await PostAsync(api, "/test/once", "flaky", "{}");
        Assert.Equal(HttpStatusCode.InternalServerError, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task A_body_that_could_not_be_read_leaves_the_key_free()
    {
        await ApiHost.ProblemAsync(await PostAsync("/api/v1/zones", "free-1", "{"), 400, "malformed-json");
        Assert.Equal(HttpStatusCode.Created, (await PostAsync("/api/v1/zones", "free-1", """{"name":"free"}""")).StatusCode);
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("semi;colon")]
    [InlineData("{}")]
    public async Task A_key_of_other_characters_is_refused(string key) =>
        await ApiHost.ProblemAsync(await PostAsync("/api/v1/zones", key, """{"name":"never"}"""), 400, "invalid-idempotency-key");

    [Fact]
    public async Task A_key_beyond_the_bound_is_refused() => await ApiHost.ProblemAsync(
        await PostAsync("/api/v1/zones", new string('k', ApiLimits.IdempotencyKeyChars + 1), """{"name":"never"}"""),
        400, "invalid-idempotency-key");

    private Task<HttpResponseMessage> PostAsync(string address, string key, string body) => PostAsync(_api, address, key, body);

    private static async Task<HttpResponseMessage> PostAsync(ApiHost api, string address, string key, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await api.Admin.SendAsync(request, ApiHost.Stop);
    }
}

/// <summary>The same on PostgreSQL.</summary>
[Testing.Database.OnPostgres]
public sealed class IdempotencyTestsOnPostgres : IdempotencyTests
{
    public IdempotencyTestsOnPostgres(SharedHost shared) : base(shared) => Testing.Database.TestDatabase.RequirePostgres();
}
