using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Headgate.Crash.Tests;

/// <summary>Calls to a node's Element API; one that the kill interrupts throws <see cref="HttpRequestException"/>.</summary>
internal sealed class ElementCalls : IDisposable
{
    public const string Username = "admin";
    public const string Password = "crash-test-only";

    private readonly HttpClient _http = new(new HttpClientHandler
    {
        ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
    });

    private readonly Uri _url;

    public ElementCalls(int port)
    {
        _url = new Uri($"https://127.0.0.1:{port}/json-rpc/12.3");
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Username}:{Password}")));
    }

    public async Task<JsonElement> CallAsync(string method, string parameters = "{}")
    {
        using var content = new StringContent($$"""{"method":"{{method}}","params":{{parameters}},"id":1}""", Encoding.UTF8, "application/json");
        using var reply = await _http.PostAsync(_url, content);
        var body = JsonElement.Parse(await reply.Content.ReadAsStringAsync());
        return body.TryGetProperty("error", out var error)
            ? throw new InvalidOperationException($"{method} {parameters}: {error}")
            : body.GetProperty("result");
    }

    public async Task<long[]> IdsAsync(string method, string list, string id) =>
        [.. (await CallAsync(method)).GetProperty(list).EnumerateArray().Select(row => row.GetProperty(id).GetInt64())];

    public void Dispose() => _http.Dispose();
}
