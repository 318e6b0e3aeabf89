using System.Text.Json;
using System.Text.Json.Serialization;
using Headgate.Primitives;

namespace Headgate.Hosts;

/// <summary>
/// JSON between server and agent: camelCase, enumerations as camelCase texts, absent means null. Members that a side does not know are passed
/// over, so that servers and agents of neighbouring versions understand each other; those that it needs have to be there.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    Converters = [typeof(CamelCase<HypervisorKind>), typeof(CamelCase<AttachMode>), typeof(CamelCase<VmState>), typeof(CamelCase<Recovery>)],
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.Strict, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false)]
[JsonSerializable(typeof(HostFacts))]
[JsonSerializable(typeof(VmDefinition))]
[JsonSerializable(typeof(VmDisk))]
[JsonSerializable(typeof(DiskLimits))]
[JsonSerializable(typeof(DiskResize))]
[JsonSerializable(typeof(VmObservation))]
[JsonSerializable(typeof(IReadOnlyList<VmObservation>))]
[JsonSerializable(typeof(DiskObservation))]
[JsonSerializable(typeof(VmMigration))]
[JsonSerializable(typeof(CertificateSigning))]
[JsonSerializable(typeof(HostCertificate))]
[JsonSerializable(typeof(JoinRequest))]
[JsonSerializable(typeof(JoinAnswer))]
[JsonSerializable(typeof(JoinToken))]
[JsonSerializable(typeof(HostProblem))]
public sealed partial class HostsJson : JsonSerializerContext;

/// <summary>Enumerations by their names in camelCase, or by those that they give themselves; never by number.</summary>
internal sealed class CamelCase<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
