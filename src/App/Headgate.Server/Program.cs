using Headgate.Cli;
using Headgate.Server;

// One program: the command line, and the servers that it can start (up, server, node).
return await HeadgateCli.RunAsync(args, CliConsole.OfProcess(), ServerCommands.All(), CancellationToken.None);
