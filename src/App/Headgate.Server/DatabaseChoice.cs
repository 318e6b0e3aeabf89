namespace Headgate.Server;

/// <summary>Which database, as it was given. The address holds no password unless it came from the environment.</summary>
/// <param name="Url">postgres://…</param>
/// <param name="PasswordFile">A file whose first line is the password; null for none.</param>
internal sealed record DatabaseChoice(string Url, string? PasswordFile)
{
    /// <summary>The same as <c>--database</c>; may hold the password, since nobody else sees a process's environment.</summary>
    public const string UrlVariable = "HEADGATE_DATABASE";

    /// <summary>The password by itself.</summary>
    public const string PasswordVariable = "HEADGATE_DATABASE_PASSWORD";

    /// <summary>What was given on the command line, else in the environment; null for SQLite.</summary>
    /// <exception cref="StartupException"><c>password-on-command-line</c>.</exception>
    public static DatabaseChoice? Of(string? url, string? passwordFile)
    {
        if (url is not null && Persistence.PostgresUrl.HasPassword(url))
            throw new StartupException("password-on-command-line",
                $"The address of the database was given with its password on the command line, where everybody on this machine can read it. Leave it out of --database " +
                $"and give it in {PasswordVariable} or with --database-password-file FILE.");
        url ??= Environment.GetEnvironmentVariable(UrlVariable);
        return string.IsNullOrEmpty(url) ? null : new DatabaseChoice(url, passwordFile);
    }

    /// <summary>The password that was given apart from the address; null when there is none.</summary>
    /// <exception cref="StartupException"><c>password-file-unusable</c>.</exception>
    public string? ReadPassword()
    {
        if (PasswordFile is null) return Environment.GetEnvironmentVariable(PasswordVariable);
        try
        {
            return File.ReadLines(PasswordFile).FirstOrDefault() ?? "";
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new StartupException("password-file-unusable", $"The file with the database's password, {PasswordFile}, cannot be read: {unusable.Message}");
        }
    }
}
