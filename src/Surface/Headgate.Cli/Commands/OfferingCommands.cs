using System.CommandLine;
using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate disk-offering|compute-offering</c></summary>
internal static class OfferingCommands
{
    public static Command DiskNoun() => Verb.Noun("disk-offering", "Disk offerings: what tenants pick a disk from.",
        CreateDisk(), UpdateDisk(), RollOutCommands.RollOut(),
        Verb.Of("list", "List disk offerings.", ["headgate disk-offering list"], [], (session, cancelled) =>
            session.ListAsync(Routes.DiskOfferings, OfferingViews.Disks, ApiJson.Default.DiskOfferingView, cancelled)),
        PlaceCommands.ShowVerb("disk-offering", Routes.DiskOfferings, "gold", (session, route, cancelled) =>
            session.ShowAsync(route, OfferingViews.Disk, ApiJson.Default.DiskOfferingView, cancelled)),
        Versions("disk-offering", "gold", (session, reference, cancelled) => session.ListAsync(
            Routes.Of(Routes.DiskOfferings, reference, "versions"), OfferingViews.Disks, ApiJson.Default.DiskOfferingView, cancelled)),
        PlaceCommands.RemoveVerb("disk-offering", Routes.DiskOfferings, "gold", "delete", "Hide it from new volumes; those that have it keep it."));

    public static Command ComputeNoun() => Verb.Noun("compute-offering", "Compute offerings: what tenants pick a virtual machine from.",
        CreateCompute(), UpdateCompute(),
        Verb.Of("list", "List compute offerings.", ["headgate compute-offering list"], [], (session, cancelled) =>
            session.ListAsync(Routes.ComputeOfferings, OfferingViews.Computes, ApiJson.Default.ComputeOfferingView, cancelled)),
        PlaceCommands.ShowVerb("compute-offering", Routes.ComputeOfferings, "small", (session, route, cancelled) =>
            session.ShowAsync(route, OfferingViews.Compute, ApiJson.Default.ComputeOfferingView, cancelled)),
        Versions("compute-offering", "small", (session, reference, cancelled) => session.ListAsync(
            Routes.Of(Routes.ComputeOfferings, reference, "versions"), OfferingViews.Computes, ApiJson.Default.ComputeOfferingView, cancelled)),
        PlaceCommands.RemoveVerb("compute-offering", Routes.ComputeOfferings, "small", "delete", "Hide it from new machines."));

    private static Verb Versions(string noun, string example, Func<Session, string, CancellationToken, Task> list)
    {
        var offering = Given.Ref("OFFERING");
        return Verb.Of("versions", "List its versions, oldest first; 'show NAME@2' shows one of them.", [$"headgate {noun} versions {example}"], [offering],
            (session, cancelled) => list(session, session.Get(offering), cancelled));
    }

    private static Verb CreateDisk()
    {
        var name = Given.Required("--name", "Its name.", "NAME");
        var options = new DiskOfferingOptions();
        var verb = Verb.Of("create", "Create a disk offering.",
            [
                "headgate disk-offering create --name gold --size 10GiB --min-iops 200 --max-iops 1000 --burst-iops 2000 --require min,max",
                "headgate disk-offering create --name any --custom-size --size-range 1GiB:2TiB --custom-iops --custom-max-iops 100:20000",
                "headgate disk-offering create --name scaled --custom-size --iops-per-gib 3:30 --min-iops-bounds 100:5000 --enforce storage",
                "headgate disk-offering create --name db --custom-size --min-iops 500 --max-iops 5000 --tag-expression 'ssd and not (slow or archive)' --price-gib 0.08 --price-min-iops 0.01",
            ],
            [name, .. options.All],
            async (session, cancelled) =>
            {
                var answer = await session.Api.PostAsync(
                    Routes.DiskOfferings, options.Create(session, session.Get(name)!), ApiJson.Default.CreateDiskOffering, cancelled);
                await session.FinishAndShowAsync(answer, Routes.DiskOfferings, OfferingViews.Disk, ApiJson.Default.DiskOfferingView, cancelled);
            });
        options.Validate(verb, needsOne: true);
        return verb;
    }

