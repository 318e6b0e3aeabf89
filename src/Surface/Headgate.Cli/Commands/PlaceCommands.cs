using System.CommandLine;
using Headgate.Api.Contract;
using Headgate.Cli.Api;
using Headgate.Cli.Options;
using Headgate.Cli.Views;

namespace Headgate.Cli.Commands;

/// <summary><c>headgate zone|cluster|host</c></summary>
internal static class PlaceCommands
{
    public static IEnumerable<Command> All() => [Zone(), Cluster(), Host()];

    private static Command Zone()
    {
        var name = Given.Required("--name", "Its name.", "NAME");
        var placement = Given.OneOf("--placement", "Of the pools that fit a volume, the one left with the most (default), or with the least.", "spread", "pack");
        return Verb.Noun("zone", "Zones: the outermost places; storage and hosts of one are near each other.",
            Verb.Of("add", "Add a zone.", ["headgate zone add --name z2", "headgate zone add --name z3 --placement pack"], [name, placement], async (session, cancelled) =>
            {
                var body = new CreateZone(session.Get(name)!) { Placement = session.Get(placement) ?? "spread" };
                var answer = await session.Api.PostAsync(Routes.Zones, body, ApiJson.Default.CreateZone, cancelled);
                await session.FinishAndShowAsync(answer, Routes.Zones, PlaceViews.Zone, ApiJson.Default.ZoneView, cancelled);
            }),
            ZonePlacement(),
            Verb.Of("list", "List zones.", ["headgate zone list -o json"], [], (session, cancelled) =>
                session.ListAsync(Routes.Zones, PlaceViews.Zones, ApiJson.Default.ZoneView, cancelled)),
            ShowVerb("zone", Routes.Zones, "z1", (session, route, cancelled) =>
                session.ShowAsync(route, PlaceViews.Zone, ApiJson.Default.ZoneView, cancelled)),
            RemoveVerb("zone", Routes.Zones, "z2"));
    }

    private static Verb ZonePlacement()
    {
        var zone = Given.Ref("ZONE");
        var policy = Given.OneOf("--policy", "Of the pools that fit a volume, the one left with the most, or with the least.", "spread", "pack");
        policy.Required = true;
        return Verb.Of("set-placement", "Say how its volumes are placed from now on.", ["headgate zone set-placement z1 --policy pack"], [zone, policy],
            async (session, cancelled) =>
            {
                var answer = await session.Api.PostAsync(
                    Routes.Of(Routes.Zones, session.Get(zone), "placement"), new ChangeZonePlacement(session.Get(policy)!), ApiJson.Default.ChangeZonePlacement, cancelled);
                await session.FinishAndShowAsync(answer, Routes.Zones, PlaceViews.Zone, ApiJson.Default.ZoneView, cancelled);
            });
    }

    private static Command Cluster()
    {
        var name = Given.Required("--name", "Its name.", "NAME");
        var zone = Given.Required("--zone", "The zone that it is in.", "ZONE");
        var hypervisor = Given.OneOf("--hypervisor", "What its hosts run.", "kvm", "xenserver", "vmware", "external");
        hypervisor.Required = true;
        return Verb.Noun("cluster", "Clusters: hosts of one hypervisor.",
            Verb.Of("add", "Add a cluster.", ["headgate cluster add --name c1 --zone z1 --hypervisor kvm"], [name, zone, hypervisor], async (session, cancelled) =>
            {
                var body = new CreateCluster(session.Get(name)!, session.Get(zone)!, session.Get(hypervisor)!);
                var answer = await session.Api.PostAsync(Routes.Clusters, body, ApiJson.Default.CreateCluster, cancelled);
                await session.FinishAndShowAsync(answer, Routes.Clusters, PlaceViews.Cluster, ApiJson.Default.ClusterView, cancelled);
            }),
            Verb.Of("list", "List clusters.", ["headgate cluster list"], [], (session, cancelled) =>
                session.ListAsync(Routes.Clusters, PlaceViews.Clusters, ApiJson.Default.ClusterView, cancelled)),
            ShowVerb("cluster", Routes.Clusters, "c1", (session, route, cancelled) =>
                session.ShowAsync(route, PlaceViews.Cluster, ApiJson.Default.ClusterView, cancelled)),
            RemoveVerb("cluster", Routes.Clusters, "c1"));
    }

    private static Command Host()
    {
        var name = Given.Required("--name", "Its name.", "NAME");
        var cluster = Given.Required("--cluster", "The cluster that it is in.", "CLUSTER");
        var initiator = Given.Required("--initiator", "Its iSCSI name (/etc/iscsi/initiatorname.iscsi).", "IQN");
        return Verb.Noun("host", "Hosts: machines whose virtual machines use the volumes.",
            Verb.Of("add", "Add a host.", ["headgate host add --name h1 --cluster c1 --initiator iqn.1993-08.org.debian:01:h1"],
                [name, cluster, initiator], async (session, cancelled) =>
                {
                    var body = new CreateHost(session.Get(name)!, session.Get(cluster)!, session.Get(initiator)!);
                    var answer = await session.Api.PostAsync(Routes.Hosts, body, ApiJson.Default.CreateHost, cancelled);
                    await session.FinishAndShowAsync(answer, Routes.Hosts, PlaceViews.Host, ApiJson.Default.HostView, cancelled);
                }),
            Verb.Of("list", "List hosts.", ["headgate host list"], [], (session, cancelled) =>
                session.ListAsync(Routes.Hosts, PlaceViews.Hosts, ApiJson.Default.HostView, cancelled)),
            ShowVerb("host", Routes.Hosts, "h1", (session, route, cancelled) =>
                session.ShowAsync(route, PlaceViews.Host, ApiJson.Default.HostView, cancelled)),
            RemoveVerb("host", Routes.Hosts, "h1"));
    }

    /// <summary><c>show NAME</c> of any noun.</summary>
    internal static Verb ShowVerb(
        string noun, string collection, string example, Func<Session, string, CancellationToken, Task> show)
    {
        var reference = Given.Ref(noun.ToUpperInvariant());
        return Verb.Of("show", $"Show one {noun}.", [$"headgate {noun} show {example}"], [reference], (session, cancelled) =>
            show(session, Routes.Of(collection, session.Get(reference)), cancelled));
    }

    /// <summary><c>remove NAME</c> or <c>delete NAME</c> of any noun.</summary>
    internal static Verb RemoveVerb(string noun, string collection, string example, string verb = "remove", string? help = null)
    {
        var reference = Given.Ref(noun.ToUpperInvariant());
        var description = help ?? $"{char.ToUpperInvariant(verb[0])}{verb[1..]} a {noun}; refused while something is in it.";
        return Verb.Of(verb, description, [$"headgate {noun} {verb} {example}"], WaitOptions.With(reference), async (session, cancelled) =>
        {
            var name = session.Get(reference);
            var answer = await session.Api.DeleteAsync(Routes.Of(collection, name), cancelled);
            await session.FinishAndSayAsync(answer, $"{noun} {name}: {verb}d", cancelled);
        });
    }
}
