using System.CommandLine;
using System.Net;
using System.Net.Sockets;

namespace Headgate.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("volume", "create")] // options missing
    [InlineData("volume", "creat")]
    [InlineData("volume")]
    [InlineData("nonsense")]
    [InlineData("zone", "list", "-o", "xml")]
    [InlineData("disk-offering", "create", "--name", "x")] // neither --size nor --custom-size
    [InlineData("disk-offering", "create", "--name", "x", "--size", "1GiB", "--custom-size")]
    [InlineData("disk-offering", "create", "--name", "x", "--size", "ten")]
    [InlineData("disk-offering", "create", "--name", "x", "--size", "1GiB", "--iops-per-gib", "9")]
    [InlineData("disk-offering", "create", "--name", "x", "--size", "1GiB", "--require", "speed")]
    [InlineData("template", "register", "os")] // neither --file nor --url
    [InlineData("template", "register", "os", "--file", "a", "--url", "http://b/")]
    [InlineData("template", "register", "os", "--file", "/no/such/image")]
    [InlineData("template", "register", "os", "--file", "a", "--format", "vmdk")]
    [InlineData("volume", "set-qos", "db1")]
    [InlineData("volume", "set-qos", "db1", "--max-iops", "-3")]
    [InlineData("pool", "update", "san1")]
    [InlineData("pool", "update", "san1", "--capacity-iops", "-1")]
    [InlineData("pool", "add", "--name", "p", "--provider", "SolidFire", "--zone", "z1", "--setting", "noequals")]
    public async Task A_wrong_command_line_ends_with_2_and_a_reason_on_standard_error(params string[] args)
    {
        using var run = new CliRun();

        var result = await run.RunAsync(args);

        Assert.Equal((2, ""), (result.Exit, result.Out));
        Assert.NotEqual("", result.Error);
    }

    [Fact]
    public async Task A_wrong_size_is_answered_with_what_was_given_and_what_would_do()
    {
        using var run = new CliRun();

        var result = await run.RunAsync("volume", "resize", "db1", "--size", "lots");

        Assert.Contains("'lots' is not a size; give one like 10GiB", result.Error, StringComparison.Ordinal);
        Assert.Contains("See 'headgate volume resize --help'.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_shows_options_and_examples()
    {
        using var run = new CliRun();

        var result = await run.RunAsync("disk-offering", "create", "--help");

        Assert.Equal(0, result.Exit);
        Assert.Contains("--iops-per-gib", result.Out, StringComparison.Ordinal);
        Assert.Contains("Examples:", result.Out, StringComparison.Ordinal);
        Assert.Contains("headgate disk-offering create --name gold", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_command_has_a_description_and_every_verb_an_example()
    {
        using var run = new CliRun();
        var paths = HeadgateCli.CommandPaths([]);

        Assert.Contains("volume connect", paths);
        foreach (var path in paths)
        {
            var help = await run.RunAsync([.. path.Split(' '), "--help"]);
            Assert.Equal(0, help.Exit);
            Assert.Contains("Description:", help.Out, StringComparison.Ordinal);
            if (!help.Out.Contains("Commands:", StringComparison.Ordinal)) Assert.Contains("Examples:", help.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_a_configuration_it_says_where_it_looked_and_what_to_do()
    {
        using var run = new CliRun();
        run.Environment["HOME"] = run.Folder;

        var result = await run.RunAsync("zone", "list");

        Assert.Equal(1, result.Exit);
        Assert.StartsWith("headgate: no-configuration:", result.Error, StringComparison.Ordinal);
        Assert.Contains("./run", result.Error, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(run.Folder, "data", "admin.json"), result.Error, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(run.Folder, ".config", "headgate", "config.json"), result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_named_configuration_wins_over_the_data_folder_and_that_over_the_home_folder()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("GET /api/v1/whoami", 200, """{"account":"admin","role":"admin","keyName":"first"}""");
        using var run = new CliRun();
        run.Environment["HOME"] = run.Folder;
        run.Write(".config/headgate/config.json", Config("of-home"));
        await run.RunAsync("whoami");
        run.Write("data/admin.json", Config("of-data"));
        await run.RunAsync("whoami");
        run.Environment["HEADGATE_CONFIG"] = run.Write("named.json", Config("of-name"));
        await run.RunAsync("whoami");
        run.Write("bare.key", "of-file\n");
        await run.RunAsync("whoami", "--key-file", "bare.key", "--server", server.Endpoint.ToString());

        Assert.Equal(["Bearer of-home", "Bearer of-data", "Bearer of-name", "Bearer of-file"], server.Calls.Select(call => call.Key));

        string Config(string key) => $$"""{"endpoint":"{{server.Endpoint}}","key":"{{key}}"}""";
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named_with_what_to_do()
    {
        using var reserved = new Socket(SocketType.Stream, ProtocolType.Tcp);
        reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0)); // bound but not listening: refuses, and nobody else gets the port
        using var run = new CliRun();
        run.Write("data/admin.json", $$"""{"endpoint":"http://127.0.0.1:{{((IPEndPoint)reserved.LocalEndPoint!).Port}}","key":"k"}""");

        var result = await run.RunAsync("zone", "list");

        Assert.Equal(1, result.Exit);
        Assert.StartsWith("headgate: server-unreachable:", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_keeps_the_servers_code()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("GET /api/v1/pools/nope", 404, """{"status":404,"code":"pool-not-found","detail":"There is no pool 'nope'."}""");
        using var run = CliRun.Against(server);

        var result = await run.RunAsync("pool", "show", "nope");

        Assert.Equal((1, "headgate: pool-not-found: There is no pool 'nope'.\n"), (result.Exit, result.Error));
    }

    [Fact]
    public async Task Secrets_come_from_a_file_or_standard_input_and_are_never_printed()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("POST /api/v1/pools", 409, """{"status":409,"code":"pool-exists","detail":"There is a pool san1 already."}""");
        using var run = CliRun.Against(server);
        run.Write("pw.txt", "from-file\n");
        run.Input = "from-stdin\n";

        var result = await run.RunAsync(
            "pool", "add", "--name", "san1", "--provider", "SolidFire", "--zone", "z1", "--setting", "endpoint=https://x/y?a=b",
            "--setting", "username=admin", "--secret", "password=pw.txt", "--secret", "other=-", "--tags", "ssd,fast", "--capacity-bytes", "1TiB");

        Assert.Equal(1, result.Exit);
        var body = server.Calls.Single().Body;
        Assert.Contains("\"password\":\"from-file\"", body, StringComparison.Ordinal);
        Assert.Contains("\"other\":\"from-stdin\"", body, StringComparison.Ordinal);
        Assert.Contains("\"endpoint\":\"https://x/y?a=b\"", body, StringComparison.Ordinal);
        Assert.Contains("\"capacityBytes\":1099511627776", body, StringComparison.Ordinal);
        Assert.DoesNotContain("from-", result.Out + result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_created_key_is_shown_once_and_no_other_command_prints_the_own_key()
    {
        await using var server = await ScriptedServer.StartAsync();
        const string Info = """{"id":"0195d0c0-0000-7000-8000-00000000000b","name":"ci","account":"acme","role":"tenant","prefix":"hg_ab","createdAt":"2026-01-02T03:04:05Z","lastUsedAt":null}""";
        server.On("POST /api/v1/keys", 201, $$"""{"info":{{Info}},"key":"hg_ab_fresh"}""");
        server.On("GET /api/v1/keys", 200, Sample.Page(Info));
        using var run = CliRun.Against(server);

        var created = await run.RunAsync("key", "create", "--name", "ci", "--account", "acme");
        var listed = await run.RunAsync("key", "list");

        Assert.Contains("hg_ab_fresh", created.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("fresh", listed.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("hg_secret_key", created.Out + created.Error + listed.Out + listed.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash", "complete -o default -F")]
    [InlineData("zsh", "compdef")]
    [InlineData("fish", "complete -c headgate")]
    public async Task Completion_scripts_ask_the_program_itself(string shell, string registers)
    {
        using var run = new CliRun();

        var script = await run.RunAsync("completion", shell);

        Assert.Equal(0, script.Exit);
        Assert.Contains(registers, script.Out, StringComparison.Ordinal);
        Assert.Contains("[suggest:", script.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_suggest_directive_knows_verbs_and_values()
    {
        using var run = new CliRun();

        var verbs = await run.RunAsync("[suggest:18]", "headgate volume co");
        var formats = await run.RunAsync("[suggest:22]", "headgate zone list -o ");

        Assert.StartsWith("connect\n", verbs.Out, StringComparison.Ordinal);
        Assert.Equal(["json", "table", "yaml"], formats.Out.TrimEnd().Split('\n').Order());
    }

    [Fact]
    public async Task Version_answers_without_any_server()
    {
        using var run = new CliRun();

        var result = await run.RunAsync("version", "-o", "json");

        Assert.Equal(0, result.Exit);
        Assert.Matches("\"client\": \"\\d+\\.\\d+\\.\\d+", result.Out);
    }

    [Fact]
    public async Task A_further_command_of_a_nouns_name_gives_the_noun_an_action_and_keeps_its_verbs()
    {
        using var run = new CliRun();
        var data = new Option<string>("--data");
        var node = new Command("node", "Runs a storage node.") { data };
        string? ran = null;
        node.SetAction(args => ran = args.GetValue(data));
        run.Further.Add(node);

        Assert.Equal(0, (await run.RunAsync("node", "--data", "d")).Exit);
        Assert.Equal("d", ran);
        Assert.Contains("credentials", (await run.RunAsync("node", "--help")).Out, StringComparison.Ordinal);
    }
}
