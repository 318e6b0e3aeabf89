using System.CommandLine;
using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate pool</c>: primary storage.</summary>
internal static class PoolCommands
{
    public static Command Noun() => Verb.Noun("pool", "Primary storage: where volumes live.",
        Add(),
        Verb.Of("list", "List pools.", ["headgate pool list"], [], (session, cancelled) =>
            session.ListAsync(Routes.Pools, StorageViews.Pools, ApiJson.Default.PoolView, cancelled)),
        PlaceCommands.ShowVerb("pool", Routes.Pools, "san1", (session, route, cancelled) =>
            session.ShowAsync(route, StorageViews.Pool, ApiJson.Default.PoolView, cancelled)),
        Update(),
        PoolPlacementCommands.Placement(),
        Change("refresh", "Ask its storage again what it has and can do, and take that up: after a shelf was added there, or a disk grown."),
        Change("disable", "Place no further volumes on it; those that are there go on."),
        Change("enable", "Place volumes on it again."),
        Change("maintain", "Enter maintenance: no change to any of its volumes until it is enabled again."),
        Check(),
        PlaceCommands.RemoveVerb("pool", Routes.Pools, "san1", help: "Remove a pool; refused while volumes are on it. The storage itself is left alone."));

    private static Verb Add()
    {
        var name = Given.Required("--name", "Its name.", "NAME");
        var provider = Given.Required("--provider", "The provider; see 'headgate provider list'.", "PROVIDER");
        var zone = Given.Required("--zone", "The zone that it is in.", "ZONE");
        var scope = Given.OneOf("--scope", "Who can reach it (default zone).", "zone", "cluster", "host");
        var cluster = Given.Text("--cluster", "The cluster, for --scope cluster.", "CLUSTER");
        var host = Given.Text("--host", "The host, for --scope host.", "HOST");
        var settings = Given.Pairs("--setting", "A setting of the provider's; see 'headgate provider show'.", "NAME=VALUE");
        var secrets = Given.Pairs("--secret", "A secret setting, read from a file, or from standard input with '-'.", "NAME=FILE");
        var tags = Given.Words("--tags", "Tags that offerings can ask for.", "ssd,fast");
        var bytes = Given.Size("--capacity-bytes", "Bytes to use of it (default: all that it says it has).");
        var iops = Given.Count("--capacity-iops", "Sum of minimums to promise (default: what it says it can keep).", 0);
        var exclusive = Given.Words("--exclusive-tags", "Those of its tags that keep everything off it that does not ask for them by name.", "gpu");
        var noChap = Given.Flag("--no-chap", "Let initiators log in without CHAP.");

        return Verb.Of("add", "Add primary storage; its settings are tried against the storage itself.",
            [
                "headgate pool add --name san1 --provider SolidFire --zone z1 --setting endpoint=https://10.0.0.5 \\",
                "    --setting username=admin --secret password=pw.txt --tags ssd",
            ],
            WaitOptions.With(name, provider, zone, scope, cluster, host, settings, secrets, tags, exclusive, bytes, iops, noChap),
            async (session, cancelled) =>
            {
                var body = new CreatePool
                {
                    Name = session.Get(name)!,
                    Provider = session.Get(provider)!,
                    Zone = session.Get(zone)!,
                    Scope = session.Get(scope) ?? "zone",
                    Cluster = session.Get(cluster),
                    Host = session.Get(host),
                    Settings = session.Get(settings) ?? [],
                    Secrets = SecretFiles.Read(session.Console, session.Get(secrets) ?? []),
                    Tags = session.Get(tags) ?? [],
                    CapacityBytes = session.Get(bytes),
                    CapacityIops = session.Get(iops),
                    RequireChap = !session.Get(noChap),
                    Placement = session.Has(exclusive) ? new ChangePoolPlacement { ExclusiveTags = session.Get(exclusive) } : null,
                };
                var answer = await session.Api.PostAsync(Routes.Pools, body, ApiJson.Default.CreatePool, cancelled);
                await session.FinishAndShowAsync(answer, Routes.Pools, StorageViews.Pool, ApiJson.Default.PoolView, cancelled);
            });
    }

