using System.Net;
using System.Net.Http.Json;
using System.Text;

namespace Headgate.Api.Tests;

/// <summary>Whatever goes wrong leaves as problem+json with a stable code.</summary>
public sealed class ProblemTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private readonly ApiHost _api = shared.Api;

    [Theory]
    [InlineData("{", 400, "malformed-json")]
    [InlineData("[]", 400, "wrong-type")]
    [InlineData("null", 400, "body-missing")]
    [InlineData("\"zone\"", 400, "wrong-type")]
    [InlineData("{}", 400, "missing-member")]
    [InlineData("""{"name":null}""", 400, "wrong-type")]
    [InlineData("""{"name":7}""", 400, "wrong-type")]
    [InlineData("""{"name":"a","nane":"b"}""", 400, "unknown-member")]
    [InlineData("""{"Name":"a"}""", 400, "unknown-member")]
    [InlineData("""{"name":"a","name":"b"}""", 400, "duplicate-member")]
    [InlineData("""{"name":"a"} x""", 400, "malformed-json")]
    [InlineData("{\"name\":\"\\ud800\"}", 400, "wrong-type")]
    [InlineData("""{"name":"with space"}""", 422, "name-invalid")]
    [InlineData("""{"name":""}""", 422, "name-invalid")]
    public async Task A_wrong_body_is_named_for_what_is_wrong_with_it(string body, int status, string code)
    {
        var problem = await ApiHost.ProblemAsync(await PostAsync("/api/v1/zones", body), status, code);
        Assert.DoesNotContain("Headgate.", problem.Detail, StringComparison.Ordinal); // no .NET names leak
        Assert.DoesNotContain("System.", problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"o","sizeBytes":"10"}""", 400, "wrong-type", "$.sizeBytes")]
    [InlineData("""{"name":"o","sizeBytes":1.5}""", 400, "wrong-type", "$.sizeBytes")]
    [InlineData("""{"name":"o","sizeBytes":99999999999999999999}""", 400, "wrong-type", "$.sizeBytes")]
    [InlineData("""{"name":"o","qos":{"maxIosp":1}}""", 400, "unknown-member", "maxIosp")]
    [InlineData("""{"name":"o","qos":null}""", 400, "wrong-type", "$.qos")]
    [InlineData("""{"name":"o","customSize":true,"tags":[null]}""", 422, "offering-invalid", "tag")]
    [InlineData("""{"name":"o"}""", 422, "offering-invalid", "customSize")]
    [InlineData("""{"name":"o","sizeBytes":-1}""", 422, "size-negative", "sizeBytes")]
    [InlineData("""{"name":"o","sizeBytes":1000}""", 422, "offering-invalid", "512")]
    [InlineData("""{"name":"o","customSize":true,"qos":{"minIops":5,"maxIops":2}}""", 422, "offering-invalid", "min IOPS 5")]
    [InlineData("""{"name":"o","customSize":true,"qos":{"require":["min"]}}""", 422, "offering-invalid", "required")]
    [InlineData("""{"name":"o","customSize":true,"qos":{"require":["speed"]}}""", 422, "value-unknown", "min, max, burst, bandwidth")]
    [InlineData("""{"name":"o","customSize":true,"qos":{"enforce":"god"}}""", 422, "value-unknown", "any, storage, hypervisor")]
    public async Task A_wrong_value_is_found_by_its_path_or_name(string body, int status, string code, string says)
    {
        var problem = await ApiHost.ProblemAsync(await PostAsync("/api/v1/disk-offerings", body), status, code);
        Assert.Contains(says, problem.Detail + string.Concat(problem.Details ?? []), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_without_a_route_is_a_problem() =>
        await ApiHost.ProblemAsync(await _api.Admin.GetAsync(new Uri("/api/v1/zoness", UriKind.Relative), ApiHost.Stop), 404, "route-not-found");

    [Fact]
    public async Task A_method_that_a_route_does_not_take_is_a_problem_that_names_those_it_takes()
    {
        var problem = await ApiHost.ProblemAsync(
            await _api.Admin.PutAsJsonAsync("/api/v1/zones", new { }, ApiHost.Stop), 405, "method-not-allowed");
        Assert.Contains("GET", problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json; charset=utf-7")]
    [InlineData("application/json; charset=nonsense")]
    [InlineData(null)]
    public async Task A_body_that_is_not_called_JSON_in_UTF8_is_a_problem(string? mediaType)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/zones") { Content = new ByteArrayContent("{}"u8.ToArray()) };
        if (mediaType is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        await ApiHost.ProblemAsync(await _api.Admin.SendAsync(request, ApiHost.Stop), 415, "media-type-unsupported");
    }

    [Fact]
    public async Task A_body_beyond_the_bound_is_a_problem()
    {
        var body = $$"""{"name":"{{new string('a', (int)ApiLimits.BodyBytes)}}"}""";
        await ApiHost.ProblemAsync(await PostAsync("/api/v1/zones", body), 413, "body-too-large");
    }

    [Fact]
    public async Task Nesting_without_end_is_a_problem()
    {
        // Which of two complaints comes first depends on how the body was cut into segments.
        var answer = await PostAsync("/api/v1/disk-offerings", """{"name":"o","tags":""" + new string('[', 5000));
        var text = await answer.Content.ReadAsStringAsync(ApiHost.Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Matches("\"code\":\"(wrong-type|malformed-json)\"", text);
    }

    [Fact]
    public async Task A_fault_of_the_server_tells_nothing_of_its_inside()
    {
        var problem = await ApiHost.ProblemAsync(
            await _api.Admin.GetAsync(new Uri("/test/throws", UriKind.Relative), ApiHost.Stop), 500, "internal-error");
        Assert.DoesNotContain("secret detail", problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("limit=0", "invalid-parameter")]
    [InlineData("limit=1001", "invalid-parameter")]
    [InlineData("limit=ten", "invalid-parameter")]
    [InlineData("limit=1&limit=2", "invalid-parameter")]
    [InlineData("cursor=zzz", "cursor-invalid")]
    [InlineData("page=2", "unknown-parameter")]
    public async Task A_wrong_query_is_a_problem(string query, string code) => await ApiHost.ProblemAsync(
        await _api.Admin.GetAsync(new Uri("/api/v1/zones?" + query, UriKind.Relative), ApiHost.Stop), 400, code);

    [Fact]
    public async Task A_request_line_beyond_the_bound_is_refused()
    {
        var answer = await _api.Admin.GetAsync(
            new Uri("/api/v1/zones/" + new string('a', ApiLimits.RequestLineBytes), UriKind.Relative), ApiHost.Stop);
        Assert.Equal(HttpStatusCode.RequestUriTooLong, answer.StatusCode);
    }

    private Task<HttpResponseMessage> PostAsync(string address, string body) =>
        _api.Admin.PostAsync(new Uri(address, UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"), ApiHost.Stop);
}
