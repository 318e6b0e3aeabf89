using System.Text.Json;

namespace Headgate.Cli.Tests;

public sealed class TemplateTests
{
    private const string Template = """
        {"id":"0195d0c0-0000-7000-8000-00000000000b","name":"os","account":"admin","public":true,"state":"ready","format":"qcow2","sizeBytes":2147483648,
         "fileBytes":1000,"checksum":"sha256:ab","pools":[{"pool":"san1","state":"ready"}],"createdAt":"2026-01-02T03:04:05Z"}
        """;

    [Fact]
    public async Task An_image_is_uploaded_as_it_is_and_the_template_shown_when_it_is_ready()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("PUT /api/v1/templates/os/image?format=qcow2&checksum=sha256%3Aab&public=true", 202, Sample.Operation("pending"));
        server.On("GET /api/v1/operations/" + Sample.OperationId, 200, Sample.Operation("succeeded"));
        server.On($"GET /api/v1/templates/{Sample.VolumeId}", 200, Template); // the operation's subject
        using var run = CliRun.Against(server);
        var image = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(image, "an image", TestContext.Current.CancellationToken);
            var result = await run.RunAsync("template", "register", "os", "--file", image, "--format", "qcow2", "--checksum", "sha256:ab", "--public");
            Assert.Equal((0, ""), (result.Exit, result.Error));
            Assert.Contains("san1: ready", result.Out, StringComparison.Ordinal);
            var put = server.Calls.First();
            Assert.Equal(("an image", "Bearer hg_secret_key"), (put.Body, put.Key));
        }
        finally
        {
            File.Delete(image);
        }
    }

    [Fact]
    public async Task An_address_is_left_to_the_server_to_fetch()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("POST /api/v1/templates", 202, Sample.Operation("pending"));
        using var run = CliRun.Against(server);
        var result = await run.RunAsync("template", "register", "os", "--url", "https://example.org/os.qcow2", "--no-wait");
        Assert.Equal(0, result.Exit);
        using var body = JsonDocument.Parse(server.Calls.First().Body);
        Assert.Equal(("os", "https://example.org/os.qcow2", false), (
            body.RootElement.GetProperty("name").GetString(), body.RootElement.GetProperty("url").GetString(), body.RootElement.GetProperty("public").GetBoolean()));
    }

    [Fact]
    public async Task A_refused_upload_is_told_with_its_code()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("PUT /api/v1/templates/os/image", 409, """{"status":409,"code":"name-taken","detail":"There is a template named 'os' already; choose another name."}""");
        using var run = CliRun.Against(server);
        var result = await run.RunAsync("template", "register", "os", "--file", typeof(TemplateTests).Assembly.Location);
        Assert.Equal((1, ""), (result.Exit, result.Out));
        Assert.StartsWith("headgate: name-taken:", result.Error, StringComparison.Ordinal);
    }
}