    private static Verb UpdateDisk()
    {
        var offering = Given.Ref("OFFERING");
        var options = new DiskOfferingOptions();
        var clear = OfferingOptions.Clear();
        var verb = Verb.Of("update", "Make its next version: as it is, with what is given. Volumes keep the version that they have; see 'roll-out'.",
            ["headgate disk-offering update gold --max-iops 4000 --burst-iops 8000", "headgate disk-offering update gold --price-gib 0.07 --clear burst-iops"],
            [offering, .. options.All, clear],
            async (session, cancelled) =>
            {
                var route = Routes.Of(Routes.DiskOfferings, session.Get(offering));
                var now = ApiClient.Read(await session.Api.GetAsync(route, cancelled), ApiJson.Default.DiskOfferingView);
                var answer = await session.Api.PostAsync(
                    route + "/versions", options.Update(session, now, session.Get(clear) ?? []), ApiJson.Default.UpdateDiskOffering, cancelled);
                await session.FinishAndShowAsync(answer, Routes.DiskOfferings, OfferingViews.Disk, ApiJson.Default.DiskOfferingView, cancelled);
            });
        options.Validate(verb, needsOne: false);
        return verb;
    }

    private static Verb CreateCompute()
    {
        var name = Given.Required("--name", "Its name.", "NAME");
        var cpu = Given.Count("--cpu", "Virtual CPUs.", 1, required: true);
        var memory = Given.Size("--memory", "Memory.", required: true);
        var (qos, common) = (new QosOptions(), new OfferingOptions());
        return Verb.Of("create", "Create a compute offering; its QoS, tags and price are the root disk's.",
            ["headgate compute-offering create --name small --cpu 1 --memory 512MiB --min-iops 100 --max-iops 500"],
            [name, cpu, memory, .. qos.All, .. common.All],
            async (session, cancelled) =>
            {
                var body = new CreateComputeOffering
                {
                    Name = session.Get(name)!, CpuCount = Cpus(session.Get(cpu) ?? 1), MemoryBytes = session.Get(memory) ?? 0, RootDiskQos = qos.Read(session),
                };
                var answer = await session.Api.PostAsync(Routes.ComputeOfferings, common.Over(session, body, []), ApiJson.Default.CreateComputeOffering, cancelled);
                await session.FinishAndShowAsync(answer, Routes.ComputeOfferings, OfferingViews.Compute, ApiJson.Default.ComputeOfferingView, cancelled);
            });
    }

    private static Verb UpdateCompute()
    {
        var offering = Given.Ref("OFFERING");
        var cpu = Given.Count("--cpu", "Virtual CPUs.", 1);
        var memory = Given.Size("--memory", "Memory.");
        var (qos, common, clear) = (new QosOptions(), new OfferingOptions(), OfferingOptions.Clear());
        return Verb.Of("update", "Make its next version: as it is, with what is given.", ["headgate compute-offering update small --cpu 2"],
            [offering, cpu, memory, .. qos.All, .. common.All, clear],
            async (session, cancelled) =>
            {
                var route = Routes.Of(Routes.ComputeOfferings, session.Get(offering));
                var now = ApiClient.Read(await session.Api.GetAsync(route, cancelled), ApiJson.Default.ComputeOfferingView);
                var cleared = session.Get(clear) ?? [];
                var body = new UpdateComputeOffering
                {
                    BasedOn = now.Version, CpuCount = session.Get(cpu) is { } count ? Cpus(count) : now.CpuCount, MemoryBytes = session.Get(memory) ?? now.MemoryBytes,
                    RootDiskQos = qos.Over(session, OfferingOptions.Less(now.RootDiskQos, cleared)),
                    Tags = now.Tags, TagExpression = now.TagExpression, Zones = now.Zones, Accounts = now.Accounts, Price = now.Price,
                };
                var answer = await session.Api.PostAsync(route + "/versions", common.Over(session, body, cleared), ApiJson.Default.UpdateComputeOffering, cancelled);
                await session.FinishAndShowAsync(answer, Routes.ComputeOfferings, OfferingViews.Compute, ApiJson.Default.ComputeOfferingView, cancelled);
            });
    }

    private static int Cpus(long count) => (int)Math.Min(int.MaxValue, count);
}
