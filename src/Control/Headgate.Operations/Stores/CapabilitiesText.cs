using System.Text.Json;
using System.Text.Json.Serialization;
using Headgate.Storage.Sdk;

namespace Headgate.Operations;

/// <summary>A storage's declared capabilities as a pool's row keeps them.</summary>
public static class CapabilitiesText
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>For the row.</summary>
    public static string Write(DriverCapabilities capabilities) => JsonSerializer.Serialize(capabilities, Options);

    /// <summary>From the row; null when the storage was never reached.</summary>
    public static DriverCapabilities? Read(string? text) =>
        text is null ? null : JsonSerializer.Deserialize<DriverCapabilities>(text, Options);
}
