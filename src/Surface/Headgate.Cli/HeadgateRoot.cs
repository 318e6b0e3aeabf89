using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Headgate.Cli.Commands;
using Headgate.Cli.Output;

namespace Headgate.Cli;

/// <summary><c>headgate</c> itself: every noun, the options that all take, and help with examples.</summary>
internal sealed class HeadgateRoot : RootCommand
{
    public HeadgateRoot(CliConsole console, IEnumerable<Command> further)
        : base("Storage QoS: a LUN for every disk, with IOPS that it can count on and a limit that it cannot exceed.")
    {
        Console = console;
        Add(Output);
        Add(Server);
        Add(KeyFile);
        foreach (var noun in PlaceCommands.All()) Add(noun);
        Add(ProviderCommands.Noun());
        Add(PoolCommands.Noun());
        Add(FindingCommands.Noun());
        Add(OfferingCommands.DiskNoun());
        Add(OfferingCommands.ComputeNoun());
        Add(VolumeCommands.Noun());
        Add(RecycleBinCommands.Noun());
        Add(SnapshotCommands.Noun());
        Add(SnapshotGroupCommands.Noun());
        Add(TemplateCommands.Noun());
        Add(PlacementCommands.Noun());
        Add(OperationCommands.Noun());
        foreach (var noun in EventCommands.All()) Add(noun);
        foreach (var noun in AccessCommands.All()) Add(noun);
        Add(QuotaCommands.Noun());
        Add(UsageCommands.Noun());
        Add(NodeCommands.Noun());
        Add(ManagementServerCommands.Noun());
        foreach (var verb in AboutCommands.All()) Add(verb);
        foreach (var command in further) AddOrMerge(command);

        foreach (var option in Options)
        {
            if (option is HelpOption { Action: HelpAction help } helpOption) helpOption.Action = new HelpWithExamples(help);
        }
    }

    public CliConsole Console { get; }

    public Option<OutputFormat> Output { get; } = Globals.OutputOption();

    public Option<string?> Server { get; } = Globals.ServerOption();

    public Option<string?> KeyFile { get; } = Globals.KeyFileOption();

    /// <summary>A further command of a noun's name gives the noun an action of its own: <c>headgate node</c> beside <c>headgate node status</c>.</summary>
    private void AddOrMerge(Command command)
    {
        var noun = Subcommands.FirstOrDefault(known => known.Name == command.Name);
        if (noun is null)
        {
            Add(command);
            return;
        }
        foreach (var option in command.Options) noun.Add(option);
        noun.Action = command.Action;
        noun.Description = command.Description;
    }

    /// <summary>The usual help, then the verb's examples.</summary>
    private sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            usual.Invoke(parseResult);
            if (parseResult.CommandResult.Command is not Verb { Examples.Count: > 0 } verb) return ExitCode.Done;
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in verb.Examples) output.WriteLine($"  {example}");
            output.WriteLine();
            return ExitCode.Done;
        }
    }
}
