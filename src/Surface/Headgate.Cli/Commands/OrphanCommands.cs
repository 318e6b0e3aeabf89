using System.CommandLine;
using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate pool orphan</c>: what carries our mark on a storage and is no volume here.</summary>
internal static class OrphanCommands
{
    public static Command Noun() => Verb.Noun("orphan", "Orphans: made by us, on the storage, and no volume here. They are left alone until you decide.",
        List(), Show(), Adopt(), Delete());

    private static Verb List()
    {
        var pool = Given.Text("--pool", "Only those on this pool.", "POOL");
        var all = Given.Flag("--all", "Those too that were adopted, deleted or are gone.");
        return Verb.Of("list", "List what is in quarantine.", ["headgate pool orphan list --pool san1"], [pool, all], (session, cancelled) => session.ListAsync(
            Routes.Filtered(Routes.Orphans, ("pool", session.Get(pool)), ("all", session.Get(all) ? "true" : null)),
            FindingViews.Orphans, ApiJson.Default.OrphanView, cancelled));
    }

    private static Verb Show()
    {
        var orphan = Given.Ref("ORPHAN");
        return Verb.Of("show", "Show one orphan.", ["headgate pool orphan show ID"], [orphan], (session, cancelled) =>
            session.ShowAsync(Routes.Of(Routes.Orphans, session.Get(orphan)), FindingViews.Orphan, ApiJson.Default.OrphanView, cancelled));
    }

    private static Verb Adopt()
    {
        var orphan = Given.Ref("ORPHAN");
        var name = Given.Required("--name", "The volume's name.", "NAME");
        var account = Given.Required("--account", "Whose it shall be.", "ACCOUNT");
        var offering = Given.Required("--disk-offering", "What it shall count as; its limits stay what they are.", "OFFERING");
        return Verb.Of("adopt", "Make an orphan a volume again, with its data, size and limits.",
            ["headgate pool orphan adopt ID --name db1 --account acme --disk-offering gold"],
            WaitOptions.With(orphan, name, account, offering), async (session, cancelled) =>
            {
                var body = new AdoptOrphan { Name = session.Get(name)!, Account = session.Get(account)!, DiskOffering = session.Get(offering)! };
                var answer = await session.Api.PostAsync(Routes.Of(Routes.Orphans, session.Get(orphan), "adopt"), body, ApiJson.Default.AdoptOrphan, cancelled);
                await VolumeCommands.ShowAfterAsync(session, answer, cancelled);
            });
    }

    private static Verb Delete()
    {
        var orphan = Given.Ref("ORPHAN");
        var early = Given.Flag("--early", "Before its quarantine is over: you are sure that nobody needs it.");
        return Verb.Of("delete", "End an orphan and its data on the storage.", ["headgate pool orphan delete ID"], WaitOptions.With(orphan, early), async (session, cancelled) =>
        {
            var id = session.Get(orphan);
            var answer = await session.Api.DeleteAsync(Routes.Filtered(Routes.Of(Routes.Orphans, id), ("early", session.Get(early) ? "true" : null)), cancelled);
            await session.FinishAndSayAsync(answer, $"orphan {id}: deleted on its storage", cancelled);
        });
    }
}
