using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using Headgate.Cli;
using Headgate.Cli.Drivers;
using Headgate.Control.Events;
using Headgate.Server.Backup;
using Headgate.Server.Demo;

namespace Headgate.Server;

/// <summary><c>headgate up|server|node</c>: the commands that only the program has which carries the servers.</summary>
internal static class ServerCommands
{
    /// <summary>A hundred years: longer is for ever.</summary>
    private const int MostAuditDays = 36_500;

    public static IReadOnlyList<Command> All()
    {
        var data = new Option<string>("--data")
        {
            Description = "The folder that everything is kept in; made when it is not there.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "data",
        };
        var http = EndpointOption("--http", "Where the REST API is served.", 8080);
        var iscsi = PortalOptions.Listen();
        var advertise = PortalOptions.Advertise();
        var redirect = PortalOptions.Redirect();
        var element = EndpointOption("--element", "Where the Element API listens (TLS).", 8443);
        var capacity = new Option<long?>("--capacity-iops")
        {
            Description = "IOPS (4 KiB) that the node can serve; default: measured at its first start.",
            HelpName = "N",
            CustomParser = ParseCapacity,
        };
        var qos = new Option<string>("--qos")
        {
            Description = "'off' serves I/O in the order in which it comes and keeps no promise: for measuring, never for service.",
            DefaultValueFactory = _ => "on",
        };
        qos.AcceptOnlyFromAmong("on", "off");
        var io = FileIoOption.Make();
        var plugins = new Option<string>("--plugins")
        {
            Description = "The folder with a folder for each storage plug-in; default: plugins in the data folder. What is there runs with the server's rights.",
            HelpName = "DIR",
        };
        var database = new Option<string>("--database")
        {
            Description = $"A PostgreSQL database, which several servers may share; default: a SQLite file in the data folder. Also {DatabaseChoice.UrlVariable}.",
            HelpName = "postgres://USER@HOST:PORT/NAME",
        };
        var passwordFile = new Option<string>("--database-password-file")
        {
            Description = $"A file whose first line is the database's password. Also {DatabaseChoice.PasswordVariable}, or ~/.pgpass.",
            HelpName = "FILE",
        };
        var keys = new Option<string>("--keys")
        {
            Description = "The folder of the key that seals secrets; default: keys in the data folder. Servers on one database share it.",
            HelpName = "DIR",
        };
        var images = new Option<string>("--images")
        {
            Description = "The folder of templates' images; default: images in the data folder. Servers on one database share it.",
            HelpName = "DIR",
        };
        var lease = new Option<int>("--lease")
        {
            Description = "Seconds after which another server takes over from one that fell silent.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => (int)ServerOptions.DefaultLease.TotalSeconds,
            CustomParser = ParseLease,
        };
        var auditDays = new Option<int?>("--audit-days")
        {
            Description = $"Days for which audit records are kept (default {AuditOptions.Default.Retention.TotalDays:0}).",
            HelpName = "N",
            CustomParser = ParseDays,
        };
        var reconcile = ReconcileOption.Every();
        var noRepair = ReconcileOption.NoRepair();
        var noSample = new Option<bool>("--no-sample") { Description = "No sample zone, pool and offerings." };

        Command Make(string name, string help, Func<ServerOptions, CliConsole, CancellationToken, Task> run, params Option[] takes)
        {
            var command = new Command(name, help);
            command.Add(data);
            foreach (var option in takes) command.Add(option);
            command.SetAction((args, stop) => RunAsync(() => new ServerOptions
            {
                DataFolder = Path.GetFullPath(args.GetRequiredValue(data)),
                Http = Given(args, http),
                Iscsi = args.GetResult(iscsi) is null ? [PortalOptions.Default] : args.GetRequiredValue(iscsi),
                Advertise = args.GetResult(advertise) is null ? [] : args.GetRequiredValue(advertise),
                Redirect = args.GetResult(redirect) is null ? [] : args.GetRequiredValue(redirect),
                Element = Given(args, element),
                CapacityIops = args.GetResult(capacity) is null ? null : args.GetValue(capacity),
                IsQosOn = args.GetResult(qos) is null || args.GetValue(qos) != "off",
                Io = args.GetResult(io) is null ? Blocks.FileIoMode.Auto : args.GetRequiredValue(io),
                Plugins = args.GetResult(plugins) is null ? null : Path.GetFullPath(args.GetRequiredValue(plugins)),
                Database = args.CommandResult.Command.Options.Contains(database) ? DatabaseChoice.Of(args.GetValue(database), args.GetValue(passwordFile)) : null,
                Keys = Folder(args, keys),
                Images = Folder(args, images),
                Lease = args.GetResult(lease) is null ? ServerOptions.DefaultLease : TimeSpan.FromSeconds(args.GetValue(lease)),
                AuditDays = args.GetResult(auditDays) is null ? null : args.GetValue(auditDays),
                Reconcile = ReconcileOption.Read(args, reconcile, noRepair),
                Sample = args.GetResult(noSample) is null || !args.GetValue(noSample),
            }, run, stop));
            return command;
        }

        return
        [
            Make("up", "Start management server and storage node in one process.", Running.UpAsync, http, iscsi, advertise, redirect, element, capacity, qos, io, plugins, database, passwordFile, keys, images, lease, auditDays, reconcile, noRepair, noSample),
            Make("server", "Start the management server alone.", Running.ServerAsync, http, plugins, database, passwordFile, keys, images, lease, auditDays, reconcile, noRepair),
            Make("node", "Start a storage node alone; or ask the embedded one with a verb.", Running.NodeAsync, iscsi, advertise, redirect, element, capacity, qos, io),
            BackupCommands.Verb(data, database, passwordFile),
            DemoCommands.Noun(),
            DriverCommands.Noun(new DriverExaminer()),
        ];
    }

