using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Headgate.Operations;

/// <summary>How inputs are journalled: JSON, so that a newer server can read what an older one wrote.</summary>
public static class OperationInput
{
    internal static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>The text to journal.</summary>
    public static string Write<T>(T input) => JsonSerializer.Serialize(input, Json);

    /// <summary>Back from the text.</summary>
    public static T Read<T>(string input) => JsonSerializer.Deserialize<T>(input, Json) ?? throw new InvalidOperationException("An operation's input is empty.");

    /// <summary>What tells a repeat from another request under the same key.</summary>
    public static string Fingerprint<T>(string kind, T request) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { kind, request }, Json)));
}
