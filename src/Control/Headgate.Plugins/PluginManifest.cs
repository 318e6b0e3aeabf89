using System.Text.Json;
using Headgate.Primitives;

namespace Headgate.Plugins;

/// <summary><c>plugin.json</c>: what a plug-in folder holds. Members that are not known are left alone: a later server may know them.</summary>
/// <param name="Assembly">File name of the assembly with the provider, within the folder.</param>
/// <param name="Sdk">The SDK that it was built against.</param>
/// <param name="Provider">Full name of the provider's class; null for every public one of the assembly.</param>
internal sealed record PluginManifest(string Assembly, Version Sdk, string? Provider)
{
    public const string FileName = "plugin.json";

    public const string Example = """{"assembly": "Acme.Storage.dll", "sdk": "0.1.0"}""";

    /// <summary>Three members; what is longer is something else by the same name.</summary>
    internal const int MostBytes = 64 * 1024;

    /// <summary>Reads and checks the manifest of <paramref name="path"/>.</summary>
    public static Outcome<PluginManifest> Read(string folder, string path)
    {
        var file = new FileInfo(Path.Combine(path, FileName));
        if (!file.Exists) return PluginFaults.ManifestMissing(folder);
        if (file.Length > MostBytes) return PluginFaults.ManifestInvalid(folder, $"it has {file.Length} bytes, more than {MostBytes}.");
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
            return Read(folder, json.RootElement);
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidOperationException) // the latter: text that is not UTF-8
        {
            return PluginFaults.ManifestInvalid(folder, damaged.Message);
        }
    }

    private static Outcome<PluginManifest> Read(string folder, JsonElement root)
    {
        if (root.ValueKind is not JsonValueKind.Object) return PluginFaults.ManifestInvalid(folder, "it is not an object.");
        if (Text(root, "assembly") is not { } assembly) return PluginFaults.ManifestInvalid(folder, "'assembly' is missing.");
        if (Path.GetFileName(assembly) != assembly || !assembly.EndsWith(".dll", StringComparison.Ordinal))
            return PluginFaults.ManifestInvalid(folder, $"'assembly' is '{assembly}'; it must be the name of a .dll in the folder itself.");
        if (Text(root, "sdk") is not { } sdk) return PluginFaults.ManifestInvalid(folder, "'sdk' is missing.");
        return SdkVersions.TryParse(sdk, out var version)
            ? new PluginManifest(assembly, version, Text(root, "provider"))
            : PluginFaults.ManifestInvalid(folder, $"'sdk' is '{sdk}'; it must be a version.");
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
