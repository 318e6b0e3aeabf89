using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Headgate.Interop.Harness;

namespace Headgate.Interop;

/// <summary>Starting, stopping, starting again, and every way in which a start is refused.</summary>
public sealed class StartTests
{
    private const UnixFileMode OwnerReadsAndWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_later_start_goes_on_where_the_first_stopped_on_other_ports_too()
    {
        var folder = Directory.CreateTempSubdirectory("hg-start-").FullName;
        var data = Path.Combine(folder, "data");
        var ports = Ports.Free();
        try
        {
            JsonElement offerings, lun, key;
            await using (var first = await HeadgateProcess.StartAsync(data, ports))
            {
                Assert.Contains("volume create", first.Output, StringComparison.Ordinal); // what to try next
                key = Admin(data);
                await first.CliJsonAsync("volume", "create", "--name", "kept", "--disk-offering", "silver");
                lun = await first.CliJsonAsync("volume", "connect", "kept", "--initiator", Lun.DefaultInitiator);
                Assert.Equal(0, (await first.CliAsync("disk-offering", "delete", "bronze")).Exit);
                offerings = await first.CliJsonAsync("disk-offering", "list");
                Assert.Equal(0, await first.StopAsync());
            }
            await using (var second = await HeadgateProcess.StartAsync(data, ports))
            {
                Assert.Equal(key.GetRawText(), Admin(data).GetRawText());
                Assert.Equal(lun.GetRawText(), (await second.CliJsonAsync("volume", "connect", "kept", "--initiator", Lun.DefaultInitiator)).GetRawText());
                Assert.Equal(offerings.GetRawText(), (await second.CliJsonAsync("disk-offering", "list")).GetRawText());
                Assert.Equal(0, (await second.CliJsonAsync("pool", "check", "san1")).GetProperty("findings").GetArrayLength());
                Assert.Equal(0, await second.StopAsync());
            }
            await using (var moved = await HeadgateProcess.StartAsync(data, Ports.Free()))
            {
                var portal = (await moved.CliJsonAsync("volume", "connect", "kept", "--initiator", Lun.DefaultInitiator)).GetProperty("portals")[0];
                Assert.EndsWith($":{moved.Ports.Iscsi}", portal.GetString(), StringComparison.Ordinal);
                Assert.Equal(0, (await moved.CliJsonAsync("pool", "check", "san1")).GetProperty("findings").GetArrayLength());
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task The_admins_key_is_readable_by_its_owner_only_and_in_no_log()
    {
        var folder = Directory.CreateTempSubdirectory("hg-key-").FullName;
        var data = Path.Combine(folder, "data");
        try
        {
            await using var up = await HeadgateProcess.StartAsync(data, Ports.Free(), "--no-sample");
            var admin = Admin(data);
            var login = await up.CliJsonAsync("node", "credentials");

            Assert.Equal(OwnerReadsAndWrites, File.GetUnixFileMode(Path.Combine(data, "admin.json")));
            Assert.DoesNotContain(admin.GetProperty("key").GetString()!, up.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(login.GetProperty("password").GetString()!, up.Output, StringComparison.Ordinal);
            Assert.Equal(0, (await up.CliJsonAsync("pool", "list")).GetArrayLength()); // --no-sample
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_folder_in_use_a_taken_port_and_a_folder_that_cannot_be_made_are_refused_by_name()
    {
        var folder = Directory.CreateTempSubdirectory("hg-refused-").FullName;
        try
        {
            var ports = Ports.Free();
            await using var up = await HeadgateProcess.StartAsync(Path.Combine(folder, "data"), ports, "--no-sample");
            var others = Ports.Free();

            AssertRefused(await HeadgateProcess.ExpectRefusalAsync(up.Data, others), "data-folder-in-use");
            AssertRefused(await HeadgateProcess.ExpectRefusalAsync(Path.Combine(folder, "b"), others with { Http = ports.Http }), "port-in-use");
            AssertRefused(await HeadgateProcess.ExpectRefusalAsync(Path.Combine(folder, "c"), others with { Iscsi = ports.Iscsi }), "port-in-use");
            AssertRefused(await HeadgateProcess.ExpectRefusalAsync(Path.Combine(folder, "d"), others with { Element = ports.Element }), "port-in-use");
            AssertRefused(await HeadgateProcess.ExpectRefusalAsync("/proc/headgate", others), "data-folder-unusable");
            Assert.Equal(2, (await HeadgateProcess.ExpectRefusalAsync(Path.Combine(folder, "e"), others, "--capacity-iops", "many")).Exit);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Garbage_on_any_port_ends_that_connection_only()
    {
        var folder = Directory.CreateTempSubdirectory("hg-garbage-").FullName;
        try
        {
            await using var up = await HeadgateProcess.StartAsync(Path.Combine(folder, "data"), Ports.Free());
            var random = new Random(7);
            for (var i = 0; i < 60; i++)
            {
                foreach (var port in new[] { up.Ports.Iscsi, up.Ports.Http, up.Ports.Element })
                {
                    using var client = new TcpClient();
                    await client.ConnectAsync(IPAddress.Loopback, port, Stop);
                    var bytes = new byte[random.Next(1, 4096)];
                    random.NextBytes(bytes);
                    if (i % 2 == 0) bytes[0] = 0x43; // looks like a login
                    await client.GetStream().WriteAsync(bytes, Stop);
                }
            }

            var volume = await up.CliJsonAsync("volume", "create", "--name", "after", "--disk-offering", "bronze");
            Assert.Equal("ready", volume.GetProperty("state").GetString());
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{up.Ports.Http}") };
            using var answer = await http.PostAsync("/api/v1/volumes", new StringContent("{\"name\":"), Stop);
            Assert.InRange((int)answer.StatusCode, 400, 499);
            Assert.Contains("\"code\"", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static JsonElement Admin(string data)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(data, "admin.json")));
        return json.RootElement.Clone();
    }

    private static void AssertRefused(ToolResult result, string code)
    {
        Assert.True(result.Exit == 1, result.ToString());
        Assert.Contains($"headgate: {code}: ", result.Error, StringComparison.Ordinal);
    }
}
