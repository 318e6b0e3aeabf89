using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Headgate.Element.Tests.Client;

internal sealed record Received(string Path, string? Authorization, string Body);

/// <summary>What the server does with a request.</summary>
internal abstract record Act
{
    public sealed record Answer(int Status, string Body) : Act;

    /// <summary>Closes the connection without a word.</summary>
    public sealed record Cut : Act;

    /// <summary>Never answers; the connection stays open.</summary>
    public sealed record Silence : Act;

    public static Answer Result(string json) => new(200, """{"id":1,"result":""" + json + "}");

    public static Answer Error(string name) => new(200, $$$"""{"id":1,"error":{"code":500,"name":"{{{name}}}","message":"{{{name}}}"}}""");
}

/// <summary>A TLS server with a self-signed certificate that does to each request what the script says.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2 _certificate = SelfSigned();
    private readonly Func<Received, Act> _script;
    private readonly ConcurrentQueue<Received> _received = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly Task _accepting;
    private int _accepted;

    public ScriptedServer(Func<Received, Act> script)
    {
        _script = script;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Endpoint => new($"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public string Fingerprint => _certificate.GetCertHashString(HashAlgorithmName.SHA256);

    public IReadOnlyList<Received> Requests => [.. _received];

    public int Connections => Volatile.Read(ref _accepted);

    public Task OneArrivedAsync(CancellationToken stop) => _arrived.WaitAsync(stop);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _certificate.Dispose();
        _stop.Dispose();
        _arrived.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref _accepted); // before anything is served
                _connections.Add(ServeAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Disposed: while it waited for the next one, or before ("not listening").
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        try
        {
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
            while (await ReadAsync(tls) is { } request)
            {
                _received.Enqueue(request);
                _arrived.Release();
                switch (_script(request))
                {
                    case Act.Answer answer:
                        var body = Encoding.UTF8.GetBytes(answer.Body);
                        var head = $"HTTP/1.1 {answer.Status} Scripted\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
                        await tls.WriteAsync(Encoding.ASCII.GetBytes(head).Concat(body).ToArray(), _stop.Token);
                        break;
                    case Act.Silence:
                        await Task.Delay(Timeout.Infinite, _stop.Token);
                        break;
                    default:
                        client.Client.Close(0); // a reset, as when the server's process dies
                        return;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException
            or System.Security.Authentication.AuthenticationException)
        {
            // The client went away, or would not trust us.
        }
    }

    private async Task<Received?> ReadAsync(SslStream tls)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!EndsWithBlankLine(head))
        {
            if (await tls.ReadAsync(one, _stop.Token) == 0) return null;
            head.Add(one[0]);
        }
        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        string? Header(string name) => lines.FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
        var body = new byte[int.Parse(Header("Content-Length") ?? "0")];
        await tls.ReadExactlyAsync(body, _stop.Token);
        return new Received(lines[0].Split(' ')[1], Header("Authorization"), Encoding.UTF8.GetString(body));
    }

    private static bool EndsWithBlankLine(List<byte> head) => head.Count >= 4 && head[^1] == '\n' && head[^2] == '\r' && head[^3] == '\n';

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=scripted", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}

/// <summary>Short pauses end at once and are noted; long ones (time limits) never end.</summary>
internal sealed class HastyClock : TimeProvider
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(10);

    public ConcurrentQueue<TimeSpan> Pauses { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > Short || dueTime < TimeSpan.Zero) return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period);
        Pauses.Enqueue(dueTime);
        return System.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
