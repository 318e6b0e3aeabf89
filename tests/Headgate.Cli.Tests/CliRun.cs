using System.CommandLine;

namespace Headgate.Cli.Tests;

/// <summary>What a command line ended with.</summary>
internal sealed record CliResult(int Exit, string Out, string Error);

/// <summary>Runs command lines in this process against a temporary working folder.</summary>
internal sealed class CliRun : IDisposable
{
    public Dictionary<string, string> Environment { get; } = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("hg-cli-test-").FullName;

    public string Input { get; set; } = "";

    public bool Terminal { get; set; }

    public int Width { get; set; } = 100;

    public List<Command> Further { get; } = [];

    /// <summary>A run whose configuration points at <paramref name="server"/>.</summary>
    public static CliRun Against(ScriptedServer server)
    {
        var run = new CliRun();
        run.Write("data/admin.json", $$"""{"endpoint":"{{server.Endpoint}}","key":"hg_secret_key"}""");
        return run;
    }

    public string Write(string path, string text)
    {
        var full = Path.Combine(Folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return full;
    }

    public async Task<CliResult> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = new CliConsole
        {
            In = new StringReader(Input),
            Out = output,
            Error = error,
            OutIsTerminal = Terminal,
            Width = Width,
            Environment = name => Environment.GetValueOrDefault(name),
            WorkingFolder = Folder,
        };
        var exit = await HeadgateCli.RunAsync(args, console, Further, TestContext.Current.CancellationToken);
        return new CliResult(exit, output.ToString(), error.ToString());
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
