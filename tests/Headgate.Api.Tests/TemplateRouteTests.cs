using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Headgate.Api.Contract;

namespace Headgate.Api.Tests;

/// <summary>Templates over HTTP: images as bodies, who may do what, what is shown to whom.</summary>
public sealed class TemplateRouteTests(StorageHost storage) : IClassFixture<StorageHost>
{
    private readonly ApiHost _api = storage.Api;

    [Fact]
    public async Task An_image_beyond_the_bound_of_other_bodies_is_taken_and_shown_with_its_checksum()
    {
        var image = RandomNumberGenerator.GetBytes((int)ApiLimits.BodyBytes + 512);
        using var driver = new Driver(_api, _api.AdminKey);
        using var answer = await UploadAsync(_api.Admin, "big?public=true", image);
        var started = await ApiHost.ReadAsync<OperationView>(answer);
        Assert.Equal(OperationStatus.Succeeded, (await driver.FollowAsync(started.Id))[^1].Status);
        var template = await driver.GetAsync<TemplateView>("/api/v1/templates/big");
        Assert.Equal(("ready", "raw", image.Length, true), (template.State, template.Format, template.SizeBytes, template.Public));
        Assert.Equal("sha256:" + Convert.ToHexStringLower(SHA256.HashData(image)), template.Checksum);

        using var tenant = _api.Client(await _api.TenantKeyAsync("renter"));
        var seen = await ApiHost.ReadAsync<Page<TemplateView>>(await tenant.GetAsync(new Uri("/api/v1/templates", UriKind.Relative), ApiHost.Stop));
        Assert.Contains(seen.Items, t => t.Name == "big");
        await ApiHost.ProblemAsync(await tenant.DeleteAsync(new Uri("/api/v1/templates/big", UriKind.Relative), ApiHost.Stop), 403, "template-not-yours");
    }

    [Theory]
    [InlineData("t?format=vmdk", 422, "value-unknown")]
    [InlineData("t?checksum=md5:x", 422, "checksum-invalid")]
    [InlineData("t?size=3", 400, "unknown-parameter")]
    [InlineData("a%20b", 422, "name-invalid")]
    public async Task A_wrong_upload_is_a_problem(string nameAndQuery, int status, string code) =>
        await ApiHost.ProblemAsync(await UploadAsync(_api.Admin, nameAndQuery, [1, 2, 3]), status, code);

    [Fact]
    public async Task What_is_not_sent_as_bytes_is_refused()
    {
        using var body = new StringContent("{}", new MediaTypeHeaderValue("application/json"));
        await ApiHost.ProblemAsync(await _api.Admin.PutAsync(new Uri("/api/v1/templates/t/image", UriKind.Relative), body, ApiHost.Stop), 415, "media-type-unsupported");
    }

    [Fact]
    public async Task Only_an_admin_has_the_server_fetch_and_makes_public()
    {
        using var driver = new Driver(_api, await _api.TenantKeyAsync("fetcher"));
        var fetch = await driver.SendAsync(HttpMethod.Post, "/api/v1/templates", new { name = "t", url = "http://127.0.0.1/latest/meta-data" });
        await ApiHost.ProblemAsync(fetch, 403, "admin-only");
        using var tenant = _api.Client(await _api.TenantKeyAsync("publisher"));
        await ApiHost.ProblemAsync(await UploadAsync(tenant, "t?public=true", [1]), 403, "admin-only");
    }

    private static async Task<HttpResponseMessage> UploadAsync(HttpClient client, string nameAndQuery, byte[] image)
    {
        var (name, query) = nameAndQuery.Split('?') is [var first, var rest] ? (first, "?" + rest) : (nameAndQuery, "");
        using var body = new ByteArrayContent(image) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        return await client.PutAsync(new Uri($"/api/v1/templates/{name}/image{query}", UriKind.Relative), body, ApiHost.Stop);
    }
}
