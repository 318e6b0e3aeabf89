using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Headgate.Storage.Sdk;

namespace Headgate.Operations;

/// <summary>A storage's declared capabilities as a pool's row keeps them.</summary>
public static class CapabilitiesText
{
    /// <summary>Different declarations kept: some 2 KiB each, and a handful per provider is usual.</summary>
    private const int MostKnown = 1024;

    private static readonly ConcurrentDictionary<string, DriverCapabilities> Known = new(StringComparer.Ordinal);

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>For the row.</summary>
    public static string Write(DriverCapabilities capabilities) => JsonSerializer.Serialize(capabilities, Options);

    /// <summary>From the row; null when the storage was never reached. Kept by text: pools of one kind declare the same, and placement reads all of a zone's.</summary>
    public static DriverCapabilities? Read(string? text)
    {
        if (text is null) return null;
        if (Known.TryGetValue(text, out var known)) return known;
        var read = JsonSerializer.Deserialize<DriverCapabilities>(text, Options);
        if (read is null) return null;
        if (Known.Count >= MostKnown) Known.Clear(); // a storage whose declaration changes with every refresh must not fill the memory
        Known[text] = read;
        return read;
    }
}
