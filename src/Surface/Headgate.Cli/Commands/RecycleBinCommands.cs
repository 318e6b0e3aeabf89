using System.CommandLine;
using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate recycle-bin</c></summary>
internal static class RecycleBinCommands
{
    public static Command Noun() => Verb.Noun("recycle-bin", "The recycle bin: how long deleted volumes are kept.", ShowRule(), Set());

    private static Verb ShowRule()
    {
        var account = Given.Text("--account", "Whose (default: every account's; a tenant's own).", "ACCOUNT");
        return Verb.Of("show", "Show how long deleted volumes are kept.", ["headgate recycle-bin show --account acme"], [account], (session, cancelled) =>
            session.ShowAsync(Routes.Filtered(Routes.RecycleBin, ("account", session.Get(account))), VolumeLifeViews.RecycleBin, ApiJson.Default.RecycleBinView, cancelled));
    }

    private static Verb Set()
    {
        var account = Given.Text("--account", "Whose (default: every account's without a rule of its own).", "ACCOUNT");
        var keep = Given.Duration("--keep", "How long.");
        var forever = Given.Flag("--forever", "Until somebody expunges them.");
        var inherit = Given.Flag("--inherit", "Take the rule away: an account's leaves the one for all, the one for all leaves 7 days.");
        var verb = Verb.Of("set", "Set how long deleted volumes are kept; what is in the bin keeps the end that it was told.",
            ["headgate recycle-bin set --keep 30d", "headgate recycle-bin set --account acme --forever"], [account, keep, forever, inherit], async (session, cancelled) =>
            {
                var body = new SetRecycleBin
                {
                    Account = session.Get(account), KeepSeconds = (long?)session.Get(keep)?.TotalSeconds, Forever = session.Get(forever), Inherit = session.Get(inherit),
                };
                var answer = await session.Api.PostAsync(Routes.RecycleBin, body, ApiJson.Default.SetRecycleBin, cancelled);
                session.Printer.PrintOne(answer.Body, VolumeLifeViews.RecycleBin, ApiJson.Default.RecycleBinView);
            });
        verb.Validators.Add(result =>
        {
            Option[] all = [keep, forever, inherit];
            if (all.Count(option => result.GetResult(option) is { Implicit: false }) != 1) result.AddError("Give exactly one of --keep, --forever, --inherit.");
        });
        return verb;
    }
}
