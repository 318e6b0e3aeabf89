using System.Reflection;
using Headgate.Api;
using Headgate.Control;
using Headgate.Control.Access;
using Headgate.Control.Events;
using Headgate.Control.Servers;
using Headgate.DiskImages;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Plugins;
using Headgate.Secrets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Headgate.Server;

/// <summary>The management server: database, control plane, REST, in one container. The only place that builds one.</summary>
internal sealed class ManagementServer : IAsyncDisposable
{
    /// <summary>How long requests and steps of operations under way may take to end; steps that do not are resumed by the next start.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(10);

    private readonly WebApplication _app;

    private ManagementServer(WebApplication app, Uri endpoint, string adminKey) => (_app, Endpoint, AdminKey) = (app, endpoint, adminKey);

    /// <summary>Where it is served, with the real port.</summary>
    public Uri Endpoint { get; }

    /// <summary>The first admin's key.</summary>
    public string AdminKey { get; }

    /// <summary>Starts it on <paramref name="data"/>; it serves when this returns.</summary>
    /// <exception cref="StartupException"><c>port-in-use</c>, and those of <see cref="DatabaseStart"/>.</exception>
    public static async Task<ManagementServer> StartAsync(ServerOptions options, DataFolder data, EmbeddedNode? embedded, CancellationToken stop)
    {
        var database = await DatabaseStart.OpenAsync(options, data, stop);
        var secrets = await DatabaseStart.UnlockAsync(database, options.Keys ?? data.Keys, stop);
        var app = Build(options, data, embedded, database, secrets);
        try
        {
            if (embedded is not null) await EmbeddedPools.FollowAsync(database, embedded.Node.Credentials, stop);
            await app.StartAsync(stop);
            var endpoint = new Uri(app.Urls.First());
            var key = await EnsureAdminAsync(app, data, endpoint, stop);
            await app.Services.GetRequiredService<ServerPresence>().BeginAsync(endpoint.GetLeftPart(UriPartial.Authority), Version, stop);
            return new ManagementServer(app, endpoint, key) { Name = data.ServerName(), Database = database.Address };
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            await app.DisposeAsync();
            throw new StartupException("port-in-use", $"REST cannot be served at {options.Http}: another program listens there. Stop it, or give another with --http ADDRESS:PORT.");
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>This server's name among those on its database.</summary>
    public required string Name { get; init; }

    /// <summary>Where its database is, without a password.</summary>
    public required string Database { get; init; }

    public async ValueTask DisposeAsync()
    {
        await _app.Services.GetRequiredService<ServerPresence>().EndAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static string Version => typeof(ManagementServer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    private static WebApplication Build(
        ServerOptions options, DataFolder data, EmbeddedNode? embedded, HeadgateDatabase database, SecretBox secrets)
    {
        // Nothing from the surroundings: the usual builders read appsettings.json and the environment, and watch the working
        // folder with everything below it, which takes seconds where that is a checkout.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = data.Root });
        Logs.Configure(builder.Logging);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(options.Http));
        var services = builder.Services;
        services.AddRouting();
        services.AddSingleton<IHostLifetime, ProgramLifetime>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        services.AddSingleton(_ => secrets).AddSingleton(_ => database); // made here, the container's to dispose of
        foreach (var provider in BuiltInProviders.All()) services.AddSingleton(provider);
        services.AddSingleton(new PluginOptions { Folder = options.Plugins ?? data.Plugins, Copies = data.PluginCopies });
        services.AddSingleton(all => new ImageStore(options.Images ?? data.Images, new ImageLimits(), all.GetRequiredService<TimeProvider>()));
        services.AddSingleton(options.Reconcile);
        services.AddHeadgateControl(new EngineOptions { ServerName = data.ServerName(), Lease = options.Lease });
        if (options.AuditDays is { } days) services.AddSingleton(new AuditOptions(TimeSpan.FromDays(days)));
        services.AddHeadgateApi();
        if (embedded is not null)
        {
            services.AddSingleton<INodeAccess>(new NodeAccess(embedded.Node));
            services.AddSingleton(embedded);
            services.AddHostedService<NodeEventWriter>();
        }
        return builder.Build().MapHeadgateApi();
    }

    private static async Task<string> EnsureAdminAsync(WebApplication app, DataFolder data, Uri endpoint, CancellationToken stop)
    {
        var where = Reachable(endpoint).GetLeftPart(UriPartial.Authority);
        var key = await app.Services.GetRequiredService<FirstAdmin>().EnsureAsync(
            AdminFile.ReadKey(data.AdminFile), (made, cancel) => AdminFile.WriteAsync(data.AdminFile, where, made, cancel), stop);
        await AdminFile.WriteAsync(data.AdminFile, where, key, stop); // the address may be another than last time
        return key;
    }

    /// <summary>An address that a client on this machine can use where the server listens on all of them.</summary>
    private static Uri Reachable(Uri endpoint) => endpoint.Host switch
    {
        "0.0.0.0" => new UriBuilder(endpoint) { Host = "127.0.0.1" }.Uri,
        "[::]" => new UriBuilder(endpoint) { Host = "[::1]" }.Uri,
        _ => endpoint,
    };

    /// <summary>Signals are the program's business (it stops both parts in order), not the web host's.</summary>
    private sealed class ProgramLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
