using System.Net;
using System.Text.Json;
using Headgate.Api.Contract;
using Headgate.Domain;
using Headgate.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace Headgate.Api.Tests;

/// <summary>Events as they happen: each once and in order, taken up where a client left off, and no longer than its key opens anything.</summary>
public sealed class EventStreamTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private readonly ApiHost _api = shared.Api;

    [Fact]
    public async Task What_happens_is_sent_in_order_and_a_client_that_comes_back_misses_nothing()
    {
        var last = (await LatestAsync())?.Id ?? 0;
        await HappenAsync("stream.one", "stream.two", "stream.three");
        await using var first = await OpenAsync(_api.AdminKey, "", last);
        var seen = await first.NextAsync();
        Assert.Equal("stream.one", seen.Code);
        await using var again = await OpenAsync(_api.AdminKey, "", seen.Id);
        Assert.Equal("stream.two", (await again.NextAsync()).Code);
        Assert.Equal("stream.three", (await again.NextAsync()).Code);
        await HappenAsync("stream.four");
        Assert.Equal("stream.four", (await again.NextAsync()).Code);
    }

    [Fact]
    public async Task A_tenant_is_sent_its_own_accounts_events_only_and_filters_hold()
    {
        var key = await _api.TenantKeyAsync("listener");
        using var me = new Driver(_api, _api.AdminKey);
        var mine = (await me.GetAsync<AccountView>("/api/v1/accounts/listener")).Id;
        var last = (await LatestAsync())!.Id;
        await HappenToAsync(null, "foreign.one");
        await HappenToAsync(mine, "mine.one");
        await HappenToAsync(mine, "mine.two");
        await using var stream = await OpenAsync(key, "", last);
        Assert.Equal("mine.one", (await stream.NextAsync()).Code);
        await using var filtered = await OpenAsync(key, "?code=mine.two", last);
        Assert.Equal("mine.two", (await filtered.NextAsync()).Code);
        await using var typed = await OpenAsync(_api.AdminKey, "?type=other&since=2026-01-01", last);
        await HappenToAsync(null, "other.type", "other");
        Assert.Equal("other.type", (await typed.NextAsync()).Code);
    }

    [Fact]
    public async Task A_stream_ends_with_what_opened_it()
    {
        using var admin = new Driver(_api, _api.AdminKey);
        var key = await _api.TenantKeyAsync("cut-off");
        await using (var revoked = await OpenAsync(key, "", null))
        {
            Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"/api/v1/keys/{key[..19]}")).StatusCode);
            Assert.True(await revoked.EndsAsync());
        }
        await using (var disabled = await OpenAsync(await _api.KeyAsync("cut-off", "tenant", "second"), "", null))
        {
            Assert.Equal(HttpStatusCode.OK, (await admin.SendAsync(HttpMethod.Post, "/api/v1/accounts/cut-off/disable")).StatusCode);
            Assert.True(await disabled.EndsAsync());
        }
        await admin.SendAsync(HttpMethod.Post, "/api/v1/accounts/cut-off/enable");
        await using var kept = await OpenAsync(await _api.KeyAsync("cut-off", "tenant", "third"), "", (await LatestAsync())!.Id);
        await HappenToAsync((await admin.GetAsync<AccountView>("/api/v1/accounts/cut-off")).Id, "kept.open");
        Assert.Equal("kept.open", (await kept.NextAsync()).Code); // another's change does not end it
    }

    [Fact]
    public async Task A_last_event_id_that_is_none_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/events/stream");
        request.Headers.Add("Last-Event-ID", "x1");
        await ApiHost.ProblemAsync(await _api.Admin.SendAsync(request, ApiHost.Stop), 400, "invalid-parameter");
    }

    private async Task<EventView?> LatestAsync()
    {
        using var admin = new Driver(_api, _api.AdminKey);
        return (await admin.GetAsync<Page<EventView>>("/api/v1/events?limit=1")).Items is [var first, ..] ? first : null;
    }

    private async Task HappenAsync(params string[] codes)
    {
        foreach (var code in codes) await HappenToAsync(null, code);
    }

    private Task HappenToAsync(Guid? account, string code, string type = "test") => _api.Services.GetRequiredService<HeadgateDatabase>().WriteAsync(
        (db, _) =>
        {
            db.Events.Add(new Event
            {
                At = DateTimeOffset.UtcNow, Code = code, Severity = EventSeverity.Info, SubjectType = type, AccountId = account, Message = code,
            });
            return Task.CompletedTask;
        },
        ApiHost.Stop);

    private async Task<OpenStream> OpenAsync(string key, string query, long? last)
    {
        var client = _api.Client(key);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/events/stream" + query);
        if (last is not null) request.Headers.Add("Last-Event-ID", $"{last}");
        var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ApiHost.Stop);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return new OpenStream(client, answer, new StreamReader(await answer.Content.ReadAsStreamAsync(ApiHost.Stop)));
    }

    private sealed record OpenStream(HttpClient Client, HttpResponseMessage Answer, StreamReader Reader) : IAsyncDisposable
    {
        public async Task<EventView> NextAsync()
        {
            while (await Reader.ReadLineAsync(ApiHost.Stop) is { } line)
            {
                if (line.StartsWith("data: ", StringComparison.Ordinal)) return JsonSerializer.Deserialize<EventView>(line[6..], Json.ApiJson.Options)!;
            }
            throw new InvalidOperationException("The stream has ended.");
        }

        /// <summary>True when it ends without another event.</summary>
        public async Task<bool> EndsAsync()
        {
            while (await Reader.ReadLineAsync(ApiHost.Stop) is { } line)
            {
                if (line.StartsWith("data: ", StringComparison.Ordinal)) return false;
            }
            return true;
        }

        public ValueTask DisposeAsync()
        {
            Reader.Dispose();
            Answer.Dispose();
            Client.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
