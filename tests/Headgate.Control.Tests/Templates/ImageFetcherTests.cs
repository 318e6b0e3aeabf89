using System.Net;
using System.Net.Sockets;
using System.Text;
using Headgate.DiskImages;
using Headgate.Primitives;

namespace Headgate.Control.Tests;

/// <summary>The fetcher against servers that mean no good, on real sockets.</summary>
public sealed class ImageFetcherTests : IDisposable
{
    private readonly ImageFetcher _fetcher = new(Limits, TimeProvider.System);

    private static ImageLimits Limits { get; } = new() { Redirects = 2, Silence = TimeSpan.FromSeconds(30) };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _fetcher.Dispose();

    [Theory]
    [InlineData("file:///etc/shadow")]
    [InlineData("ftp://example.org/x")]
    [InlineData("/etc/shadow")]
    [InlineData("http://user:secret@example.org/x")]
    [InlineData("nonsense")]
    [InlineData("")]
    public void Only_http_and_https_without_credentials_are_fetched(string url) => Assert.Equal("url-invalid", ImageFetcher.Problem(url)?.Code);

    [Theory]
    [InlineData("302 Found\r\nLocation: file:///etc/shadow", "url-invalid")]
    [InlineData("302 Found\r\nLocation: gopher://127.0.0.1/", "url-invalid")]
    [InlineData("404 Not Found\r\nContent-Length: 0", "url-refused")]
    [InlineData("503 Service Unavailable\r\nContent-Length: 0", "url-unreachable")]
    [InlineData("200 OK\r\nContent-Length: 100\r\n\r\nshort", "url-unreachable")]
    public async Task An_answer_that_is_no_image_is_refused(string answer, string code)
    {
        await using var server = new ScriptedHttp(_ => $"HTTP/1.1 {answer}{(answer.Contains("\r\n\r\n", StringComparison.Ordinal) ? "" : "\r\n\r\n")}");
        Assert.Equal(code, (await FetchAsync(server.Address)).Problem?.Code);
    }

    [Fact]
    public async Task Redirects_are_followed_to_a_bound()
    {
        await using var server = new ScriptedHttp(path => path.Length < 4
            ? $"HTTP/1.1 307 Temporary Redirect\r\nLocation: {path}x\r\nContent-Length: 0\r\n\r\n"
            : "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nimage");
        Assert.Equal("image", (await FetchAsync(new Uri(server.Address, "/xx"))).ValueOrThrow());
        Assert.Equal("url-invalid", (await FetchAsync(server.Address)).Problem?.Code);
    }

    [Fact]
    public async Task A_redirect_does_not_lead_to_another_server_of_an_internal_network()
    {
        var wasAsked = false;
        await using var inside = new ScriptedHttp(_ =>
        {
            wasAsked = true;
            return "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret";
        });
        foreach (var to in new[] { inside.Address, new Uri($"http://localhost:{inside.Address.Port}/"), new Uri($"http://[::1]:{inside.Address.Port}/") })
        {
            await using var server = new ScriptedHttp(_ => $"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
            Assert.Equal("url-invalid", (await FetchAsync(server.Address)).Problem?.Code);
        }
        Assert.False(wasAsked);
        Assert.Equal("secret", (await FetchAsync(inside.Address)).ValueOrThrow()); // an admin names whom it likes
    }

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("172.15.255.255", true)]
    [InlineData("2a00:1450::1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("fe80::1%1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("fd00:ec2::254", false)]
    public void The_internet_is_what_is_nobodys_own(string address, bool isPublic) => Assert.Equal(isPublic, PublicAddress.IsOne(IPAddress.Parse(address)));

    [Fact]
    public async Task Who_does_not_listen_is_worth_another_try()
    {
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp); // holds the port and does not listen
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var failed = await FetchAsync(new Uri($"http://127.0.0.1:{((IPEndPoint)deaf.LocalEndPoint!).Port}/"));
        Assert.Equal(("url-unreachable", Recovery.RetryWithBackoff), (failed.Problem?.Code, failed.Problem?.Recovery));
    }

    [Fact]
    public async Task A_server_that_falls_silent_is_given_up()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        using var fetcher = new ImageFetcher(Limits, time);
        await using var server = new ScriptedHttp(_ => "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", keepOpen: true);
        var got = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var fetching = fetcher.FetchAsync<string>(server.Address, async (body, _, cancel) =>
        {
            var buffer = new byte[4];
            await body.ReadExactlyAsync(buffer, cancel);
            var next = body.ReadAsync(buffer, cancel); // armed before the clock moves
            got.SetResult();
            await next;
            return "more";
        }, Stop);
        await got.Task.WaitAsync(Stop);
        time.Advance(Limits.Silence);
        Assert.Equal("url-unreachable", (await fetching).Problem?.Code);
    }

    private Task<Outcome<string>> FetchAsync(Uri url) => _fetcher.FetchAsync<string>(url, async (body, _, cancel) =>
    {
        using var reader = new StreamReader(body);
        return await reader.ReadToEndAsync(cancel);
    }, Stop);
}

/// <summary>An HTTP server that answers each request's path with the bytes it is told, and closes.</summary>
internal sealed class ScriptedHttp : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<string, byte[]> _answer;
    private readonly bool _keepOpen;
    private readonly Task _serving;

    public ScriptedHttp(Func<string, string> answer, bool keepOpen = false)
        : this(path => Encoding.Latin1.GetBytes(answer(path)), keepOpen)
    {
    }

    public ScriptedHttp(Func<string, byte[]> answer, bool keepOpen = false)
    {
        (_answer, _keepOpen) = (answer, keepOpen);
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _serving = ServeAsync();
    }

    public Uri Address { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving;
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true) open.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, leaveOpen: true);
                var request = await reader.ReadLineAsync(_stop.Token) ?? "";
                while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 }) { }
                await stream.WriteAsync(_answer(request.Split(' ')[1]), _stop.Token);
                if (_keepOpen) await Task.Delay(Timeout.Infinite, _stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // The client left, or the test ended.
            }
        }
    }
}
