using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Headgate.Api.Contract;
using Headgate.Control;
using Headgate.Control.Access;
using Headgate.DiskImages;
using Headgate.Drivers.Reference;
using Headgate.Operations;
using Headgate.Secrets;
using Headgate.Storage.Sdk;
using Headgate.Testing.Database;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Headgate.Api.Tests;

/// <summary>The real surface on Kestrel and a free port, over a database of its own.</summary>
public sealed class ApiHost : IAsyncDisposable
{
    private readonly string _folder;
    private readonly WebApplication _app;
    private readonly TestDatabase _database;

    private ApiHost(string folder, WebApplication app, TestDatabase database, string adminKey)
    {
        (_folder, _app, _database, AdminKey) = (folder, app, database, adminKey);
        Address = new Uri(app.Urls.First());
        Admin = Client(adminKey);
    }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public Uri Address { get; }

    public string AdminKey { get; }

    public HttpClient Admin { get; }

    public IServiceProvider Services => _app.Services;

    public IReadOnlyList<RouteEndpoint> Routes =>
        [.. _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()];

    public static async Task<ApiHost> StartAsync(
        Action<WebApplicationBuilder>? more = null, Action<WebApplication>? map = null)
    {
        var folder = Directory.CreateTempSubdirectory("hg-api-").FullName;
        var database = await TestDatabase.CreateAsync();

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(database.Database).AddSingleton(SecretBox.OpenOrCreate(Path.Combine(folder, "key")));
        builder.Services.AddSingleton<IPrimaryDataStoreProvider, ReferenceProvider>();
        builder.Services.AddSingleton(new ImageStore(Path.Combine(folder, "images"), new ImageLimits { KeepFree = Primitives.ByteSize.MiB(1) }, TimeProvider.System));
        builder.Services.AddHeadgateControl(new EngineOptions { ServerName = "test" });
        builder.Services.AddHeadgateApi();
        more?.Invoke(builder);
        var app = builder.Build();
        app.MapHeadgateApi();
        app.MapGet("/test/throws", string () => throw new InvalidOperationException("secret detail")).AllowAnonymous();
        map?.Invoke(app);
        await app.StartAsync(Stop);
        var key = await app.Services.GetRequiredService<FirstAdmin>().EnsureAsync(null, (_, _) => Task.CompletedTask, Stop);
        return new ApiHost(folder, app, database, key);
    }

    public HttpClient Client(string? key)
    {
        var client = new HttpClient { BaseAddress = Address };
        if (key is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>A tenant's key of a new account with this name.</summary>
    public Task<string> TenantKeyAsync(string account) => KeyAsync(account, "tenant");

    /// <summary>A key with this role, of the account with this name, which is made where there is none.</summary>
    public async Task<string> KeyAsync(string account, string role, string name = "key")
    {
        await Admin.PostAsJsonAsync("/api/v1/accounts", new { name = account }, Stop);
        var made = await Admin.PostAsJsonAsync("/api/v1/keys", new { name, account, role }, Stop);
        return (await ReadAsync<CreatedApiKey>(made)).Key;
    }

    public static async Task<T> ReadAsync<T>(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {text}");
        return JsonSerializer.Deserialize<T>(text, Json.ApiJson.Options)!;
    }

    /// <summary>The problem that <paramref name="answer"/> must be.</summary>
    public static async Task<Problem> ProblemAsync(HttpResponseMessage answer, int status, string code)
    {
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(status == (int)answer.StatusCode, $"wanted {status} {code}, was {(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonSerializer.Deserialize<Problem>(text, Json.ApiJson.Options)!;
        Assert.Equal(code, problem.Code);
        Assert.Equal(status, problem.Status);
        Assert.False(string.IsNullOrEmpty(problem.Detail));
        return problem;
    }

    /// <summary>Takes the database away until the result is disposed of.</summary>
    public Task<IAsyncDisposable> LoseDatabaseAsync() => _database.LoseAsync();

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
