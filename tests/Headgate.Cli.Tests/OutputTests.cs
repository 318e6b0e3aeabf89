using System.Text.Json;

namespace Headgate.Cli.Tests;

public sealed class OutputTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_list_as_json_is_an_array_of_the_api_objects_from_every_page()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("GET /api/v1/zones", 200, $$"""{"items":[{{Sample.Zone("z1")}}],"nextCursor":"two"}""");
        server.On("GET /api/v1/zones?cursor=two", 200, Sample.Page(Sample.Zone("z2")));
        using var run = CliRun.Against(server);

        var result = await run.RunAsync("zone", "list", "-o", "json");

        Assert.Equal(0, result.Exit);
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal(["z1", "z2"], json.RootElement.EnumerateArray().Select(zone => zone.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task An_object_as_json_keeps_members_that_this_version_does_not_know()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("GET /api/v1/volumes/db1", 200, Sample.Volume("db1"));
        using var run = CliRun.Against(server);

        var result = await run.RunAsync("volume", "show", "db1", "-o", "json");

        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal("kept", json.RootElement.GetProperty("memberOfALaterVersion").GetString());
        Assert.Equal(10737418240, json.RootElement.GetProperty("sizeBytes").GetInt64());
    }

    [Fact]
    public async Task Yaml_quotes_text_that_would_read_as_something_else()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("GET /api/v1/volumes/db1", 200, Sample.Volume("true"));
        using var run = CliRun.Against(server);

        var result = await run.RunAsync("volume", "show", "db1", "-o", "yaml");

        Assert.Equal(0, result.Exit);
        Assert.Contains("name: \"true\"", result.Out, StringComparison.Ordinal);
        Assert.Contains("handle: \"7\"", result.Out, StringComparison.Ordinal);
        Assert.Contains("sizeBytes: 10737418240", result.Out, StringComparison.Ordinal);
        Assert.Contains("promise: minIops", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_has_aligned_columns_and_no_colours_when_it_goes_into_a_pipe()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("GET /api/v1/volumes", 200, Sample.Page(Sample.Volume("db1"), Sample.Volume("a-longer-name")));
        using var run = CliRun.Against(server);

        var result = await run.RunAsync("volume", "list");

        var lines = result.Out.TrimEnd().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Equal(lines[0].IndexOf("STATE", StringComparison.Ordinal), lines[1].IndexOf("ready", StringComparison.Ordinal));
        Assert.Equal(lines[1].IndexOf("ready", StringComparison.Ordinal), lines[2].IndexOf("ready", StringComparison.Ordinal));
        Assert.DoesNotContain('\e', result.Out);
    }

    [Fact]
    public async Task On_a_terminal_a_table_is_cut_to_its_width_and_states_have_colours()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("GET /api/v1/volumes", 200, Sample.Page(Sample.Volume(new string('n', 64))));
        using var run = CliRun.Against(server);
        run.Terminal = true;
        run.Width = 90;
        run.Environment["TERM"] = "xterm";

        var coloured = await run.RunAsync("volume", "list");
        run.Environment["NO_COLOR"] = "1";
        var plain = await run.RunAsync("volume", "list");

        Assert.Contains("\e[32mready", coloured.Out, StringComparison.Ordinal);
        Assert.All(plain.Out.TrimEnd().Split('\n'), line => Assert.True(line.Length <= 90, line));
        Assert.Contains("…", plain.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', plain.Out);
    }

    [Fact]
    public async Task An_empty_list_leaves_the_pipe_empty_and_says_what_to_do()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("GET /api/v1/volumes", 200, Sample.Page());
        using var run = CliRun.Against(server);

        var result = await run.RunAsync("volume", "list");

        Assert.Equal((0, ""), (result.Exit, result.Out));
        Assert.Contains("volume create", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_placement_explanation_says_pool_by_pool_why_not()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("POST /api/v1/placement/explain", 200, $$"""
            {"chosen":"san1","pools":[
              {"pool":"san1","fits":true,"reasons":[],"promises":[{{Sample.Promise("maxIops", 1000)}}]},
              {"pool":"nfs1","fits":false,"reasons":["cannot keep min IOPS 200: the provider enforces none"],"promises":[]}]}
            """);
        using var run = CliRun.Against(server);

        var result = await run.RunAsync("placement", "explain", "--disk-offering", "gold");

        Assert.Equal(0, result.Exit);
        Assert.Contains("nfs1 does not fit", result.Out, StringComparison.Ordinal);
        Assert.Contains("cannot keep min IOPS 200", result.Out, StringComparison.Ordinal);
        Assert.Contains("max IOPS", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watching_prints_one_line_a_sample_and_ends_after_the_count()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("GET /api/v1/volumes/db1/qos", 200, $$"""
            {"volumeId":"{{Sample.VolumeId}}","volume":"db1","promises":[{{Sample.Promise("minIops", 200)}},{{Sample.Promise("maxIops", 1000)}}],
             "measured":{"at":"2026-01-02T03:04:05Z","iops":998.4,"bytesPerSecond":4089446,"latencyMicros":950,"throttle":0.4,"burstCredit":12},"measuredProblem":null}
            """);
        using var run = CliRun.Against(server);

        var result = await run.RunAsync("volume", "watch", "db1", "--count", "1");

        Assert.Equal(0, result.Exit);
        var line = Assert.Single(result.Out.TrimEnd().Split('\n'));
        Assert.Contains("998 IOPS", line, StringComparison.Ordinal);
        Assert.Contains("max 1000", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(120)]
    [InlineData(40)]
    public async Task Watching_on_a_terminal_draws_over_itself_and_never_wraps(int width)
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("GET /api/v1/volumes/db1/qos", 200, $$"""
            {"volumeId":"{{Sample.VolumeId}}","volume":"db1","promises":[{{Sample.Promise("minIops", 200)}},{{Sample.Promise("maxIops", 1000)}},{{Sample.Promise("burstIops", 2000)}}],
             "measured":{"at":"2026-01-02T03:04:05Z","iops":998.4,"bytesPerSecond":4089446,"latencyMicros":950,"throttle":0,"burstCredit":12000,
              "service":{"queueDepth":32,"latencyP50Micros":1234,"latencyP99Micros":45678,"schedulerMicros":1100,"mediumMicros":134,
               "heldByLimit":0.98,"heldByLimitSeconds":63,"belowMinSeconds":1.5} },"measuredProblem":null}
            """);
        using var run = CliRun.Against(server);
        (run.Terminal, run.Width) = (true, width);

        var result = await run.RunAsync("volume", "watch", "db1", "--count", "2");

        Assert.Equal(0, result.Exit);
        var rows = result.Out.Replace("\e[?25l", "", StringComparison.Ordinal).Replace("\e[?25h", "", StringComparison.Ordinal)
            .Split('\n').Select(row => row.Replace("\e[K", "", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, rows.Count(row => row.Contains("998", StringComparison.Ordinal)));
        var again = Assert.Single(rows, row => row.Contains("\e[9A", StringComparison.Ordinal)); // back to the first of nine rows
        Assert.Contains("db1", again, StringComparison.Ordinal);
        Assert.All(rows, row => Assert.InRange(row.Replace("\e[J", "", StringComparison.Ordinal).Replace("\r\e[9A", "", StringComparison.Ordinal).Length, 0, width));
        Assert.Contains("p50 1.23 ms", result.Out, StringComparison.Ordinal);
        Assert.Contains("1.10 ms in the sched", result.Out, StringComparison.Ordinal);
        Assert.Contains("1.5 s in all", result.Out, StringComparison.Ordinal);
        Assert.Contains("12000 I/Os above max: 12.0 s", result.Out, StringComparison.Ordinal);
        Assert.EndsWith("\e[?25h", result.Out, StringComparison.Ordinal); // the cursor is back
    }

    [Fact]
    public async Task An_answer_of_another_shape_is_a_refusal_and_not_a_crash()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("GET /api/v1/volumes/db1", 200, """{"name":"db1"}""");
        server.On("GET /api/v1/volumes/html", 200, "<html>");
        using var run = CliRun.Against(server);

        var partial = await run.RunAsync("volume", "show", "db1");
        var html = await run.RunAsync("volume", "show", "html");

        Assert.Equal((1, 1), (partial.Exit, html.Exit));
        Assert.StartsWith("headgate: unexpected-answer:", partial.Error, StringComparison.Ordinal);
        Assert.StartsWith("headgate: unexpected-answer:", html.Error, StringComparison.Ordinal);
    }
}
