using System.CommandLine;
using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate volume</c></summary>
internal static class VolumeCommands
{
    public static Command Noun() => Verb.Noun("volume", "Volumes: disks with promises.",
        Create(), List(),
        PlaceCommands.ShowVerb("volume", Routes.Volumes, "db1", (session, route, cancelled) =>
            session.ShowAsync(route, VolumeViews.Volume, ApiJson.Default.VolumeView, cancelled)),
        Resize(), ChangeOffering(), Migrate(), SetQos(),
        VolumeAccessCommands.Connect(), VolumeAccessCommands.Disconnect(),
        VolumeQosCommands.Qos(), VolumeQosCommands.Watch(),
        Delete(), Recover(), Expunge());

    /// <summary>Ends a change of a volume and shows the volume.</summary>
    internal static Task ShowAfterAsync(Session session, ApiAnswer answer, CancellationToken cancelled)
    {
        if (!PlanCommands.IsPlan(session)) return session.FinishAndShowAsync(answer, Routes.Volumes, VolumeViews.Volume, ApiJson.Default.VolumeView, cancelled);
        session.Printer.PrintOne(answer.Body, PlanViews.Plan, ApiJson.Default.ChangePlanView);
        return Task.CompletedTask;
    }

    private static Verb Create()
    {
        var name = Given.Required("--name", "Its name: letters, digits, '-', '_', '.'.", "NAME");
        var request = new VolumeRequestOptions();
        return Verb.Of("create", "Create a volume on the pool that keeps its promises best.",
            [
                "headgate volume create --name db1 --disk-offering gold",
                "headgate volume create --name db2 --disk-offering custom --size 20GiB --min-iops 500 --max-iops 2000",
                "headgate volume create --name copy --disk-offering gold --from-snapshot nightly",
                "headgate volume create --name vm1 --disk-offering gold --template debian13",
            ],
            WaitOptions.WithDryRun([name, .. request.All]),
            async (session, cancelled) =>
            {
                var body = request.Read(session, session.Get(name)!);
                var answer = await session.Api.PostAsync(PlanCommands.Route(session, Routes.Volumes), body, ApiJson.Default.CreateVolume, cancelled);
                await ShowAfterAsync(session, answer, cancelled);
            });
    }

    private static Verb List()
    {
        var pool = Given.Text("--pool", "Only those on this pool.", "POOL");
        var state = Given.Text("--state", "Only those in this state; 'deleted' shows the recycle bin.", "STATE");
        var account = Given.Text("--account", "Only those of this account.", "ACCOUNT");
        return Verb.Of("list", "List volumes.", ["headgate volume list", "headgate volume list --state deleted -o json"],
            [pool, state, account], (session, cancelled) => session.ListAsync(
                Routes.Filtered(Routes.Volumes, ("pool", session.Get(pool)), ("state", session.Get(state)), ("account", session.Get(account))),
                VolumeViews.Volumes, ApiJson.Default.VolumeView, cancelled));
    }

    private static Verb Resize()
    {
        var volume = Given.Ref("VOLUME");
        var size = Given.Size("--size", "Its new size; only ever larger.", required: true);
        return Verb.Of("resize", "Make a volume larger while it is in use.", ["headgate volume resize db1 --size 20GiB"],
            WaitOptions.WithDryRun(volume, size), async (session, cancelled) =>
            {
                var answer = await session.Api.PostAsync(
                    PlanCommands.Route(session, Routes.Of(Routes.Volumes, session.Get(volume), "resize")), new ResizeVolume(session.Get(size) ?? 0), ApiJson.Default.ResizeVolume, cancelled);
                await ShowAfterAsync(session, answer, cancelled);
            });
    }

    private static Verb ChangeOffering()
    {
        var volume = Given.Ref("VOLUME");
        var offering = Given.Required("--disk-offering", "The offering that it shall have.", "OFFERING");
        return Verb.Of("change-offering",
            "Give a volume the promises of an offering's current version: while it is in use, or by moving it to another pool when nobody is connected.",
            ["headgate volume change-offering db1 --disk-offering gold", "headgate volume change-offering db1 --disk-offering archive --dry-run"],
            WaitOptions.WithDryRun(volume, offering), async (session, cancelled) =>
            {
                var answer = await session.Api.PostAsync(
                    PlanCommands.Route(session, Routes.Of(Routes.Volumes, session.Get(volume), "offering")), new ChangeVolumeOffering(session.Get(offering)!),
                    ApiJson.Default.ChangeVolumeOffering, cancelled);
                await ShowAfterAsync(session, answer, cancelled);
            });
    }

