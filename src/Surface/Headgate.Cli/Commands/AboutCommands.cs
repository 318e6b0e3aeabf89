using System.CommandLine;
using System.Reflection;
using System.Text.Json;
using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Output;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate whoami|version|completion</c></summary>
internal static class AboutCommands
{
    public static IEnumerable<Command> All() => [WhoAmI(), Version(), Completion()];

    private static Verb WhoAmI() => Verb.Of("whoami", "Show whose key is used.", ["headgate whoami"], [], (session, cancelled) =>
        session.ShowAsync(Routes.WhoAmI, AccessViews.WhoAmI, ApiJson.Default.WhoAmI, cancelled));

    private static Verb Version()
    {
        var clientOnly = Given.Flag("--client", "Do not ask the server.");
        return Verb.Of("version", "Show this program's version, and the server's where one answers.", ["headgate version", "headgate version --client"],
            [clientOnly], async (session, cancelled) =>
            {
                var server = session.Get(clientOnly) ? null : await ServerVersionAsync(session, cancelled);
                var versions = new CliVersion(Own(), server);
                session.Printer.PrintOne(
                    JsonSerializer.SerializeToElement(versions, ApiJson.Default.CliVersion),
                    version => new PropertySheet().Add("Client", version.Client).Add("Server", version.Server?.Version ?? "not reached").Add("SDK", version.Server?.Sdk),
                    ApiJson.Default.CliVersion);
            });
    }

    /// <summary>The program's version without build metadata.</summary>
    private static string Own() =>
        typeof(AboutCommands).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static async Task<VersionView?> ServerVersionAsync(Session session, CancellationToken cancelled)
    {
        try
        {
            return ApiClient.Read(await session.Api.GetAsync(Routes.Version, cancelled), ApiJson.Default.VersionView);
        }
        catch (CliException)
        {
            return null; // no server, none configured, or not ours: the client's own version is still the answer
        }
    }

    private static Verb Completion()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        return Verb.Of("completion", "Print a script that completes headgate's commands in a shell.",
            ["source <(headgate completion bash)", "headgate completion fish > ~/.config/fish/completions/headgate.fish"], [shell], (session, _) =>
            {
                session.Console.Out.Write(CompletionScripts.Of(session.Get(shell)));
                return Task.CompletedTask;
            });
    }
}
