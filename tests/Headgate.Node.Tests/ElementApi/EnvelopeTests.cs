using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace Headgate.Node.Tests.ElementApi;

public sealed class EnvelopeTests : IAsyncLifetime
{
    private RunningNode _node = null!;

    public async ValueTask InitializeAsync() => _node = await RunningNode.StartAsync();

    public async ValueTask DisposeAsync() => await _node.DisposeAsync();

    [Theory]
    [InlineData("1", "1")]
    [InlineData("\"abc\"", "\"abc\"")]
    [InlineData("null", "null")]
    public async Task The_id_comes_back_as_it_was_sent(string sent, string answered)
    {
        var reply = await _node.PostAsync($$"""{"method":"GetLimits","id":{{sent}}}""");
        Assert.Equal(answered, reply.GetProperty("id").GetRawText());
    }

    [Fact]
    public async Task A_call_without_id_and_params_is_answered_with_id_null_and_no_error_member()
    {
        var reply = await _node.PostAsync("""{"method":"GetClusterInfo"}""");
        Assert.Equal(JsonValueKind.Null, reply.GetProperty("id").ValueKind);
        Assert.False(reply.TryGetProperty("error", out _));
        Assert.Equal(4, reply.GetProperty("result").GetProperty("clusterInfo").GetProperty("uniqueID").GetString()!.Length);
    }

    [Theory]
    [InlineData("json-rpc")]
    [InlineData("text/plain; charset=utf-8")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task The_body_is_json_whatever_its_content_type_says(string contentType)
    {
        var reply = await _node.PostAsync("""{"method":"GetAPI","json-rpc":"2.0","id":7}""", "8.0/", contentType);
        Assert.Equal("12.3", reply.GetProperty("result").GetProperty("currentVersion").GetString());
    }

    [Fact]
    public async Task Get_api_lists_every_method_that_is_served_and_no_other()
    {
        var result = await _node.CallAsync("GetAPI");
        var names = result.GetProperty("12.3").EnumerateArray().Select(name => name.GetString()!).ToList();
        Assert.Contains("GetAPI", names);
        Assert.Contains("CreateVolume", names);
        Assert.Equal(names.Distinct().Order(StringComparer.Ordinal), names);
        foreach (var name in names)
        {
            var reply = await _node.PostAsync($$"""{"method":"{{name}}","params":{},"id":1}""");
            var error = reply.TryGetProperty("error", out var failed) ? failed.GetProperty("name").GetString() : null;
            Assert.NotEqual("xUnknownAPIMethod", error);
            Assert.NotEqual("xDBOperationTimeout", error);
        }
    }

    [Fact]
    public async Task An_unknown_method_is_refused_with_two_blanks_before_its_name()
    {
        var (name, message) = await _node.RefusalAsync("MakeCoffee");
        Assert.Equal("xUnknownAPIMethod", name);
        Assert.EndsWith("  method=MakeCoffee", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parameters_that_the_method_does_not_have_come_back_as_a_warning()
    {
        var account = await _node.AccountAsync();
        var reply = await _node.PostAsync(
            $$"""{"method":"CreateVolume","params":{"name":"x","accountID":{{account}},"totalSize":1000000000,"sliceCount":1,"odd":{"a":2} },"id":1}""");
        Assert.True(reply.TryGetProperty("result", out _));
        var unused = reply.GetProperty("warning").GetProperty("unusedParameters");
        Assert.Equal(1, unused.GetProperty("sliceCount").GetInt32());
        Assert.Equal(2, unused.GetProperty("odd").GetProperty("a").GetInt32());
    }

    [Fact]
    public async Task A_parameter_of_the_wrong_type_is_named_in_the_refusal()
    {
        var (name, message) = await _node.RefusalAsync("CreateVolume", """{"name":"x","accountID":"many","totalSize":1}""");
        Assert.Equal("xInvalidParameterType", name);
        Assert.Contains("accountID", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("[{\"method\":\"GetAPI\"}]")]
    [InlineData("null")]
    [InlineData("{\"method\":\"GetAPI\",}")]
    public async Task What_is_no_request_gets_a_400_with_an_error_and_the_node_goes_on(string body)
    {
        using var reply = await RawAsync(_node.Url(), body);
        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
        var error = JsonElement.Parse(await Text(reply)).GetProperty("error");
        Assert.Equal("xInvalidJSON", error.GetProperty("name").GetString());
        await _node.CallAsync("GetLimits");
    }

    [Fact]
    public async Task A_request_that_is_too_deep_or_too_long_is_a_4xx()
    {
        using var deep = await RawAsync(_node.Url(), "{\"method\":\"GetAPI\",\"params\":" + new string('[', 5000) + new string(']', 5000) + "}");
        Assert.Equal(HttpStatusCode.BadRequest, deep.StatusCode);
        using var large = await RawAsync(_node.Url(), "{\"method\":\"GetAPI\",\"params\":{\"x\":\"" + new string('a', 2 << 20) + "\"}}");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        await _node.CallAsync("GetLimits");
    }

    [Fact]
    public async Task Text_that_is_not_utf8_is_a_400()
    {
        using var http = Client();
        using var content = new ByteArrayContent([.. "{\"method\":\""u8, 0xFF, 0xFE, .. "\"}"u8]);
        using var reply = await http.PostAsync(_node.Url(), content, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
    }

    [Fact]
    public async Task An_unknown_version_or_path_is_a_404_that_says_so()
    {
        foreach (var url in new[] { _node.Url("99.1"), _node.Url("12.3/x"), new Uri(_node.Url(), "/") })
        {
            using var reply = await RawAsync(url, "{}");
            Assert.Equal(HttpStatusCode.NotFound, reply.StatusCode);
            Assert.Contains("404 Not Found", await Text(reply), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_credentials_there_is_a_challenge_that_the_sdks_understand_and_no_event()
    {
        using var http = RunningNode.NewClient();
        using var content = new StringContent("{}");
        using var reply = await http.PostAsync(_node.Url(), content, Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, reply.StatusCode);
        Assert.Equal("Basic", reply.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Contains("401 Unauthorized.", await Text(reply), StringComparison.Ordinal);
        Assert.DoesNotContain(_node.Events.All, happened => happened.Code == "element-authentication-failed");
    }

    [Theory]
    [InlineData("Basic YWRtaW46d3Jvbmc=")]
    [InlineData("Basic !!!")]
    [InlineData("Bearer abc")]
    public async Task Wrong_credentials_are_a_401_and_one_event_however_often(string header)
    {
        // One event in ten seconds: they do not pass.
        await using var node = await RunningNode.StartAsync(change: options => options with { Time = new FakeTimeProvider(DateTimeOffset.UtcNow) });
        using var http = RunningNode.NewClient();
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            using var content = new StringContent("{}");
            using var reply = await http.PostAsync(node.Url(), content, Cancel);
            Assert.Equal(HttpStatusCode.Unauthorized, reply.StatusCode);
        }
        Assert.Single(node.Events.All, happened => happened.Code == "element-authentication-failed");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Task<string> Text(HttpResponseMessage reply) => reply.Content.ReadAsStringAsync(Cancel);

    private HttpClient Client()
    {
        var http = RunningNode.NewClient();
        http.DefaultRequestHeaders.Authorization = RunningNode.Basic(_node.Node.Credentials.Username, _node.Node.Credentials.Password);
        return http;
    }

    private async Task<HttpResponseMessage> RawAsync(Uri url, string body)
    {
        using var http = Client();
        http.DefaultRequestHeaders.ExpectContinue = true; // or the client is still sending when it is told that it is too much
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await http.PostAsync(url, content, Cancel);
    }
}
