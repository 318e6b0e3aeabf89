using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Headgate.Api.Contract;

namespace Headgate.Cli.Api;

/// <summary>What a call that changes something was answered with.</summary>
/// <param name="Status">202 when <paramref name="Body"/> is an operation.</param>
/// <param name="Body">An undefined element for an empty answer.</param>
internal readonly record struct ApiAnswer(HttpStatusCode Status, JsonElement Body);

/// <summary>
/// The REST API as JSON in and out: the text that is printed with <c>-o json</c> is what the server sent, whether or not this
/// program knows all of its members. Refusals are <see cref="CliException"/>s with the server's code.
/// </summary>
internal sealed class ApiClient : IDisposable
{
    /// <summary>Longest wait for one answer; the server answers at once and works in operations.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    /// <summary>A POST is repeated this often when the connection breaks before the answer: same key, so one effect.</summary>
    private const int Attempts = 3;

    /// <summary>Between two connections to a stream; the server is asked once a second at most.</summary>
    private static readonly TimeSpan ReconnectPause = TimeSpan.FromSeconds(1);

    private const int FileChunkBytes = 1 << 20; // few system calls for a file of gigabytes

    private readonly HttpClient _http;
    private readonly ServerAddress _server;

    public ApiClient(ServerAddress server)
    {
        _server = server;
        _http = new HttpClient { BaseAddress = server.Endpoint, Timeout = AnswerTimeout };
        if (server.Key is not null) _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Key);
    }

    /// <summary>Reads an object of the contract.</summary>
    /// <exception cref="CliException">It has not the form that the contract gives it.</exception>
    public static T Read<T>(JsonElement json, JsonTypeInfo<T> type)
    {
        try
        {
            return json.Deserialize(type) ?? throw new JsonException("null");
        }
        catch (Exception unexpected) when (unexpected is JsonException or InvalidOperationException)
        {
            throw new CliException(
                "unexpected-answer",
                $"The server's answer is not a {typeof(T).Name}: {unexpected.Message} Compare the versions with 'headgate version'; -o json prints what was sent.");
        }
    }

    public async Task<JsonElement> GetAsync(string route, CancellationToken cancelled) =>
        (await SendAsync(HttpMethod.Get, route, body: null, cancelled)).Body;

    public Task<ApiAnswer> DeleteAsync(string route, CancellationToken cancelled) =>
        SendAsync(HttpMethod.Delete, route, body: null, cancelled);

    public Task<ApiAnswer> PostAsync(string route, CancellationToken cancelled) =>
        SendAsync(HttpMethod.Post, route, body: null, cancelled);

    public Task<ApiAnswer> PostAsync<T>(string route, T body, JsonTypeInfo<T> type, CancellationToken cancelled) =>
        SendAsync(HttpMethod.Post, route, JsonSerializer.Serialize(body, type), cancelled);

    public Task<ApiAnswer> PutAsync<T>(string route, T body, JsonTypeInfo<T> type, CancellationToken cancelled) =>
        SendAsync(HttpMethod.Put, route, JsonSerializer.Serialize(body, type), cancelled);

    /// <summary>Sends a file as it is, for as long as that takes. Sent once: whoever wants it again gives it again.</summary>
    /// <exception cref="CliException">The server refused, or the connection broke.</exception>
    public async Task<ApiAnswer> PutFileAsync(string route, string path, CancellationToken cancelled)
    {
        using var http = new HttpClient { BaseAddress = _server.Endpoint, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = _http.DefaultRequestHeaders.Authorization;
        http.DefaultRequestHeaders.ExpectContinue = true; // a refusal comes before the file is sent
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        using var content = new StreamContent(file, FileChunkBytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        try
        {
            using var response = await http.PutAsync(new Uri(route, UriKind.Relative), content, cancelled);
            return Understand(response, await response.Content.ReadAsStringAsync(cancelled), $"PUT {route}");
        }
        catch (HttpRequestException broken)
        {
            throw Unreachable(broken.InnerException?.Message ?? broken.Message);
        }
    }

    /// <summary>The items of every page, at most <paramref name="limit"/> of them.</summary>
    public async Task<IReadOnlyList<JsonElement>> ListAsync(string route, int? limit, CancellationToken cancelled)
    {
        var items = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var page = await GetAsync(Routes.Filtered(route, ("cursor", cursor)), cancelled);
            if (page.ValueKind == JsonValueKind.Array)
            {
                items.AddRange(page.EnumerateArray());
                break;
            }
            if (page.ValueKind != JsonValueKind.Object || !page.TryGetProperty("items", out var array))
                throw new CliException("unexpected-answer", $"The server's answer to GET {route} is not a list.");
            items.AddRange(array.EnumerateArray());
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null && (limit is null || items.Count < limit));
        return limit is { } most && items.Count > most ? items[..most] : items;
    }

    /// <summary>
    /// The data of server-sent events, without end. A connection that breaks is made again behind the last event that was read; a refusal ends it.
    /// </summary>
    /// <exception cref="CliException">The server refused.</exception>
    public async IAsyncEnumerable<JsonElement> FollowAsync(
        string route, TimeProvider time, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancelled)
    {
        using var http = new HttpClient { BaseAddress = _server.Endpoint, Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.Authorization = _http.DefaultRequestHeaders.Authorization;
        string? last = null;
        while (true)
        {
            using var response = await OpenStreamAsync(http, route, last, cancelled);
            if (response is not null)
            {
                await using var events = EventReader.ReadAsync(await response.Content.ReadAsStreamAsync(cancelled), cancelled).GetAsyncEnumerator(cancelled);
                while (await NextAsync(events))
                {
                    last = events.Current.Id ?? last;
                    using var document = JsonDocument.Parse(events.Current.Data);
                    yield return document.RootElement.Clone();
                }
            }
            await Task.Delay(ReconnectPause, time, cancelled);
        }
    }

    /// <summary>Null when the server cannot be reached for now.</summary>
    private static async Task<HttpResponseMessage?> OpenStreamAsync(HttpClient http, string route, string? last, CancellationToken cancelled)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, route);
        if (last is not null) request.Headers.Add("Last-Event-ID", last);
        try
        {
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancelled);
            if (response.IsSuccessStatusCode) return response;
            using (response) Understand(response, await response.Content.ReadAsStringAsync(cancelled), $"GET {route}");
            return null;
        }
        catch (HttpRequestException) when (last is not null)
        {
            return null; // it was there before: a restart
        }
        catch (HttpRequestException unreachable)
        {
            throw new CliException(UnreachableCode, $"The events cannot be followed: {unreachable.InnerException?.Message ?? unreachable.Message}");
        }
    }

    /// <summary>False at the end of the stream, and when it broke.</summary>
    private static async Task<bool> NextAsync(IAsyncEnumerator<ServerEvent> events)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            return false;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<ApiAnswer> SendAsync(HttpMethod method, string route, string? body, CancellationToken cancelled)
    {
        var idempotencyKey = method == HttpMethod.Post ? Guid.NewGuid().ToString("N") : null;
        for (var attempt = 1; ; attempt++)
        {
            using var request = new HttpRequestMessage(method, route);
            if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
            if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            try
            {
                using var response = await _http.SendAsync(request, cancelled);
                var text = await response.Content.ReadAsStringAsync(cancelled);
                return Understand(response, text, $"{method} {route}");
            }
            catch (HttpRequestException broken) when (attempt < Attempts && IsBrokenHalfway(broken))
            {
                // The server may have done it; the same key asks for the answer of the first attempt.
            }
            catch (HttpRequestException unreachable)
            {
                throw Unreachable(unreachable.InnerException is SocketException socket ? socket.Message : unreachable.Message);
            }
            catch (TaskCanceledException) when (!cancelled.IsCancellationRequested)
            {
                throw Unreachable($"no answer within {AnswerTimeout.TotalSeconds:0} s");
            }
        }
    }

    private static bool IsBrokenHalfway(HttpRequestException fault) =>
        fault.HttpRequestError is HttpRequestError.ResponseEnded or HttpRequestError.InvalidResponse or HttpRequestError.Unknown
        && fault.InnerException is not SocketException { SocketErrorCode: SocketError.ConnectionRefused };

    private CliException Unreachable(string why) => new(
        UnreachableCode, $"The server at {_server.Endpoint.GetLeftPart(UriPartial.Authority)} cannot be reached: {why}. Is it running (./run), and is that its address?");

    /// <summary>The code of a server that does not answer; waiting goes on through it for a while.</summary>
    public const string UnreachableCode = "server-unreachable";

    private static ApiAnswer Understand(HttpResponseMessage response, string text, string call)
    {
        JsonElement json = default;
        if (text.Length > 0)
        {
            try
            {
                using var document = JsonDocument.Parse(text);
                json = document.RootElement.Clone();
            }
            catch (JsonException)
            {
                if (response.IsSuccessStatusCode)
                    throw new CliException("unexpected-answer", $"{call} was answered with something that is not JSON. Is that a Headgate server?");
            }
        }
        if (response.IsSuccessStatusCode) return new ApiAnswer(response.StatusCode, json);
        if (json.ValueKind == JsonValueKind.Object && json.TryGetProperty("code", out _))
            throw FaultOf(Read(json, ApiJson.Default.Problem));
        throw new CliException("unexpected-answer", $"{call} was answered with {(int)response.StatusCode} {response.ReasonPhrase} and no reason.");
    }

    /// <summary>A problem of the server's as the refusal it is.</summary>
    public static CliException FaultOf(Problem problem) =>
        new(problem.Code, problem.Detail ?? problem.Title ?? "The server gave no reason.", problem.Details);
}
