using Headgate.Cli;

// One program: the command line, and the servers that it can start (up, server, node).
using var stop = new CancellationTokenSource();
return await HeadgateCli.RunAsync(args, CliConsole.OfProcess(), [], stop.Token);
