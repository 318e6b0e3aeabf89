using System.Text.Json.Serialization;
using Headgate.Api.Contract;

namespace Headgate.Cli.Api;

/// <summary>Generated (de)serialisers for the REST contract: reflection would cost a tenth of a second at every start.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(OperationView))]
[JsonSerializable(typeof(EventView))]
[JsonSerializable(typeof(ZoneView))]
[JsonSerializable(typeof(CreateZone))]
[JsonSerializable(typeof(ClusterView))]
[JsonSerializable(typeof(CreateCluster))]
[JsonSerializable(typeof(HostView))]
[JsonSerializable(typeof(CreateHost))]
[JsonSerializable(typeof(AccountView))]
[JsonSerializable(typeof(CreateAccount))]
[JsonSerializable(typeof(ApiKeyView))]
[JsonSerializable(typeof(CreateApiKey))]
[JsonSerializable(typeof(CreatedApiKey))]
[JsonSerializable(typeof(WhoAmI))]
[JsonSerializable(typeof(NodeStatusView))]
[JsonSerializable(typeof(NodeCredentialsView))]
[JsonSerializable(typeof(NodeCapacityView))]
[JsonSerializable(typeof(VersionView))]
[JsonSerializable(typeof(ServerView))]
[JsonSerializable(typeof(ProviderView))]
[JsonSerializable(typeof(CreatePool))]
[JsonSerializable(typeof(PoolView))]
[JsonSerializable(typeof(PoolCheck))]
[JsonSerializable(typeof(CreateDiskOffering))]
[JsonSerializable(typeof(UpdateDiskOffering))]
[JsonSerializable(typeof(UpdateComputeOffering))]
[JsonSerializable(typeof(RollOutRequest))]
[JsonSerializable(typeof(RollOutView))]
[JsonSerializable(typeof(RollOutVolume))]
[JsonSerializable(typeof(ChangePlanView))]
[JsonSerializable(typeof(MigrateVolume))]
[JsonSerializable(typeof(ChangePoolPlacement))]
[JsonSerializable(typeof(ChangeZonePlacement))]
[JsonSerializable(typeof(DiskOfferingView))]
[JsonSerializable(typeof(CreateComputeOffering))]
[JsonSerializable(typeof(ComputeOfferingView))]
[JsonSerializable(typeof(CreateVolume))]
[JsonSerializable(typeof(VolumeView))]
[JsonSerializable(typeof(VolumeQosView))]
[JsonSerializable(typeof(SetVolumeQos))]
[JsonSerializable(typeof(ChangePoolCapacity))]
[JsonSerializable(typeof(ChangeVolumeOffering))]
[JsonSerializable(typeof(ResizeVolume))]
[JsonSerializable(typeof(ConnectVolume))]
[JsonSerializable(typeof(ConnectionView))]
[JsonSerializable(typeof(PlacementExplanation))]
[JsonSerializable(typeof(CreateSnapshot))]
[JsonSerializable(typeof(SnapshotView))]
[JsonSerializable(typeof(CreateTemplate))]
[JsonSerializable(typeof(TemplateView))]
[JsonSerializable(typeof(ConfigFile))]
[JsonSerializable(typeof(CliVersion))]
internal sealed partial class ApiJson : JsonSerializerContext;

/// <summary>What <c>headgate version</c> prints.</summary>
/// <param name="Client">This program's version.</param>
/// <param name="Server">The server's, where one answers.</param>
internal sealed record CliVersion(string Client, VersionView? Server);
