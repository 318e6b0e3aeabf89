namespace Headgate.Cli;

/// <summary>
/// Everything that the command line takes from its surroundings, so that a test can run it whole in its own process:
/// streams, whether they are terminals, environment, working folder, clock.
/// </summary>
public sealed class CliConsole
{
    /// <summary>Columns assumed where there is no terminal to ask: the width of a page in a log or a mail.</summary>
    public const int DefaultWidth = 120;

    /// <summary>Standard input, for secrets given as <c>-</c>.</summary>
    public required TextReader In { get; init; }

    /// <summary>Results.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Reasons and progress.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether <see cref="Out"/> is a terminal: only then are there colours and are tables cut to its width.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether <see cref="Error"/> is a terminal: only then is there a progress bar.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns of the terminal.</summary>
    public int Width { get; init; } = DefaultWidth;

    /// <summary>Asks the terminal again, for what is drawn for long: people resize their windows. Null where there is none to ask.</summary>
    public Func<int>? AskWidth { get; init; }

    /// <summary>Reads an environment variable; null when it is not set.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>The folder that relative paths start from.</summary>
    public required string WorkingFolder { get; init; }

    /// <summary>Paces polling.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The process's own.</summary>
    public static CliConsole OfProcess()
    {
        var outIsTerminal = !Console.IsOutputRedirected;
        return new CliConsole
        {
            In = Console.In,
            Out = Console.Out,
            Error = Console.Error,
            OutIsTerminal = outIsTerminal,
            ErrorIsTerminal = !Console.IsErrorRedirected,
            Width = outIsTerminal && Console.WindowWidth > 0 ? Console.WindowWidth : DefaultWidth,
            AskWidth = outIsTerminal ? () => Console.WindowWidth : null,
            Environment = System.Environment.GetEnvironmentVariable,
            WorkingFolder = System.Environment.CurrentDirectory,
        };
    }

    /// <summary>Colours are for people at a terminal who have not asked to be spared (https://no-color.org).</summary>
    internal bool Colours =>
        OutIsTerminal && string.IsNullOrEmpty(Environment("NO_COLOR")) && Environment("TERM") is not ("dumb" or null);

    /// <summary>Columns that the terminal has now.</summary>
    internal int CurrentWidth => AskWidth?.Invoke() is > 0 and var columns ? columns : Width;

    internal string FullPath(string path) => Path.GetFullPath(path, WorkingFolder);
}
