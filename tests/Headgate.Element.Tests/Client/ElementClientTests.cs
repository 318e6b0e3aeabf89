using System.Net;
using System.Net.Sockets;
using System.Text;
using Headgate.Element.Client;
using Headgate.Element.Contracts;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Element.Tests.Client;

/// <summary>The client against a TLS server that misbehaves to order: what may have been done, and what cannot have been.</summary>
public sealed class ElementClientTests
{
    private const string Api = """{"currentVersion":"12.3","supportedVersions":["1.0","12.3"],"12.3":[]}""";
    private static readonly VolumeParams Seven = new() { VolumeID = 7 };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_version_is_asked_for_once_and_used_from_then_on()
    {
        await using var server = new ScriptedServer(r => r.Body.Contains("GetAPI", StringComparison.Ordinal) ? Act.Result(Api) : Act.Result("{}"));
        using var client = Client(server, version: null);

        for (var n = 0; n < 3; n++) (await client.CallAsync(ElementMethods.PurgeDeletedVolume, Seven, Stop)).ValueOrThrow();

        Assert.Equal(["/json-rpc/7.0", "/json-rpc/12.3", "/json-rpc/12.3", "/json-rpc/12.3"], server.Requests.Select(r => r.Path));
    }

    [Fact]
    public async Task Credentials_go_with_the_first_request_and_the_connection_is_kept()
    {
        await using var server = new ScriptedServer(_ => Act.Result("{}"));
        using var client = Client(server);

        for (var n = 0; n < 3; n++) (await client.CallAsync(ElementMethods.PurgeDeletedVolume, Seven, Stop)).ValueOrThrow();

        Assert.All(server.Requests, r => Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("admin:secret")), r.Authorization));
        Assert.Equal(1, server.Connections);
        Assert.Equal("""{"method":"PurgeDeletedVolume","params":{"volumeID":7},"id":1}""", server.Requests[0].Body);
    }

    [Fact]
    public async Task A_version_in_the_endpoint_is_used_as_it_is()
    {
        await using var server = new ScriptedServer(_ => Act.Result("{}"));
        using var client = new ElementClient(Options(server) with { ApiVersion = null, Endpoint = new Uri(server.Endpoint, "/json-rpc/8.0") });

        (await client.CallAsync(ElementMethods.PurgeDeletedVolume, Seven, Stop)).ValueOrThrow();

        Assert.Equal("/json-rpc/8.0", Assert.Single(server.Requests).Path);
    }

    [Fact]
    public async Task An_api_error_carries_its_name()
    {
        await using var server = new ScriptedServer(_ => Act.Error("xVolumeIDDoesNotExist"));
        using var client = Client(server);
        var error = Assert.IsType<ElementReply<Empty>.Error>(await client.CallAsync(ElementMethods.PurgeDeletedVolume, Seven, Stop));
        Assert.Equal(ElementErrorNames.VolumeIdDoesNotExist, error.Body.Name);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(413)]
    public async Task What_the_http_server_turns_away_was_not_done(int status)
    {
        await using var server = new ScriptedServer(_ => new Act.Answer(status, "<html>no</html>"));
        using var client = Client(server);
        var refused = Assert.IsType<ElementReply<Empty>.Refused>(await client.CallAsync(ElementMethods.PurgeDeletedVolume, Seven, Stop));
        Assert.Equal(status, refused.Status);
        Assert.DoesNotContain("secret", refused.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_whose_reply_is_lost_may_have_been_done_and_is_sent_once()
    {
        await using var server = new ScriptedServer(_ => new Act.Cut());
        using var client = Client(server);
        Assert.IsType<ElementReply<Empty>.NoReply>(await client.CallAsync(ElementMethods.PurgeDeletedVolume, Seven, Stop));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_read_whose_reply_is_lost_is_sent_again()
    {
        var requests = 0;
        await using var server = new ScriptedServer(_ => Interlocked.Increment(ref requests) == 1 ? new Act.Cut() : Act.Result("""{"volumes":[]}"""));
        using var client = Client(server);
        Assert.Empty((await client.CallAsync(ElementMethods.ListVolumes, new ListVolumesParams(), Stop)).ValueOrThrow().Volumes);
        Assert.Equal(2, requests);
    }

    [Theory]
    [InlineData(500, "")]
    [InlineData(503, "{}")]
    [InlineData(200, "")]
    [InlineData(200, "hello")]
    [InlineData(200, "[]")]
    [InlineData(200, """{"id":1}""")]
    [InlineData(200, """{"id":1,"result":"fine"}""")]
    public async Task An_answer_that_is_no_answer_leaves_the_doubt(int status, string body)
    {
        await using var server = new ScriptedServer(_ => new Act.Answer(status, body));
        using var client = Client(server);
        Assert.IsType<ElementReply<Empty>.NoReply>(await client.CallAsync(ElementMethods.PurgeDeletedVolume, Seven, Stop));
    }

    [Fact]
    public async Task Nobody_listening_means_not_sent()
    {
        using var reserved = new Socket(SocketType.Stream, ProtocolType.Tcp);
        reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound but not listening: refuses, and nobody else gets the port
        using var client = new ElementClient(new ElementClientOptions
        {
            Endpoint = new Uri($"https://127.0.0.1:{((IPEndPoint)reserved.LocalEndPoint!).Port}"), Username = "admin", Password = "secret", ApiVersion = "12.3",
        });
        Assert.IsType<ElementReply<Empty>.NotSent>(await client.CallAsync(ElementMethods.PurgeDeletedVolume, Seven, Stop));
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_gets_no_password()
    {
        await using var server = new ScriptedServer(_ => Act.Result("{}"));
        foreach (var trust in new[] { ServerTrust.System, ServerTrust.Pinned(new string('a', 64)) })
        {
            using var client = new ElementClient(Options(server) with { Trust = trust });
            Assert.IsType<ElementReply<Empty>.NotSent>(await client.CallAsync(ElementMethods.PurgeDeletedVolume, Seven, Stop));
        }
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Any_certificate_is_accepted_only_when_asked_for()
    {
        await using var server = new ScriptedServer(_ => Act.Result("{}"));
        using var client = new ElementClient(Options(server) with { Trust = ServerTrust.AnyCertificate });
        (await client.CallAsync(ElementMethods.PurgeDeletedVolume, Seven, Stop)).ValueOrThrow();
    }

    [Fact]
    public async Task A_call_without_answer_ends_at_its_time_limit_as_a_doubt()
    {
        await using var server = new ScriptedServer(_ => new Act.Silence());
        var clock = new FakeTimeProvider();
        using var client = new ElementClient(Options(server) with { Clock = clock, CallTimeout = TimeSpan.FromSeconds(60) });

        var call = client.CallAsync(ElementMethods.PurgeDeletedVolume, Seven, Stop);
        await server.OneArrivedAsync(Stop);
        clock.Advance(TimeSpan.FromSeconds(61));

        Assert.IsType<ElementReply<Empty>.NoReply>(await call);
    }

    [Fact]
    public async Task A_caller_that_stops_is_told_so_by_exception()
    {
        await using var server = new ScriptedServer(_ => new Act.Silence());
        using var client = Client(server);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var call = client.CallAsync(ElementMethods.PurgeDeletedVolume, Seven, stop.Token);
        await server.OneArrivedAsync(Stop);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task Not_now_is_asked_again_with_growing_pauses_for_reads_only()
    {
        await using var server = new ScriptedServer(_ => Act.Error(ElementErrorNames.NotPrimary));
        var clock = new HastyClock();
        using var client = new ElementClient(Options(server) with { Clock = clock });

        Assert.IsType<ElementReply<VolumesResult>.Error>(await client.CallAsync(ElementMethods.ListVolumes, new ListVolumesParams(), Stop));
        Assert.Equal(5, server.Requests.Count);
        Assert.Equal(clock.Pauses.Order(), clock.Pauses);
        Assert.Equal(4, clock.Pauses.Distinct().Count());

        Assert.IsType<ElementReply<Empty>.Error>(await client.CallAsync(ElementMethods.PurgeDeletedVolume, Seven, Stop));
        Assert.Equal(6, server.Requests.Count);
    }

    [Fact]
    public async Task A_handshake_that_fails_leaves_no_doubt_about_the_call()
    {
        await using var server = new ScriptedServer(_ => new Act.Cut());
        using var client = Client(server, version: null);
        Assert.IsType<ElementReply<Empty>.NotSent>(await client.CallAsync(ElementMethods.PurgeDeletedVolume, Seven, Stop));
        Assert.DoesNotContain(server.Requests, r => r.Body.Contains("Purge", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://10.0.0.5", "admin")]
    [InlineData("https://admin:secret@10.0.0.5", "admin")]
    [InlineData("https://10.0.0.5", "")]
    [InlineData("https://10.0.0.5", "ad:min")]
    public void Options_that_cannot_work_are_refused_at_once(string endpoint, string username) =>
        Assert.Throws<ArgumentException>(() => new ElementClient(
            new ElementClientOptions { Endpoint = new Uri(endpoint), Username = username, Password = "secret" }));

    [Fact]
    public void Options_do_not_print_the_password() => Assert.DoesNotContain(
        "secret", new ElementClientOptions { Endpoint = new Uri("https://10.0.0.5"), Username = "admin", Password = "secret" }.ToString(), StringComparison.Ordinal);

    private static ElementClientOptions Options(ScriptedServer server) => new()
    {
        Endpoint = server.Endpoint, Username = "admin", Password = "secret", ApiVersion = "12.3", Trust = ServerTrust.Pinned(server.Fingerprint),
    };

    private static ElementClient Client(ScriptedServer server, string? version = "12.3") => new(Options(server) with { ApiVersion = version });
}