    private static Verb Update()
    {
        var pool = Given.Ref("POOL");
        var bytes = Given.Size("--capacity-bytes", "Bytes to use of its storage from now on.");
        var allBytes = Given.Flag("--all-bytes", "Use all bytes that the storage has.");
        var iops = Given.Count("--capacity-iops", "Sum of minimums to promise from now on.", 0);
        var allIops = Given.Flag("--all-iops", "Promise as many IOPS as the storage says that it can keep.");
        var verb = Verb.Of("update", "Give it more or less of its storage; refused below what its volumes take or are promised.",
            ["headgate pool update san1 --capacity-bytes 20TiB", "headgate pool update san1 --capacity-iops 50000 --all-bytes"],
            WaitOptions.With(pool, bytes, allBytes, iops, allIops), async (session, cancelled) =>
            {
                var body = new ChangePoolCapacity
                {
                    CapacityBytes = session.Get(bytes), AllBytes = session.Get(allBytes), CapacityIops = session.Get(iops), AllIops = session.Get(allIops),
                };
                var answer = await session.Api.PostAsync(Routes.Of(Routes.Pools, session.Get(pool), "capacity"), body, ApiJson.Default.ChangePoolCapacity, cancelled);
                await session.FinishAndShowAsync(answer, Routes.Pools, StorageViews.Pool, ApiJson.Default.PoolView, cancelled);
            });
        verb.Validators.Add(result =>
        {
            Option[] all = [bytes, allBytes, iops, allIops];
            if (all.All(option => result.GetResult(option) is null or { Implicit: true })) result.AddError("Give at least one of --capacity-bytes, --all-bytes, --capacity-iops, --all-iops.");
        });
        return verb;
    }

    private static Verb Change(string verb, string help)
    {
        var pool = Given.Ref("POOL");
        return Verb.Of(verb, help, [$"headgate pool {verb} san1"], WaitOptions.With(pool), async (session, cancelled) =>
        {
            var answer = await session.Api.PostAsync(Routes.Of(Routes.Pools, session.Get(pool), verb), cancelled);
            await session.FinishAndShowAsync(answer, Routes.Pools, StorageViews.Pool, ApiJson.Default.PoolView, cancelled);
        });
    }

    private static Verb Check()
    {
        var pool = Given.Ref("POOL");
        var repair = Given.Flag("--repair", "Set right what endangers no data: limits, lost grants, access that nobody granted.");
        return Verb.Of("check", "Compare what the database says with what the storage holds, now.",
            ["headgate pool check san1", "headgate pool check san1 --repair"], [pool, repair],
            async (session, cancelled) =>
            {
                var route = Routes.Of(Routes.Pools, session.Get(pool), "check");
                var answer = await session.Api.PostAsync(session.Get(repair) ? route + "?repair=true" : route, cancelled);
                var failed = await RepairsEndedAsync(session, ApiClient.Read(answer.Body, ApiJson.Default.PoolCheck), cancelled);
                session.Printer.PrintOne(answer.Body, StorageViews.Check, ApiJson.Default.PoolCheck);
                if (failed is not null) throw failed;
            });
    }

    /// <summary>Waits for all; the first that was not begun or failed, null when every one was done.</summary>
    private static async Task<CliException?> RepairsEndedAsync(Session session, PoolCheck check, CancellationToken cancelled)
    {
        CliException? first = null;
        if (check.Findings.FirstOrDefault(f => f.RepairProblem is not null) is { RepairProblem: { } why } refused)
            first = new CliException("repair-refused", $"The repair of volume {refused.Volume} was not begun: {why}");
        foreach (var id in check.Findings.Select(f => f.Operation).OfType<Guid>().Distinct())
        {
            var begun = await session.Api.GetAsync(Routes.Of(Routes.Operations, id.ToString()), cancelled);
            try
            {
                await new OperationWait(session.Console, session.Api).UntilEndedAsync(ApiClient.Read(begun, ApiJson.Default.OperationView), cancelled);
            }
            catch (CliException failed)
            {
                first ??= failed;
            }
        }
        return first;
    }
}
