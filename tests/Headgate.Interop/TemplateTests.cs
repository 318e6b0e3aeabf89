using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Headgate.Initiator;
using Headgate.Interop.Harness;

namespace Headgate.Interop;

/// <summary>Templates on the real node: registered with the CLI, written over iSCSI, cloned by the array, read back by QEMU.</summary>
public sealed class TemplateTests
{
    private const string QemuInitiator = "iqn.2008-11.org.linux-kvm";
    private const int ImageBytes = 96 << 20;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Twenty_root_disks_asked_for_at_once_are_clones_of_one_copy_and_read_as_the_image()
    {
        await using var bed = await Bed.StartAsync();
        var up = bed.Up;
        var image = await bed.Qcow2Async();
        var made = await up.CliJsonAsync("template", "register", "os", "--file", image, "--checksum", $"sha256:{await HashAsync(image, long.MaxValue)}");
        Assert.Equal(("ready", "qcow2", (long)ImageBytes), (Text(made, "state"), Text(made, "format"), made.GetProperty("sizeBytes").GetInt64()));

        var asked = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => bed.AskAsync($"root{i}", bytes: 2L << 30)));
        foreach (var operation in asked) Assert.Equal("succeeded", await bed.EndAsync(operation));

        var volumes = (await up.CliJsonAsync("volume", "list")).EnumerateArray().ToList();
        Assert.All(volumes, v => Assert.Equal(("ready", 2L << 30), (Text(v, "state"), v.GetProperty("sizeBytes").GetInt64())));
        Assert.Equal(20, volumes.Count);
        var operations = (await up.CliJsonAsync("operation", "list")).EnumerateArray().ToList();
        Assert.Single(operations, o => Text(o, "kind") == "template.copy");
        Assert.Equal("ready", Text((await up.CliJsonAsync("template", "show", "os")).GetProperty("pools")[0], "state"));
        await bed.AssertReadsAsImageAsync("root0");
        await bed.AssertReadsAsImageAsync("root19");
        await bed.AssertAgreesAsync();

        await up.CliJsonAsync("template", "delete", "os");
        await bed.AssertReadsAsImageAsync("root7"); // a clone of its own
        await bed.AssertAgreesAsync();
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(up.Data, "images"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Killed_while_the_copy_is_written_the_next_start_ends_it_and_nobody_is_let_in()
    {
        await using var bed = await Bed.StartAsync();
        await bed.Up.CliJsonAsync("template", "register", "os", "--file", bed.Image);
        var asked = await bed.AskAsync("root", bytes: 1L << 30);
        await bed.KillAtAsync("write-content");
        Assert.Equal("succeeded", await bed.EndAsync(asked));
        await bed.AssertReadsAsImageAsync("root");
        await bed.AssertAgreesAsync();
    }

    [Fact]
    public async Task The_movers_login_is_protected_by_digests_and_only_a_target_that_knows_its_secret_is_believed()
    {
        await using var bed = await Bed.StartAsync();
        await bed.Up.CliJsonAsync("volume", "create", "--name", "v", "--disk-offering", "custom", "--size", "1GiB", "--min-iops", "50", "--max-iops", "20000");
        var lun = await Lun.ConnectAsync(bed.Up, "v");
        var secret = Text((await bed.Up.CliJsonAsync("volume", "connect", "v", "--initiator", lun.Initiator)).GetProperty("chap"), "targetSecret");
        var login = await InitiatorSession.LoginAsync(lun.Address with { TargetSecret = secret, WantsDigests = true }, 1, Stop);
        await using var session = login.Session!;
        Assert.True(session.HasDigests);
        var data = RandomNumberGenerator.GetBytes(1 << 20);
        await session.WriteAsync(4096, data, fua: true, Stop);
        Assert.Equal(data, await session.ReadAsync(4096, data.Length, Stop));
        await Assert.ThrowsAsync<InvalidDataException>(() => InitiatorSession.LoginAsync(lun.Address with { TargetSecret = secret + "x" }, 2, Stop));
    }

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;

    private static async Task<string> HashAsync(string file, long bytes)
    {
        await using var stream = File.OpenRead(file);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        for (int read; bytes > 0 && (read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(bytes, buffer.Length)), Stop)) > 0; bytes -= read)
            hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A server of its own and an image with noise at its ends and in its middle.</summary>
    private sealed class Bed : IAsyncDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("hg-template-").FullName;
        private readonly Ports _ports = Ports.Free();

        public HeadgateProcess Up { get; private set; } = null!;

        public string Image => Path.Combine(_folder, "image.raw");

        public static async Task<Bed> StartAsync()
        {
            Tool.RequireQemuIscsi();
            var bed = new Bed();
            await using (var image = File.Create(bed.Image))
            {
                image.SetLength(ImageBytes);
                foreach (var at in new[] { 0L, 40 << 20, ImageBytes - (5 << 20) })
                {
                    var noise = new byte[5 << 20];
                    new Random((int)at + 1).NextBytes(noise);
                    image.Position = at;
                    await image.WriteAsync(noise, Stop);
                }
            }
            bed.Up = await HeadgateProcess.StartAsync(Path.Combine(bed._folder, "data"), bed._ports, "--capacity-iops", "50000");
            return bed;
        }

        public async Task<string> Qcow2Async()
        {
            var image = Path.Combine(_folder, "image.qcow2");
            var ran = await Tool.RunAsync(Tool.Require("qemu-img", "qemu-utils"), ["convert", "-c", "-f", "raw", "-O", "qcow2", Image, image], Patience.Long);
            Assert.True(ran.Exit == 0, ran.ToString());
            return image;
        }

        /// <summary>kill -9 once the journal says that the copy's step is intended, and a new start.</summary>
        public async Task KillAtAsync(string step)
        {
            using (var http = Client())
                while (!await IsAtAsync(http, step)) { }
            await Up.KillAsync();
            await Up.DisposeAsync();
            Up = await HeadgateProcess.StartAsync(Up.Data, _ports, "--capacity-iops", "50000");
        }

        /// <summary>A volume from the template <c>os</c>: the operation that makes it.</summary>
        public async Task<string> AskAsync(string name, long bytes)
        {
            using var http = Client();
            var volume = new { name, diskOffering = "custom", sizeBytes = bytes, minIops = 50, maxIops = 20000, template = "os" };
            using var answer = await http.PostAsJsonAsync("/api/v1/volumes", volume, Stop);
            var text = await answer.Content.ReadAsStringAsync(Stop);
            Assert.True(answer.IsSuccessStatusCode, text);
            using var operation = JsonDocument.Parse(text);
            return Text(operation.RootElement, "id");
        }

        /// <summary>How the operation ended: its stream of events ends with it.</summary>
        public async Task<string> EndAsync(string operation)
        {
            using var http = Client();
            await http.GetStringAsync(new Uri($"/api/v1/operations/{operation}/events", UriKind.Relative), Stop);
            return Text(await http.GetFromJsonAsync<JsonElement>($"/api/v1/operations/{operation}", Stop), "status");
        }

        public async Task AssertReadsAsImageAsync(string volume)
        {
            var lun = await Lun.ConnectAsync(Up, volume, QemuInitiator);
            var back = Path.Combine(_folder, $"{volume}.raw");
            var read = await Tool.RunAsync(Tool.Require("qemu-img", "qemu-utils"), ["convert", "-f", "raw", "-O", "raw", lun.Uri, back], Patience.Long);
            Assert.True(read.Exit == 0, read + Up.Output);
            Assert.Equal(await HashAsync(Image, ImageBytes), await HashAsync(back, ImageBytes));
            File.Delete(back);
        }

        /// <summary>Nothing orphaned, missing, drifted or open to the server.</summary>
        public async Task AssertAgreesAsync()
        {
            var check = await Up.CliJsonAsync("pool", "check", "san1");
            Assert.Empty(check.GetProperty("findings").EnumerateArray().Select(f => f.GetRawText()));
        }

        public async ValueTask DisposeAsync()
        {
            if (Up is not null) await Up.DisposeAsync();
            Directory.Delete(_folder, recursive: true);
        }

        private HttpClient Client()
        {
            using var admin = JsonDocument.Parse(File.ReadAllText(Path.Combine(Up.Data, "admin.json")));
            var http = new HttpClient { BaseAddress = new Uri(Text(admin.RootElement, "endpoint")) };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Text(admin.RootElement, "key"));
            return http;
        }

        /// <summary>At it or past it: a step can be through between two looks.</summary>
        private static async Task<bool> IsAtAsync(HttpClient http, string step)
        {
            var operations = await http.GetFromJsonAsync<JsonElement>("/api/v1/operations?limit=1000", Stop);
            return operations.GetProperty("items").EnumerateArray().Where(o => Text(o, "kind") == "template.copy").SelectMany(o => o.GetProperty("steps").EnumerateArray())
                .Any(s => Text(s, "name") == step && Text(s, "status") is not "pending");
        }
    }
}
