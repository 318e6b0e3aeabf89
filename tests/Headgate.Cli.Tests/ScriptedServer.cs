using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Headgate.Cli.Tests;

/// <summary>A request as the scripted server got it.</summary>
internal sealed record Received(string Call, string Body, string? Key, string? IdempotencyKey);

/// <summary>A real HTTP server on a free port that answers what a test says, call by call.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<(int Status, string Body)>> _answers = new();

    private ScriptedServer(WebApplication app) => _app = app;

    public ConcurrentQueue<Received> Calls { get; } = new();

    public Uri Endpoint => new(_app.Urls.First());

    public static async Task<ScriptedServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        var app = builder.Build();
        var server = new ScriptedServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>Answers <paramref name="call"/> (for example <c>GET /api/v1/zones</c>) with this; the last answer given repeats.</summary>
    public ScriptedServer On(string call, int status, string body)
    {
        _answers.GetOrAdd(call, _ => new()).Enqueue((status, body));
        return this;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var call = $"{http.Request.Method} {http.Request.Path.ToUriComponent()}{http.Request.QueryString}";
        Calls.Enqueue(new Received(call, await reader.ReadToEndAsync(), http.Request.Headers.Authorization, http.Request.Headers["Idempotency-Key"]));
        var (status, body) = Next(call);
        if (status == 0)
        {
            http.Abort();
            return;
        }
        http.Response.StatusCode = status;
        http.Response.ContentType = status >= 400 ? "application/problem+json" : "application/json";
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
    }

    private (int Status, string Body) Next(string call)
    {
        if (!_answers.TryGetValue(call, out var queue))
            return (404, $$"""{"status":404,"code":"no-such-route","detail":"{{call}} is not in the script"}""");
        if (queue.Count > 1 && queue.TryDequeue(out var next)) return next;
        return queue.TryPeek(out var last) ? last : (500, "");
    }
}
