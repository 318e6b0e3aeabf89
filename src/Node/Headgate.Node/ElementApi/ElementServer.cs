using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.Node.ElementApi;

/// <summary>The HTTPS side of the Element API: <c>POST /json-rpc/VERSION</c> with basic authentication (element-api 1.1, 1.2).</summary>
internal sealed class ElementServer : IAsyncDisposable
{
    /// <summary>Largest request: CreateInitiators for a whole group with full attributes takes about 300 KiB.</summary>
    private const int MaxBodyBytes = 1 << 20;

    /// <summary>Connections at one time; Cinder opens one per call, each worker of the SDKs keeps one.</summary>
    private const int MaxConnections = 512;

    /// <summary>Calls at work at one time. They hold a thread while SQLite syncs; more than this only queue at its lock.</summary>
    private const int MaxCalls = 32;

    private const string UnauthorizedPage =
        "<!DOCTYPE html><html><head><title>401 Unauthorized</title></head><body><h1>401 Unauthorized.</h1></body></html>";

    private const string NotFoundPage =
        "<!DOCTYPE html><html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>";

    private readonly WebApplication _app;
    private readonly ElementRpc _rpc;
    private readonly BasicAuthentication _authentication;
    private readonly SemaphoreSlim _calls = new(MaxCalls);

    private ElementServer(WebApplication app, ElementRpc rpc, BasicAuthentication authentication)
    {
        (_app, _rpc, _authentication) = (app, rpc, authentication);
        app.Run(HandleAsync);
    }

    /// <summary>Where it listens, with the real port.</summary>
    public IPEndPoint Endpoint { get; private set; } = new(IPAddress.None, 0);

    /// <exception cref="StorageNodeException">The port is taken.</exception>
    public static async Task<ElementServer> StartAsync(
        IPEndPoint endpoint, X509Certificate2 certificate, ElementRpc rpc, BasicAuthentication authentication,
        ILoggerFactory logging, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logging);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => Configure(kestrel, endpoint, certificate));
        var server = new ElementServer(builder.Build(), rpc, authentication);
        try
        {
            await server._app.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (IOException problem) when (problem.InnerException is AddressInUseException)
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw new StorageNodeException(
                "port-in-use",
                $"The Element API cannot listen on {endpoint}: another program does. Stop that one, or give another port.", problem);
        }
        var address = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        server.Endpoint = new IPEndPoint(endpoint.Address, new Uri(address).Port);
        return server;
    }

    /// <summary>Takes no new calls and waits for those under way.</summary>
    public Task StopAsync(CancellationToken cancellation) => _app.StopAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync().ConfigureAwait(false);
        _calls.Dispose();
    }

    private static void Configure(KestrelServerOptions kestrel, IPEndPoint endpoint, X509Certificate2 certificate)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        kestrel.Listen(endpoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http1; // what real clusters speak; Go clients would choose HTTP/2 if it were offered
            listen.UseHttps(certificate, https => https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13);
        });
    }

    private async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value?.TrimEnd('/') ?? "";
        const string prefix = "/json-rpc/";
        if (!path.StartsWith(prefix, StringComparison.Ordinal))
        {
            await PageAsync(context, StatusCodes.Status404NotFound, NotFoundPage).ConfigureAwait(false);
            return;
        }
        if (!_authentication.IsAdmin(context.Request.Headers.Authorization, context.Connection.RemoteIpAddress))
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"Element\"";
            await PageAsync(context, StatusCodes.Status401Unauthorized, UnauthorizedPage).ConfigureAwait(false);
            return;
        }
        if (!ElementVersions.IsSupported(path[prefix.Length..]))
        {
            await PageAsync(context, StatusCodes.Status404NotFound, NotFoundPage).ConfigureAwait(false);
            return;
        }
        await ServeAsync(context).ConfigureAwait(false);
    }

    private async Task ServeAsync(HttpContext context)
    {
        var cancellation = context.RequestAborted;
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.Headers.Allow = "POST";
            await PageAsync(context, StatusCodes.Status405MethodNotAllowed, "<html><body>405 Method Not Allowed</body></html>").ConfigureAwait(false);
            return;
        }
        var body = await ReadBodyAsync(context.Request, cancellation).ConfigureAwait(false);
        if (body is null)
        {
            await PageAsync(context, StatusCodes.Status413PayloadTooLarge, "<html><body>413 Payload Too Large</body></html>").ConfigureAwait(false);
            return;
        }
        await _calls.WaitAsync(cancellation).ConfigureAwait(false);
        ElementRpc.Reply reply;
        try
        {
            // A change that has begun is finished whether or not the client still waits for it.
            reply = await _rpc.HandleAsync(body, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _calls.Release();
        }
        context.Response.StatusCode = reply.IsRequest ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = reply.Body.Length;
        await context.Response.Body.WriteAsync(reply.Body, cancellation).ConfigureAwait(false);
    }

    /// <summary>The whole body whatever its content type says, or null when it is too large.</summary>
    private static async ValueTask<byte[]?> ReadBodyAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentLength > MaxBodyBytes) return null;
        try
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body, cancellation).ConfigureAwait(false);
            return body.ToArray();
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException problem) when (problem.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }
    }

    private static Task PageAsync(HttpContext context, int status, string page)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html";
        return context.Response.WriteAsync(page, Encoding.UTF8, context.RequestAborted);
    }
}
