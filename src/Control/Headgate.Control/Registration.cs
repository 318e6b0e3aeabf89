using Headgate.Control.Offerings;
using Headgate.Control.Servers;
using Headgate.DiskImages;
using Headgate.Operations;
using Headgate.Operations.Templates;
using Headgate.Persistence;
using Headgate.Plugins;
using Headgate.Secrets;
using Headgate.Storage.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Headgate.Control;

/// <summary>What a composition root adds to its container.</summary>
public static class Registration
{
    /// <summary>
    /// The use cases of pools, volumes, snapshots, placement and operations, and the engine that carries operations out,
    /// started and stopped with the host. Expects a migrated <see cref="HeadgateDatabase"/>, a <see cref="SecretBox"/>, an
    /// <see cref="ImageStore"/> and every built-in <see cref="IPrimaryDataStoreProvider"/> in the container; <see cref="PluginOptions"/> for others.
    /// </summary>
    public static IServiceCollection AddHeadgateControl(this IServiceCollection services, EngineOptions engine)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IFaultPoints, DiagnosticFaultPoints>();
        services.TryAddSingleton(new PluginOptions());
        services.AddSingleton<ProviderRegistry>().AddSingleton<IProviderCatalog>(all => all.GetRequiredService<ProviderRegistry>());
        services.AddSingleton<PluginWatch>();
        services.AddSingleton<IHostedService>(all => all.GetRequiredService<PluginWatch>()); // before the engine: pools first, then their work
        services.AddSingleton(engine);
        services.AddSingleton(all => new ImageFetcher(all.GetRequiredService<ImageStore>().Limits, all.GetRequiredService<TimeProvider>()));
        services.AddSingleton<DataMover.DataMover>().AddSingleton<TemplateTools>();
        services.AddSingleton<IHostedService, ImageSweep>();
        services.AddSingleton<StoreCache>().AddSingleton<ArrayDirectory>();
        services.AddSingleton(all => HeadgateOperations.Catalog(
            all.GetRequiredService<ArrayDirectory>(), all.GetRequiredService<StoreCache>(), all.GetRequiredService<SecretBox>(),
            all.GetRequiredService<TemplateTools>(), all.GetRequiredService<StepNotes>()));
        services.TryAddSingleton<StepNotes>();
        services.AddSingleton<OperationFeed>().AddSingleton<OperationStarter>().AddSingleton<OperationEngine>();
        services.AddSingleton<IHostedService, EngineService>();

        services.AddSingleton<AddPool>().AddSingleton<ListPools>().AddSingleton<GetPool>().AddSingleton<ChangePoolState>()
            .AddSingleton<ChangePoolCapacity>().AddSingleton<RefreshPool>().AddSingleton<RemovePool>().AddSingleton<RepairVolume>().AddSingleton<CheckPool>().AddSingleton<RescanProviders>();
        services.AddSingleton<CreateVolume>().AddSingleton<ListVolumes>().AddSingleton<GetVolume>().AddSingleton<DeleteVolume>()
            .AddSingleton<RecoverVolume>().AddSingleton<ExpungeVolume>().AddSingleton<SetVolumeQos>().AddSingleton<ChangeVolumeOffering>()
            .AddSingleton<ResizeVolume>().AddSingleton<MigrateVolume>().AddSingleton<RollOutOffering>().AddSingleton<ChangePoolPlacement>().AddSingleton<ConnectVolume>().AddSingleton<DisconnectVolume>().AddSingleton<GetConnection>()
            .AddSingleton<GetVolumeQos>();
        services.AddSingleton<CreateSnapshot>().AddSingleton<ListSnapshots>().AddSingleton<GetSnapshot>().AddSingleton<DeleteSnapshot>()
            .AddSingleton<RevertSnapshot>();
        services.AddSingleton<RegisterTemplate>().AddSingleton<UploadTemplate>().AddSingleton<ListTemplates>().AddSingleton<GetTemplate>()
            .AddSingleton<DeleteTemplate>();
        services.AddSingleton<ServerPresence>().AddSingleton<ListServers>();
        services.AddSingleton<ExplainPlacement>();
        services.AddSingleton<ListOperations>().AddSingleton<GetOperation>().AddSingleton<WatchOperation>().AddSingleton<CancelOperation>();
        return services;
    }

    /// <summary>Starts and stops the engine with the host.</summary>
    private sealed class EngineService(OperationEngine engine) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => engine.StartAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => engine.StopAsync();
    }
}
