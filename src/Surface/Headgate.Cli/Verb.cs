using System.CommandLine;

namespace Headgate.Cli;

/// <summary>A command that does something, with examples that its help shows.</summary>
internal sealed class Verb : Command
{
    private Verb(string name, string description) : base(name, description) { }

    /// <summary>Lines that can be pasted into a shell.</summary>
    public IReadOnlyList<string> Examples { get; private init; } = [];

    /// <summary>A verb that runs <paramref name="run"/> with what was given for <paramref name="symbols"/>.</summary>
    public static Verb Of(
        string name, string description, string[] examples, Symbol[] symbols, Func<Session, CancellationToken, Task> run)
    {
        var verb = new Verb(name, description) { Examples = examples };
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument) verb.Add(argument);
            else verb.Add((Option)symbol);
        }
        verb.SetAction(async (args, cancelled) =>
        {
            using var session = new Session(Globals.ConsoleOf(args), args);
            await run(session, cancelled);
            return ExitCode.Done;
        });
        return verb;
    }

    /// <summary>A noun with its verbs.</summary>
    public static Command Noun(string name, string description, params Command[] verbs)
    {
        var noun = new Command(name, description);
        foreach (var verb in verbs) noun.Add(verb);
        return noun;
    }
}
