using System.Text.Json;

namespace Headgate.Cli.Tests;

public sealed class OperationTests
{
    private const string OperationRoute = "GET /api/v1/operations/" + Sample.OperationId;

    [Fact]
    public async Task A_change_is_waited_for_and_then_shown_as_the_object_that_it_made()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("POST /api/v1/volumes", 202, Sample.Operation("pending"));
        server.On(OperationRoute, 200, Sample.Operation("running"));
        server.On(OperationRoute, 200, Sample.Operation("succeeded"));
        server.On($"GET /api/v1/volumes/{Sample.VolumeId}", 200, Sample.Volume("db1"));
        using var run = CliRun.Against(server);

        var result = await run.RunAsync("volume", "create", "--name", "db1", "--disk-offering", "gold", "--size", "10GiB", "-o", "json");

        Assert.Equal((0, ""), (result.Exit, result.Error));
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal("db1", json.RootElement.GetProperty("name").GetString());
        var post = server.Calls.First();
        using var body = JsonDocument.Parse(post.Body);
        Assert.Equal(10737418240, body.RootElement.GetProperty("sizeBytes").GetInt64());
        Assert.False(body.RootElement.TryGetProperty("minIops", out _)); // absent means null
        Assert.Equal("Bearer hg_secret_key", post.Key);
        Assert.False(string.IsNullOrEmpty(post.IdempotencyKey));
    }

    [Fact]
    public async Task With_no_wait_the_operation_itself_is_printed_at_once()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("POST /api/v1/volumes", 202, Sample.Operation("pending"));
        using var run = CliRun.Against(server);

        var result = await run.RunAsync("volume", "create", "--name", "db1", "--disk-offering", "gold", "--no-wait", "-o", "json");

        Assert.Equal(0, result.Exit);
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal(Sample.OperationId, json.RootElement.GetProperty("id").GetString());
        Assert.Single(server.Calls);
    }

    [Fact]
    public async Task A_failed_operation_gives_code_reason_and_every_pool_on_standard_error()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("POST /api/v1/volumes", 202, Sample.Operation("pending"));
        server.On(OperationRoute, 200, Sample.Operation(
            "failed", """{"status":409,"code":"no-pool-fits","detail":"No pool can keep min IOPS 9000.","details":["san1: 500 IOPS left","san2: disabled"]}"""));
        using var run = CliRun.Against(server);

        var result = await run.RunAsync("volume", "create", "--name", "db1", "--disk-offering", "gold");

        Assert.Equal((1, ""), (result.Exit, result.Out));
        Assert.Equal(["headgate: no-pool-fits: No pool can keep min IOPS 9000.", "  san1: 500 IOPS left", "  san2: disabled"], result.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_connection_that_breaks_before_the_answer_is_tried_again_with_the_same_idempotency_key()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("POST /api/v1/zones", 0, ""); // dropped without an answer
        server.On("POST /api/v1/zones", 201, Sample.Zone("z2"));
        using var run = CliRun.Against(server);

        var result = await run.RunAsync("zone", "add", "--name", "z2");

        Assert.Equal(0, result.Exit);
        var keys = server.Calls.Select(call => call.IdempotencyKey).ToArray();
        Assert.Equal(2, keys.Length);
        Assert.Equal(keys[0], keys[1]);
    }

    [Fact]
    public async Task A_check_that_repairs_waits_for_every_repair_and_fails_when_one_does_after_showing_all()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("POST /api/v1/pools/san1/check?repair=true", 200,
            $$"""
            {"pool":"san1","at":"2026-11-22T10:00:00Z","volumesChecked":2,"foreignVolumes":3,"findings":[
              {"kind":"qos-drift","volumeId":"{{Sample.VolumeId}}","volume":"db1","handle":"7","message":"other limits","action":"set them","repairable":true,"operation":"{{Sample.OperationId}}"},
              {"kind":"missing","volumeId":"{{Sample.VolumeId}}","volume":"db2","handle":"8","message":"is gone","action":"restore it","repairable":false}]}
            """);
        server.On(OperationRoute, 200, Sample.Operation("running"));
        server.On(OperationRoute, 200, Sample.Operation("failed", """{"status":502,"code":"backend-unreachable","detail":"The cluster cannot be reached."}"""));
        using var run = CliRun.Against(server);

        var result = await run.RunAsync("pool", "check", "san1", "--repair");

        Assert.Equal(1, result.Exit);
        Assert.Contains($"operation {Sample.OperationId}", result.Out, StringComparison.Ordinal);
        Assert.Contains("restore it", result.Out, StringComparison.Ordinal);
        Assert.Contains("backend-unreachable", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connecting_ends_with_what_an_initiator_needs()
    {
        const string Iqn = "iqn.2026-01.org.example:me";
        await using var server = await ScriptedServer.StartAsync();
        server.On("POST /api/v1/volumes/db1/connections", 202, Sample.Operation("pending"));
        server.On(OperationRoute, 200, Sample.Operation("succeeded"));
        server.On($"GET /api/v1/volumes/db1/connections/{Iqn.Replace(":", "%3A", StringComparison.Ordinal)}", 200, ConnectionJson);
        server.On($"GET /api/v1/volumes/db1/connections/{Iqn}", 200, ConnectionJson);
        using var run = CliRun.Against(server);

        var result = await run.RunAsync("volume", "connect", "db1", "--initiator", Iqn, "-o", "json");

        Assert.Equal((0, ""), (result.Exit, result.Error));
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal("s3cret", json.RootElement.GetProperty("chap").GetProperty("secret").GetString());
        Assert.Equal("iscsi://me%s3cret@127.0.0.1:3260/iqn.2010-01.com.solidfire:x/0", json.RootElement.GetProperty("uri").GetString());
    }

    [Fact]
    public async Task Setting_qos_keeps_what_is_not_named_and_lifts_a_burst_that_would_be_below_max()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("GET /api/v1/volumes/db1", 200, Sample.Volume("db1", min: 200, max: 1000, burst: 1000));
        server.On("POST /api/v1/volumes/db1/qos", 202, Sample.Operation("pending"));
        server.On(OperationRoute, 200, Sample.Operation("succeeded"));
        server.On($"GET /api/v1/volumes/{Sample.VolumeId}", 200, Sample.Volume("db1"));
        using var run = CliRun.Against(server);

        var result = await run.RunAsync("volume", "set-qos", "db1", "--max-iops", "3000");

        Assert.Equal(0, result.Exit);
        using var body = JsonDocument.Parse(server.Calls.Single(call => call.Call.StartsWith("POST", StringComparison.Ordinal)).Body);
        Assert.Equal((200, 3000, 3000), (Number("minIops"), Number("maxIops"), Number("burstIops")));

        long Number(string name) => body.RootElement.GetProperty(name).GetInt64();
    }

    private const string ConnectionJson = """
        {"protocol":"iscsi","portals":["127.0.0.1:3260"],"iqn":"iqn.2010-01.com.solidfire:x","lun":0,
         "chap":{"username":"me","secret":"s3cret","targetSecret":null},"uri":"iscsi://me%s3cret@127.0.0.1:3260/iqn.2010-01.com.solidfire:x/0"}
        """;
}
