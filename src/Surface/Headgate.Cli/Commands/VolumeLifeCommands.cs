using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate volume protect|unprotect|importable|import|unmanage</c></summary>
internal static class VolumeLifeCommands
{
    public static Verb Protect() => Change("protect", "Keep a volume from being deleted, expunged or given up, by anybody.");

    public static Verb Unprotect() => Change("unprotect", "Let a volume be deleted again.");

    public static Verb Importable()
    {
        var pool = Given.Required("--pool", "The pool whose storage to look at.", "POOL");
        return Verb.Of("importable", "List what is on a pool's storage and none of ours.", ["headgate volume importable --pool san1"], [pool], (session, cancelled) =>
            session.ListAsync(Routes.Of(Routes.Pools, session.Get(pool)!, "importable"), VolumeLifeViews.Importable, ApiJson.Default.ImportableView, cancelled));
    }

    public static Verb Import()
    {
        var pool = Given.Required("--pool", "The pool that it is on.", "POOL");
        var backend = Given.Required("--backend-id", "The storage's name for it; see 'headgate volume importable'.", "HANDLE");
        var name = Given.Required("--name", "Its name from then on.", "NAME");
        var offering = Given.Required("--disk-offering", "What it shall count as; its limits stay what they are.", "OFFERING");
        var account = Given.Text("--account", "Whose it shall be (default: your own account).", "ACCOUNT");
        return Verb.Of("import", "Take over a volume that somebody else made on a pool's storage, with its data, size and limits.",
            ["headgate volume import --pool san1 --backend-id 42 --name db1 --disk-offering gold --account acme"],
            WaitOptions.With(pool, backend, name, offering, account), async (session, cancelled) =>
            {
                var body = new ImportVolume
                {
                    Pool = session.Get(pool)!, BackendId = session.Get(backend)!, Name = session.Get(name)!, DiskOffering = session.Get(offering)!,
                    Account = session.Get(account),
                };
                var answer = await session.Api.PostAsync(Routes.VolumeImport, body, ApiJson.Default.ImportVolume, cancelled);
                await VolumeCommands.ShowAfterAsync(session, answer, cancelled);
            });
    }

    public static Verb Unmanage()
    {
        var volume = Given.Ref("VOLUME");
        var force = Given.Flag("--force", "Its storage will never answer again: forget it without asking there.");
        return Verb.Of("unmanage", "Forget a volume and leave it, with its data, on its storage; its connections are taken away.", ["headgate volume unmanage db1"],
            WaitOptions.With(volume, force), async (session, cancelled) =>
            {
                var name = session.Get(volume);
                var route = Routes.Filtered(Routes.Of(Routes.Volumes, name, "unmanage"), ("force", session.Get(force) ? "true" : null));
                var answer = await session.Api.PostAsync(route, cancelled);
                await session.FinishAndSayAsync(answer, $"volume {name}: not managed here any more; its data is where it was", cancelled);
            });
    }

    private static Verb Change(string verb, string help)
    {
        var volume = Given.Ref("VOLUME");
        return Verb.Of(verb, help, [$"headgate volume {verb} db1"], [volume], async (session, cancelled) =>
        {
            var answer = await session.Api.PostAsync(Routes.Of(Routes.Volumes, session.Get(volume), verb), cancelled);
            session.Printer.PrintOne(answer.Body, VolumeViews.Volume, ApiJson.Default.VolumeView);
        });
    }
}
