using System.Text.Json;
using Headgate.Interop.Harness;

namespace Headgate.Interop;

/// <summary>A plug-in in the folder of a running server, found by the server itself. The whole way of an author is <c>eng/driver-template-check</c>.</summary>
public sealed class PluginTests
{
    private static readonly string Built =
        AppContext.BaseDirectory.Replace("Headgate.Interop", "Headgate.Plugins.Sample", StringComparison.Ordinal);

    [Fact]
    public async Task A_plugin_put_into_a_running_server_serves_goes_and_comes_back_without_a_word()
    {
        var folder = Directory.CreateTempSubdirectory("hg-plugin-").FullName;
        try
        {
            var plugins = Directory.CreateDirectory(Path.Combine(folder, "plugins")).FullName;
            await using var up = await HeadgateProcess.StartAsync(Path.Combine(folder, "data"), Ports.Free(), "--plugins", plugins);
            Put(Path.Combine(plugins, "acme"));
            Put(Path.Combine(plugins, "broken"), "Headgate.Plugins.Sample.ThrowingProvider");

            var listed = await UntilAsync(up, "provider list", list => list.EnumerateArray().Count(p => p.TryGetProperty("plugin", out _)) == 2, "provider", "list");
            Assert.Equal(["broken: failed", "Sample: loaded"], listed.EnumerateArray().Where(p => p.TryGetProperty("plugin", out _)).Select(Said));
            await up.CliJsonAsync("pool", "add", "--name", "p1", "--provider", "Sample", "--zone", "z1", "--tags", "plugin");
            await up.CliJsonAsync("disk-offering", "create", "--name", "on-plugin", "--custom-size", "--tags", "plugin");
            await up.CliJsonAsync("volume", "create", "--name", "v1", "--disk-offering", "on-plugin", "--size", "1GiB");

            Directory.Move(Path.Combine(plugins, "acme"), Path.Combine(folder, "away"));
            await UntilAsync(up, "unavailable", pool => pool.GetProperty("state").GetString() == "unavailable", "pool", "show", "p1");
            var refused = await up.CliAsync("volume", "resize", "v1", "--size", "2GiB");
            Assert.Equal(1, refused.Exit);
            Assert.StartsWith("headgate: provider-not-loaded: ", refused.Error, StringComparison.Ordinal);
            await up.CliJsonAsync("volume", "create", "--name", "v2", "--disk-offering", "bronze"); // the node's pool

            Directory.Move(Path.Combine(folder, "away"), Path.Combine(plugins, "acme"));
            await UntilAsync(up, "up again", pool => pool.GetProperty("state").GetString() == "up", "pool", "show", "p1");
            Assert.Equal(0, await up.StopAsync());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_plugin_that_breaks_the_contract_is_told_so_rule_by_rule_and_by_exit_code()
    {
        var folder = Directory.CreateTempSubdirectory("hg-verify-").FullName;
        try
        {
            Put(Path.Combine(folder, "sample"));

            var report = await HeadgateProcess.CliAsAsync(
                "none", "driver", "verify", "Sample", "--plugin", Path.Combine(folder, "sample"), "--rule", "volume.call,volume.find", "-o", "json");

            Assert.Equal(1, report.Exit);
            Assert.StartsWith("headgate: driver-breaks-contract: ", report.Error, StringComparison.Ordinal);
            using var json = JsonDocument.Parse(report.Out);
            var verdicts = json.RootElement.GetProperty("rules").EnumerateArray()
                .ToDictionary(rule => rule.GetProperty("id").GetString()!, rule => rule.GetProperty("verdict").GetString());
            Assert.Equal("broken", verdicts["volume.call.wrong-volume-is-refused"]); // the sample never looks at a handle
            Assert.Equal("kept", verdicts["volume.find.absent-is-null"]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Said(JsonElement provider) => $"{provider.GetProperty("name").GetString()}: {provider.GetProperty("status").GetString()}";

    /// <summary>Asks again and again; each asking is a process, which paces it.</summary>
    private static async Task<JsonElement> UntilAsync(HeadgateProcess up, string what, Func<JsonElement, bool> isSo, params string[] command)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Patience.Long); // many looks of the server, which come every 2 s
        while (true)
        {
            var answer = await up.CliJsonAsync(command);
            if (isSo(answer)) return answer;
            Assert.False(timeout.IsCancellationRequested, $"not {what} within {Patience.Long}: {answer}");
        }
    }

    private static void Put(string path, string provider = "Headgate.Plugins.Sample.SampleProvider")
    {
        Directory.CreateDirectory(path);
        foreach (var file in Directory.EnumerateFiles(Built)) File.Copy(file, Path.Combine(path, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(path, "plugin.json"), $$"""{"assembly": "Headgate.Plugins.Sample.dll", "sdk": "0.1.0", "provider": "{{provider}}"}""");
    }
}
