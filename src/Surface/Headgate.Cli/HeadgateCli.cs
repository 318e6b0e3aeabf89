using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace Headgate.Cli;

/// <summary>The command line: parses, runs, and turns every refusal into a reason on standard error and an exit code.</summary>
public static class HeadgateCli
{
    /// <summary>
    /// After Ctrl-C or SIGTERM a command has this long to end. Servers need it (I/O under way, flush); the rest ends at once.
    /// </summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Runs one command line and answers the exit code (<see cref="ExitCode"/>).</summary>
    /// <param name="args">Without the program's name.</param>
    /// <param name="console">Streams and surroundings.</param>
    /// <param name="further">Commands that only the program has which embeds this, for example <c>up</c>.</param>
    /// <param name="cancelled">Ends it early.</param>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> args, CliConsole console, IEnumerable<Command> further, CancellationToken cancelled)
    {
        ArgumentNullException.ThrowIfNull(console);
        var parsed = new HeadgateRoot(console, further).Parse(args);
        var streams = new InvocationConfiguration
        {
            Output = console.Out,
            Error = console.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = StopTimeout,
        };
        if (parsed.Action is ParseErrorAction) return await RefuseUsageAsync(parsed, streams, cancelled);
        try
        {
            return await parsed.InvokeAsync(streams, cancelled);
        }
        catch (CliException fault)
        {
            await console.Error.WriteLineAsync($"headgate: {fault.Code}: {fault.Message}");
            foreach (var line in fault.Details) await console.Error.WriteLineAsync($"  {line}");
            return fault.Exit;
        }
        catch (OperationCanceledException)
        {
            await console.Error.WriteLineAsync("headgate: interrupted: what the server has begun goes on; see 'headgate operation list'.");
            return ExitCode.Refused;
        }
        catch (IOException broken) when (broken.Message.Contains("Broken pipe", StringComparison.Ordinal))
        {
            return ExitCode.Refused; // the reader (head, less) has left: nobody is there to tell
        }
    }

    /// <summary>Every command as it is typed, for example <c>volume create</c>: what documentation may name.</summary>
    public static IReadOnlyList<string> CommandPaths(IEnumerable<Command> further) =>
        [.. PathsUnder(new HeadgateRoot(Mute(), further), "")];

    /// <summary>What is wrong with a command line as a manual gives it; empty when it would be understood.</summary>
    public static IReadOnlyList<string> Misunderstood(string commandLine, IEnumerable<Command> further)
    {
        var words = CommandLineParser.SplitCommandLine(commandLine).Skip(1); // the first is the program's own name
        var parsed = new HeadgateRoot(Mute(), further).Parse([.. words]);
        return [.. parsed.Errors.Select(error => error.Message)];
    }

    private static CliConsole Mute() => new()
    {
        In = TextReader.Null,
        Out = TextWriter.Null,
        Error = TextWriter.Null,
        Environment = _ => null,
        WorkingFolder = "/",
    };

    private static IEnumerable<string> PathsUnder(Command command, string prefix)
    {
        foreach (var child in command.Subcommands)
        {
            var path = prefix.Length == 0 ? child.Name : $"{prefix} {child.Name}";
            yield return path;
            foreach (var below in PathsUnder(child, path)) yield return below;
        }
    }

    private static async Task<int> RefuseUsageAsync(ParseResult parsed, InvocationConfiguration streams, CancellationToken cancelled)
    {
        // A noun without its verb is a question: "what can I do with it?" Anything else gets the reason and where to read on.
        var command = parsed.CommandResult.Command;
        var asksForVerbs = command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count == 0;
        var toError = new InvocationConfiguration { Output = streams.Error, Error = streams.Error, EnableDefaultExceptionHandler = false };
        ((ParseErrorAction)parsed.Action!).ShowHelp = asksForVerbs;
        await parsed.InvokeAsync(toError, cancelled);
        if (!asksForVerbs)
        {
            var names = new Stack<string>();
            for (var at = parsed.CommandResult; at is not null; at = at.Parent as CommandResult)
                names.Push(at.Command is HeadgateRoot ? "headgate" : at.Command.Name);
            await streams.Error.WriteLineAsync($"See '{string.Join(' ', names)} --help'.");
        }
        return ExitCode.Usage;
    }
}
