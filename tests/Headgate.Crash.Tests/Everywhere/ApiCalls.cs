using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Headgate.Crash.Tests.Everywhere;

/// <summary>
/// A client that does what the documentation tells clients to do: every change has an Idempotency-Key, and is repeated with it, on another
/// server where there is one, until there is an answer that settles it.
/// </summary>
internal sealed class ApiCalls : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) }) { Timeout = TimeSpan.FromSeconds(40) };
    private readonly Uri[] _servers;
    private int _at;

    public ApiCalls(string key, params IEnumerable<int> ports)
    {
        _servers = [.. ports.Select(port => new Uri($"http://127.0.0.1:{port}"))];
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>Sends it to one server and hands back whatever comes; null when nothing does.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)?> TryAsync(HttpMethod method, string address, object? body, string? key, int? server = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(_servers[(server ?? _at) % _servers.Length], address));
        if (body is byte[] bytes) request.Content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        else if (body is not null) request.Content = JsonContent.Create(body);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        try
        {
            using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            return (answer.StatusCode, text.Length == 0 ? default : JsonElement.Parse(text));
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException or JsonException
            || (lost is OperationCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>Repeats it until there is an answer that is not "later" or "nobody knows".</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> SettleAsync(HttpMethod method, string address, object? body = null, string? key = null)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await TryAsync(method, address, body, key) is { } answer && !IsToBeRepeated(answer)) return answer;
            if (Stopwatch.GetElapsedTime(began) > Patience.Long) throw new TimeoutException($"{method} {address} was not answered.");
            _at++; // the next server
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }

    public async Task<JsonElement> GetAsync(string address)
    {
        var (status, body) = await SettleAsync(HttpMethod.Get, address);
        return status is HttpStatusCode.OK ? body : throw new InvalidDataException($"GET {address}: {(int)status} {body}");
    }

    /// <summary>All pages.</summary>
    public async Task<List<JsonElement>> ListAsync(string address)
    {
        var items = new List<JsonElement>();
        for (string? cursor = null; ;)
        {
            var page = await GetAsync($"{address}?limit=1000{(cursor is null ? "" : $"&cursor={cursor}")}");
            items.AddRange(page.GetProperty("items").EnumerateArray());
            if (!page.TryGetProperty("nextCursor", out var next) || next.ValueKind is JsonValueKind.Null) return items;
            cursor = next.GetString();
        }
    }

    /// <summary>The operation once it has ended.</summary>
    public async Task<JsonElement> EndedAsync(string operation)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var now = await GetAsync($"/api/v1/operations/{operation}");
            if (now.GetProperty("status").GetString() is "succeeded" or "failed") return now;
            if (Stopwatch.GetElapsedTime(began) > Patience.Long) throw new TimeoutException($"operation is stuck: {now}");
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asked, ended, and succeeded; or, for what is made at once, made.</summary>
    public async Task<JsonElement> DoneAsync(HttpMethod method, string address, object? body = null, string? key = null)
    {
        var (status, answer) = await SettleAsync(method, address, body, key ?? Guid.NewGuid().ToString());
        if ((int)status >= 300) throw new InvalidDataException($"{method} {address}: {(int)status} {answer}");
        if (status is not HttpStatusCode.Accepted) return answer;
        var ended = await EndedAsync(answer.GetProperty("id").GetString()!);
        return ended.GetProperty("status").GetString() == "succeeded" ? ended : throw new InvalidDataException($"{method} {address}: {ended}");
    }

    public void Dispose() => _http.Dispose();

    private static bool IsToBeRepeated((HttpStatusCode Status, JsonElement Body) answer) =>
        (int)answer.Status >= 500 || (answer.Status is HttpStatusCode.Conflict && CodeOf(answer.Body) == "idempotency-key-in-progress");

    public static string? CodeOf(JsonElement body) =>
        body.ValueKind is JsonValueKind.Object && body.TryGetProperty("code", out var code) ? code.GetString() : null;
}
