using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Headgate.Api.Contract;

namespace Headgate.Api.Tests;

/// <summary>Drives the API as one key's bearer; waits for operations on their event streams.</summary>
internal sealed class Driver(ApiHost api, string key) : IDisposable
{
    private readonly HttpClient _client = api.Client(key);

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string address, object? body = null, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, address);
        if (body is not null) request.Content = JsonContent.Create(body, options: Json.ApiJson.Options);
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        return await _client.SendAsync(request, ApiHost.Stop);
    }

    public async Task<T> GetAsync<T>(string address) => await ApiHost.ReadAsync<T>(await SendAsync(HttpMethod.Get, address));

    public Task<OperationView> RunAsync(string address, object body) => RunAsync(HttpMethod.Post, address, body);

    /// <summary>Sends, and sees the operation through to its good end.</summary>
    public async Task<OperationView> RunAsync(HttpMethod method, string address, object? body = null)
    {
        using var answer = await SendAsync(method, address, body, method == HttpMethod.Post ? Guid.NewGuid().ToString() : null);
        var text = await answer.Content.ReadAsStringAsync(ApiHost.Stop);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, $"{method} {address}: {(int)answer.StatusCode} {text}");
        var started = JsonSerializer.Deserialize<OperationView>(text, Json.ApiJson.Options)!;
        Assert.Equal($"/api/v1/operations/{started.Id}", answer.Headers.Location?.ToString());
        var ended = (await FollowAsync(started.Id))[^1];
        Assert.True(ended.Status is OperationStatus.Succeeded, $"{ended.Kind}: {ended.Problem?.Code} {ended.Problem?.Detail}");
        return ended;
    }

    /// <summary>Every state that the operation's event stream sends, to its end.</summary>
    public async Task<IReadOnlyList<OperationView>> FollowAsync(Guid id)
    {
        using var answer = await _client.GetAsync(
            new Uri($"/api/v1/operations/{id}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, ApiHost.Stop);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        var states = new List<OperationView>();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(ApiHost.Stop));
        while (await reader.ReadLineAsync(ApiHost.Stop) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
                states.Add(JsonSerializer.Deserialize<OperationView>(line["data: ".Length..], Json.ApiJson.Options)!);
        }
        return states;
    }

    public void Dispose() => _client.Dispose();
}