    private static Verb Migrate()
    {
        var volume = Given.Ref("VOLUME");
        var pool = Given.Required("--pool", "The pool that it shall be on.", "POOL");
        return Verb.Of("migrate", "Move a volume that nobody is connected to to another pool: copied, read back and compared, then switched (admins).",
            ["headgate volume migrate db1 --pool san2", "headgate volume migrate db1 --pool san2 --dry-run"],
            WaitOptions.WithDryRun(volume, pool), async (session, cancelled) =>
            {
                var answer = await session.Api.PostAsync(
                    PlanCommands.Route(session, Routes.Of(Routes.Volumes, session.Get(volume), "migrate")), new MigrateVolume(session.Get(pool)!),
                    ApiJson.Default.MigrateVolume, cancelled);
                await ShowAfterAsync(session, answer, cancelled);
            });
    }

    private static Verb SetQos()
    {
        var volume = Given.Ref("VOLUME");
        var min = Given.Count("--min-iops", "IOPS that it can count on; left out: as it is.", 0);
        var max = Given.Count("--max-iops", "IOPS that it cannot exceed for long; left out: as it is.", 1);
        var burst = Given.Count("--burst-iops", "IOPS that saved-up credit may reach; left out: as it is, or max where max is above it.", 1);
        var bandwidth = Given.Size("--max-bandwidth", "Bytes per second that it cannot exceed; left out: as it is.");
        var verb = Verb.Of("set-qos", "Set a volume's own limits while it is in use.",
            ["headgate volume set-qos db1 --max-iops 3000", "headgate volume set-qos db1 --min-iops 500 --max-iops 2000 --burst-iops 4000"],
            WaitOptions.WithDryRun(volume, min, max, burst, bandwidth), async (session, cancelled) =>
            {
                var route = Routes.Of(Routes.Volumes, session.Get(volume));
                var now = ApiClient.Read(await session.Api.GetAsync(route, cancelled), ApiJson.Default.VolumeView);
                var wanted = Merge(now.Promises, session.Get(min), session.Get(max), session.Get(burst), session.Get(bandwidth));
                var answer = await session.Api.PostAsync(PlanCommands.Route(session, route + "/qos"), wanted, ApiJson.Default.SetVolumeQos, cancelled);
                await ShowAfterAsync(session, answer, cancelled);
            });
        verb.Validators.Add(result =>
        {
            Option[] all = [min, max, burst, bandwidth];
            if (all.All(option => result.GetResult(option) is null)) result.AddError("Give at least one of --min-iops, --max-iops, --burst-iops, --max-bandwidth.");
        });
        return verb;
    }

    /// <summary>
    /// The API sets all four at once. What is not named stays, but for a burst below the new max: min &lt;= max &lt;= burst has to
    /// hold, and whoever raises max to 3000 does not want to be told of a burst of 1000.
    /// </summary>
    internal static SetVolumeQos Merge(IReadOnlyList<PromiseView> now, long? min, long? max, long? burst, long? bandwidth)
    {
        var keptMax = max ?? Requested("maxIops");
        var keptBurst = burst ?? Requested("burstIops");
        if (burst is null && keptBurst < keptMax) keptBurst = keptMax;
        return new SetVolumeQos(min ?? Requested("minIops"), keptMax, keptBurst, bandwidth ?? Requested("maxBandwidth"));

        long? Requested(string promise) => now.FirstOrDefault(p => p.Promise == promise)?.Requested;
    }

    private static Verb Delete()
    {
        var volume = Given.Ref("VOLUME");
        return Verb.Of("delete", "Move a volume to the recycle bin; 'recover' takes it out again.", ["headgate volume delete db1"],
            WaitOptions.With(volume), async (session, cancelled) =>
            {
                var name = session.Get(volume);
                var answer = await session.Api.DeleteAsync(Routes.Of(Routes.Volumes, name), cancelled);
                await session.FinishAndSayAsync(answer, $"volume {name}: in the recycle bin; 'headgate volume recover {name}' takes it out, 'expunge' ends it", cancelled);
            });
    }

    private static Verb Recover()
    {
        var volume = Given.Ref("VOLUME");
        return Verb.Of("recover", "Take a volume out of the recycle bin.", ["headgate volume recover db1"],
            WaitOptions.With(volume), async (session, cancelled) =>
            {
                var answer = await session.Api.PostAsync(Routes.Of(Routes.Volumes, session.Get(volume), "recover"), cancelled);
                await ShowAfterAsync(session, answer, cancelled);
            });
    }

    private static Verb Expunge()
    {
        var volume = Given.Ref("VOLUME");
        return Verb.Of("expunge", "End a deleted volume and its data for good.", ["headgate volume expunge db1"],
            WaitOptions.With(volume), async (session, cancelled) =>
            {
                var name = session.Get(volume);
                var answer = await session.Api.PostAsync(Routes.Of(Routes.Volumes, name, "expunge"), cancelled);
                await session.FinishAndSayAsync(answer, $"volume {name}: expunged", cancelled);
            });
    }
}
