using System.Text.Json.Serialization;

namespace Headgate.Node.Catalog;

/// <summary>How catalog objects look in the database: camelCase JSON, enumerations by name, defaults left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Account))]
[JsonSerializable(typeof(Volume))]
[JsonSerializable(typeof(Snapshot))]
[JsonSerializable(typeof(GroupSnapshot))]
[JsonSerializable(typeof(AccessGroup))]
[JsonSerializable(typeof(Initiator))]
[JsonSerializable(typeof(QosPolicy))]
[JsonSerializable(typeof(AsyncResult))]
[JsonSerializable(typeof(ClusterIdentity))]
[JsonSerializable(typeof(QosValues))]
[JsonSerializable(typeof(VolumeReservations))]
internal sealed partial class CatalogJson : JsonSerializerContext
{
    /// <summary>The empty object.</summary>
    public static System.Text.Json.JsonElement NoAttributes { get; } = System.Text.Json.JsonElement.Parse("{}");
}
