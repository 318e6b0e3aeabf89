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
        CreateDisk(),
        Verb.Of("list", "List disk offerings.", ["headgate disk-offering list"], [], (session, cancelled) =>
            session.ListAsync(Routes.DiskOfferings, OfferingViews.Disks, ApiJson.Default.DiskOfferingView, cancelled)),
        PlaceCommands.ShowVerb("disk-offering", Routes.DiskOfferings, "gold", (session, route, cancelled) =>
            session.ShowAsync(route, OfferingViews.Disk, ApiJson.Default.DiskOfferingView, cancelled)),
        PlaceCommands.RemoveVerb("disk-offering", Routes.DiskOfferings, "gold", "delete", "Hide it from new volumes; those that have it keep it."));

    public static Command ComputeNoun() => Verb.Noun("compute-offering", "Compute offerings: what tenants pick a virtual machine from.",
        CreateCompute(),
        Verb.Of("list", "List compute offerings.", ["headgate compute-offering list"], [], (session, cancelled) =>
            session.ListAsync(Routes.ComputeOfferings, OfferingViews.Computes, ApiJson.Default.ComputeOfferingView, cancelled)),
        PlaceCommands.ShowVerb("compute-offering", Routes.ComputeOfferings, "small", (session, route, cancelled) =>
            session.ShowAsync(route, OfferingViews.Compute, ApiJson.Default.ComputeOfferingView, cancelled)),
        PlaceCommands.RemoveVerb("compute-offering", Routes.ComputeOfferings, "small", "delete", "Hide it from new machines."));

    private static Verb CreateDisk()
    {
        var name = Given.Required("--name", "Its name.", "NAME");
        var size = Given.Size("--size", "The size of its disks.");
        var customSize = Given.Flag("--custom-size", "Let each volume choose its own size.");
        var tags = Given.Words("--tags", "Tags that a pool must carry, all of them.", "ssd,fast");
        var qos = new QosOptions();
        var verb = Verb.Of("create", "Create a disk offering.",
            [
                "headgate disk-offering create --name gold --size 10GiB --min-iops 200 --max-iops 1000 --burst-iops 2000 --require min,max",
                "headgate disk-offering create --name any --custom-size --custom-iops",
                "headgate disk-offering create --name scaled --custom-size --iops-per-gib 3:30 --enforce storage",
            ],
            [name, size, customSize, .. qos.All, tags],
            async (session, cancelled) =>
            {
                var body = new CreateDiskOffering
                {
                    Name = session.Get(name)!,
                    SizeBytes = session.Get(size),
                    CustomSize = session.Get(customSize),
                    Qos = qos.Read(session),
                    Tags = session.Get(tags) ?? [],
                };
                var answer = await session.Api.PostAsync(Routes.DiskOfferings, body, ApiJson.Default.CreateDiskOffering, cancelled);
                await session.FinishAndShowAsync(answer, Routes.DiskOfferings, OfferingViews.Disk, ApiJson.Default.DiskOfferingView, cancelled);
            });
        verb.Validators.Add(result =>
        {
            var sized = result.GetResult(size) is { Implicit: false };
            if (sized == result.GetValue(customSize)) result.AddError("Give exactly one of --size and --custom-size.");
        });
        return verb;
    }

    private static Verb CreateCompute()
    {
        var name = Given.Required("--name", "Its name.", "NAME");
        var cpu = Given.Count("--cpu", "Virtual CPUs.", 1, required: true);
        var memory = Given.Size("--memory", "Memory.", required: true);
        var tags = Given.Words("--tags", "Tags that the root disk's pool must carry.", "ssd,fast");
        var qos = new QosOptions();
        return Verb.Of("create", "Create a compute offering; its QoS is the root disk's.",
            ["headgate compute-offering create --name small --cpu 1 --memory 512MiB --min-iops 100 --max-iops 500"],
            [name, cpu, memory, .. qos.All, tags],
            async (session, cancelled) =>
            {
                var body = new CreateComputeOffering
                {
                    Name = session.Get(name)!,
                    CpuCount = (int)Math.Min(int.MaxValue, session.Get(cpu) ?? 1),
                    MemoryBytes = session.Get(memory) ?? 0,
                    RootDiskQos = qos.Read(session),
                    Tags = session.Get(tags) ?? [],
                };
                var answer = await session.Api.PostAsync(Routes.ComputeOfferings, body, ApiJson.Default.CreateComputeOffering, cancelled);
                await session.FinishAndShowAsync(answer, Routes.ComputeOfferings, OfferingViews.Compute, ApiJson.Default.ComputeOfferingView, cancelled);
            });
    }
}
