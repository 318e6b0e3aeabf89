namespace Headgate.Cli.Options;

/// <summary>Reads <c>--secret NAME=FILE</c>: secrets come from files or standard input, never from the command line, which others can see.</summary>
internal static class SecretFiles
{
    /// <summary>The most that is read; a secret is a line, not a file.</summary>
    private const int MaxChars = 64 * 1024;

    public static Dictionary<string, string> Read(CliConsole console, Dictionary<string, string> files)
    {
        if (files.Values.Count(file => file == "-") > 1)
            throw new CliException("bad-secret", "Only one secret can come from standard input (-).") { Exit = ExitCode.Usage };
        return files.ToDictionary(pair => pair.Key, pair => ReadOne(console, pair.Key, pair.Value), StringComparer.Ordinal);
    }

    private static string ReadOne(CliConsole console, string name, string file)
    {
        string text;
        try
        {
            text = file == "-" ? console.In.ReadToEnd() : File.ReadAllText(console.FullPath(file));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new CliException("bad-secret", $"The file of secret {name} cannot be read: {unreadable.Message}");
        }
        text = text.TrimEnd('\r', '\n'); // editors and echo end a line; no secret ends with one
        if (text.Length is 0 or > MaxChars) throw new CliException("bad-secret", $"Secret {name} is empty or longer than {MaxChars} characters.");
        return text;
    }
}