    private static string? Folder(ParseResult args, Option<string> option) =>
        args.GetResult(option) is null ? null : Path.GetFullPath(args.GetRequiredValue(option));

    private static IPEndPoint Given(ParseResult args, Option<IPEndPoint> option) =>
        args.GetResult(option) is null ? option.GetDefaultValue() as IPEndPoint ?? new(IPAddress.Loopback, 0) : args.GetRequiredValue(option);

    private static Task<int> RunAsync(
        Func<ServerOptions> options, Func<ServerOptions, CliConsole, CancellationToken, Task> run, CancellationToken stop) =>
        AnsweringAsync((console, cancel) => run(options(), console, cancel), stop);

    /// <summary>Runs on the process's console; a start that fails says why on standard error.</summary>
    public static async Task<int> AnsweringAsync(Func<CliConsole, CancellationToken, Task> run, CancellationToken stop)
    {
        var console = CliConsole.OfProcess();
        try
        {
            await run(console, stop);
            return ExitCode.Done;
        }
        catch (StartupException fault)
        {
            await console.Error.WriteLineAsync($"headgate: {fault.Code}: {fault.Message}");
            return ExitCode.Refused;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Done; // asked to stop while it was starting
        }
    }

    private static Option<IPEndPoint> EndpointOption(string name, string help, int port) => new(name)
    {
        Description = help,
        HelpName = "ADDRESS:PORT",
        DefaultValueFactory = _ => new IPEndPoint(IPAddress.Loopback, port),
        CustomParser = result => ParseEndpoint(result, name),
    };

    private static IPEndPoint? ParseEndpoint(ArgumentResult result, string name)
    {
        var text = result.Tokens[0].Value;
        if (PortalOptions.TryParse(text, out var endpoint)) return endpoint;
        result.AddError($"'{text}' is not ADDRESS:PORT with an IP address, for example 127.0.0.1:8080 or [::1]:8080 ({name}).");
        return null;
    }

    private static int ParseLease(ArgumentResult result)
    {
        const int Longest = 3600; // what a dead server held waits so long
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, out var seconds) && seconds is >= 1 and <= Longest) return seconds;
        result.AddError($"'{text}' is not a number of seconds from 1 to {Longest} (--lease).");
        return 0;
    }

    private static int? ParseDays(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, out var days) && days is > 0 and <= MostAuditDays) return days;
        result.AddError($"'{text}' is not a number of days from 1 to {MostAuditDays} (--audit-days).");
        return null;
    }

    private static long? ParseCapacity(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (long.TryParse(text, out var iops) && iops > 0) return iops;
        result.AddError($"'{text}' is not a number of IOPS above 0 (--capacity-iops).");
        return null;
    }
}
