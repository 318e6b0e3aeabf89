using System.CommandLine;
using Headgate.Cli;

namespace Headgate.Server.Backup;

/// <summary><c>headgate backup</c></summary>
internal static class BackupCommands
{
    public static Command Verb(Option<string> data, Option<string> database, Option<string> passwordFile)
    {
        var to = new Option<string>("--to") { Description = "The folder to write to; made when it is not there.", HelpName = "DIR", Required = true };
        var command = new Command("backup", "Write the control plane's database to a folder, while servers work on it.") { data, database, passwordFile, to };
        command.SetAction((args, stop) => ServerCommands.AnsweringAsync(
            (console, cancel) => RunAsync(
                console, DatabaseChoice.Of(args.GetValue(database), args.GetValue(passwordFile)), Path.GetFullPath(args.GetRequiredValue(data)),
                Path.GetFullPath(args.GetRequiredValue(to)), cancel),
            stop));
        return command;
    }

    private static async Task RunAsync(CliConsole console, DatabaseChoice? choice, string data, string to, CancellationToken stop)
    {
        var path = await DatabaseBackup.WriteAsync(choice, data, to, stop);
        console.Out.WriteLine($"written: {path} ({new FileInfo(path).Length} bytes)");
        console.Out.WriteLine("Not in it, and to be kept as well:");
        console.Out.WriteLine("  the key that seals its secrets (keys/control.key, or in --keys DIR): once, and apart from the backup");
        console.Out.WriteLine("  templates' images (images/, or --images DIR): without them no volume is made from a template on a further pool");
        console.Out.WriteLine("  the storage itself: a backup of the control plane holds no data of volumes");
    }
}
