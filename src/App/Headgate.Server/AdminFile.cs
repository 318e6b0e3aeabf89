using System.Text.Json;

namespace Headgate.Server;

/// <summary><c>admin.json</c>: where the server is and the first admin's key, for the CLI on the same machine. Mode 0600.</summary>
internal static class AdminFile
{
    /// <summary>The key that was kept; null when there is no such file or it is none of ours.</summary>
    public static string? ReadKey(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            return json.RootElement.TryGetProperty("key", out var key) ? key.GetString() : null;
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidOperationException)
        {
            return null; // a fresh key is made and the file written anew
        }
    }

    /// <summary>Writes the file whole or not at all, never readable for others, on the disk when this returns.</summary>
    public static async Task WriteAsync(string path, string endpoint, string key, CancellationToken stop)
    {
        var draft = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        await using (var file = new FileStream(draft, options))
        {
            await using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Indented = true });
            json.WriteStartObject();
            json.WriteString("endpoint", endpoint);
            json.WriteString("key", key);
            json.WriteEndObject();
            await json.FlushAsync(stop);
            file.Flush(flushToDisk: true);
        }
        File.Move(draft, path, overwrite: true);
    }
}
