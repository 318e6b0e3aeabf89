using System.CommandLine;
using System.CommandLine.Parsing;
using Headgate.Cli.Output;

namespace Headgate.Cli;

/// <summary>The options that every command takes.</summary>
internal static class Globals
{
    public static Option<OutputFormat> OutputOption()
    {
        var option = new Option<OutputFormat>("--output", "-o")
        {
            Description = "How to print results.",
            HelpName = "table|json|yaml",
            Recursive = true,
            DefaultValueFactory = _ => OutputFormat.Table,
            CustomParser = ParseFormat,
        };
        option.CompletionSources.Clear(); // in place of the enum's own names, which are in capitals
        option.CompletionSources.Add("table", "json", "yaml");
        return option;
    }

    public static Option<string?> ServerOption() => new("--server")
    {
        Description = "The management server, in place of the configured one.",
        HelpName = "URL",
        Recursive = true,
    };

    public static Option<string?> KeyFileOption() => new("--key-file")
    {
        Description = "A file with the API key: the bare key, or a configuration with endpoint and key.",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>The console that the root command was built for.</summary>
    public static CliConsole ConsoleOf(ParseResult args) => ((HeadgateRoot)args.RootCommandResult.Command).Console;

    private static OutputFormat ParseFormat(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        switch (text)
        {
            case "table": return OutputFormat.Table;
            case "json": return OutputFormat.Json;
            case "yaml": return OutputFormat.Yaml;
            default:
                result.AddError($"'{text}' is not an output format; give table, json or yaml.");
                return default;
        }
    }
}
