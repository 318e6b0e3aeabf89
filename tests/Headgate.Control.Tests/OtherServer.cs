using Headgate.DiskImages;
using Headgate.Drivers.Reference;
using Headgate.Operations;
using Headgate.Persistence;
using Headgate.Secrets;
using Headgate.Storage.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Control.Tests;

/// <summary>One more management server on a world's database and array.</summary>
internal sealed class OtherServer : IAsyncDisposable
{
    private readonly HeadgateDatabase _database;
    private readonly ServiceProvider _services;

    private OtherServer(HeadgateDatabase database, ServiceProvider services, FaultSwitch faults) =>
        (_database, _services, Faults) = (database, services, faults);

    public FaultSwitch Faults { get; }

    public static async Task<OtherServer> StartAsync(
        HeadgateDatabase database, SecretBox box, string folder, string name, TimeSpan lease, CancellationToken stop)
    {
        var faults = new FaultSwitch();
        var services = new ServiceCollection();
        services.AddSingleton(database).AddSingleton(box).AddSingleton<IFaultPoints>(faults).AddSingleton(TimeProvider.System);
        services.AddSingleton<IPrimaryDataStoreProvider>(new ReferenceProvider());
        services.AddSingleton(typeof(Microsoft.Extensions.Logging.ILogger<>), typeof(NullLogger<>));
        services.AddSingleton(new ImageStore(Path.Combine(folder, "images"), World.ImageBounds, TimeProvider.System));
        services.AddHeadgateControl(new EngineOptions { ServerName = name, Lease = lease });
        var built = services.BuildServiceProvider();
        await built.GetRequiredService<OperationEngine>().StartAsync(stop);
        return new OtherServer(database, built, faults);
    }

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    /// <summary>What kill -9 leaves.</summary>
    public Task KillAsync() => Get<OperationEngine>().HaltAsync();

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _database.Dispose();
    }
}
