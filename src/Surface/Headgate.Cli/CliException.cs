namespace Headgate.Cli;

/// <summary>The exit codes that scripts may test.</summary>
public static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Refused or failed; the reason is on standard error.</summary>
    public const int Refused = 1;

    /// <summary>The command line itself is wrong.</summary>
    public const int Usage = 2;
}

/// <summary>A refusal on its way to standard error: a stable code, a sentence, and further lines.</summary>
/// <param name="code">Stable kebab-case: the server's where it refused, the CLI's own otherwise.</param>
/// <param name="message">What was asked, what there is, what to do.</param>
/// <param name="details">A line per pool or field.</param>
public sealed class CliException(string code, string message, IReadOnlyList<string>? details = null) : Exception(message)
{
    /// <summary>Stable kebab-case.</summary>
    public string Code { get; } = code;

    /// <summary>A line per pool or field.</summary>
    public IReadOnlyList<string> Details { get; } = details ?? [];

    /// <summary>What the process ends with; <see cref="ExitCode.Usage"/> when the command line is at fault.</summary>
    public int Exit { get; init; } = ExitCode.Refused;
}
