using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Headgate.Api.Tests;

/// <summary>What monitoring and load balancers see, without a key.</summary>
public sealed partial class HealthTests(StorageHost storage) : IClassFixture<StorageHost>
{
    private readonly ApiHost _api = storage.Api;

    [Theory]
    [InlineData("/healthz", "ok")]
    [InlineData("/readyz", "ready")]
    public async Task A_server_at_work_says_so(string address, string says)
    {
        using var nobody = _api.Client(null);
        Assert.Equal(says + "\n", await nobody.GetStringAsync(new Uri(address, UriKind.Relative), ApiHost.Stop));
    }

    [Fact]
    public async Task Without_its_database_a_server_is_alive_and_not_ready()
    {
        await using var api = await ApiHost.StartAsync();
        await using var lost = await api.LoseDatabaseAsync();
        using var nobody = api.Client(null);
        await ApiHost.ProblemAsync(await nobody.GetAsync(new Uri("/readyz", UriKind.Relative), ApiHost.Stop), 503, "not-ready");
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync(new Uri("/healthz", UriKind.Relative), ApiHost.Stop)).StatusCode);
    }

    [Fact]
    public async Task The_metrics_page_is_well_formed_and_counts_what_there_is()
    {
        await using var own = new StorageHost(); // whose volumes nobody else makes
        await own.InitializeAsync();
        using var admin = new Driver(own.Api, own.Api.AdminKey);
        await admin.RunAsync("/api/v1/volumes", new { name = "counted", diskOffering = "custom", sizeBytes = 1L << 30, minIops = 100, maxIops = 1000 });
        using var nobody = own.Api.Client(null);
        using var answer = await nobody.GetAsync(new Uri("/metrics", UriKind.Relative), ApiHost.Stop);
        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        var lines = (await answer.Content.ReadAsStringAsync(ApiHost.Stop)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.Matches(Line(), line));

        Assert.Equal(1, Sample(lines, "headgate_volumes{state=\"ready\"}"));
        Assert.Equal(0, Sample(lines, "headgate_volumes{state=\"error\"}"));
        Assert.Equal(2, Sample(lines, "headgate_operations{status=\"succeeded\"}"));
        Assert.Equal(1L << 30, Sample(lines, "headgate_pool_reserved_bytes{pool=\"ref1\",provider=\"Reference\"}"));
        Assert.Equal(1L << 40, Sample(lines, "headgate_pool_capacity_bytes{pool=\"ref1\",provider=\"Reference\"}"));
        Assert.Equal(100, Sample(lines, "headgate_pool_reserved_iops{pool=\"ref1\",provider=\"Reference\"}"));
        Assert.Equal(1, Sample(lines, "headgate_pool_up{pool=\"ref1\",provider=\"Reference\"}"));
        Assert.Equal(1, Sample(lines, "headgate_http_requests_total{method=\"POST\",route=\"/api/v1/volumes/\",status=\"202\"}"));
    }

    [Fact]
    public async Task The_documents_name_every_metric_of_the_page_and_no_other()
    {
        using var admin = new Driver(_api, _api.AdminKey);
        await admin.RunAsync("/api/v1/volumes", new { name = "measured", diskOffering = "custom", sizeBytes = 1L << 30, maxIops = 1000 });
        using var nobody = _api.Client(null);
        var page = await nobody.GetStringAsync(new Uri("/metrics", UriKind.Relative), ApiHost.Stop);
        var families = page.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]).Order(StringComparer.Ordinal);
        var documented = File.ReadLines(Path.Combine(DocsTests.Root(), "docs", "api.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal)).SelectMany(line => Metric().Matches(line.Split('|')[1]).Select(m => m.Groups[1].Value));
        Assert.Equal(families, documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Who_has_an_answer_is_counted_whatever_the_server_still_does_for_it()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var api = await ApiHost.StartAsync(map: app => app.MapGet("/test/lingers", async (HttpContext http) =>
        {
            http.Response.ContentLength = 2;
            await http.Response.WriteAsync("ok", ApiHost.Stop);
            await go.Task;
        }).AllowAnonymous());
        try
        {
            using var nobody = api.Client(null);
            Assert.Equal("ok", await nobody.GetStringAsync(new Uri("/test/lingers", UriKind.Relative), ApiHost.Stop));
            var page = await api.Admin.GetStringAsync(new Uri("/metrics", UriKind.Relative), ApiHost.Stop);
            Assert.Contains("headgate_http_requests_total{method=\"GET\",route=\"/test/lingers\",status=\"200\"} 1\n", page, StringComparison.Ordinal);
        }
        finally
        {
            go.SetResult();
        }
        var ended = await api.Admin.GetStringAsync(new Uri("/metrics", UriKind.Relative), ApiHost.Stop);
        Assert.Contains("headgate_http_requests_total{method=\"GET\",route=\"/test/lingers\",status=\"200\"} 1\n", ended, StringComparison.Ordinal); // once
    }

    private static double Sample(string[] lines, string series) => double.Parse(
        Assert.Single(lines, l => l.StartsWith(series + " ", StringComparison.Ordinal))[(series.Length + 1)..], CultureInfo.InvariantCulture);

    [GeneratedRegex("`((headgate|process|dotnet)_[a-z_]+)`")]
    private static partial Regex Metric();

    [GeneratedRegex("""^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z]+="[^"\n]*",?)+\})? [0-9.eE+-]+)$""")]
    private static partial Regex Line();
}
