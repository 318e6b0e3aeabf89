using System.Text.Json;

namespace Headgate.Cli.Api;

/// <summary>The form of <c>admin.json</c> and <c>config.json</c>.</summary>
internal sealed record ConfigFile(string? Endpoint, string? Key);

/// <summary>Which server to ask, and with which key.</summary>
/// <param name="Endpoint">For example <c>http://127.0.0.1:8080</c>.</param>
/// <param name="Key">Null for calls that need none.</param>
internal sealed record ServerAddress(Uri Endpoint, string? Key)
{
    /// <summary>
    /// <paramref name="server"/> and <paramref name="keyFile"/> win; else HEADGATE_CONFIG, ./data/admin.json and
    /// ~/.config/headgate/config.json, the first that exists.
    /// </summary>
    /// <exception cref="CliException">Nothing tells where the server is, or a file is not what it should be.</exception>
    public static ServerAddress Find(CliConsole console, string? server, string? keyFile)
    {
        var found = keyFile is not null ? ReadKeyFile(console.FullPath(keyFile)) : FromConfig(console);
        var endpoint = server ?? found?.Endpoint
            ?? throw new CliException(
                "no-configuration",
                "Nothing says where the server is. Start one here with ./run, or give HEADGATE_CONFIG=FILE, or --server URL with --key-file FILE.",
                [.. Candidates(console).Select(path => $"looked for {path}")]);
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new CliException("bad-server-address", $"'{endpoint}' is no server address; give one like http://127.0.0.1:8080.") { Exit = ExitCode.Usage };
        return new ServerAddress(uri, found?.Key);
    }

    private static ConfigFile? FromConfig(CliConsole console)
    {
        var path = Candidates(console).FirstOrDefault(File.Exists);
        if (path is not null) return ReadConfig(path);
        if (console.Environment("HEADGATE_CONFIG") is { Length: > 0 } named)
            throw new CliException("no-configuration", $"HEADGATE_CONFIG names {named}, which does not exist.");
        return null;
    }

    private static IEnumerable<string> Candidates(CliConsole console)
    {
        if (console.Environment("HEADGATE_CONFIG") is { Length: > 0 } named)
        {
            yield return console.FullPath(named); // named on purpose: no other file may stand in for it
            yield break;
        }
        yield return console.FullPath(Path.Combine("data", "admin.json"));
        var home = console.Environment("XDG_CONFIG_HOME") is { Length: > 0 } xdg ? xdg
            : console.Environment("HOME") is { Length: > 0 } user ? Path.Combine(user, ".config") : null;
        if (home is not null) yield return Path.Combine(home, "headgate", "config.json");
    }

    private static ConfigFile ReadKeyFile(string path)
    {
        var text = ReadText(path).Trim();
        return text.StartsWith('{') ? Parse(path, text) : new ConfigFile(null, text);
    }

    private static ConfigFile ReadConfig(string path) => Parse(path, ReadText(path));

    private static ConfigFile Parse(string path, string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, ApiJson.Default.ConfigFile) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new CliException("bad-configuration", $"{path} is not of the form {{\"endpoint\": \"http://…\", \"key\": \"…\"}}.");
        }
    }

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CliException("bad-configuration", $"{path} cannot be read: {unreadable.Message}");
        }
    }
}
