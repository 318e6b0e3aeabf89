using Headgate.Api.Contract;
using Headgate.Cli.Output;

namespace Headgate.Cli.Views;

/// <summary>Zones, clusters and hosts.</summary>
internal static class PlaceViews
{
    public static readonly TableOf<ZoneView> Zones = new(
        new("NAME", z => z.Name), new("PLACEMENT", z => z.Placement), new("ID", z => z.Id.ToString()), new("CREATED", z => Show.Time(z.CreatedAt)))
    {
        Empty = "There are no zones yet; make one with: headgate zone add --name z1",
    };

    public static readonly TableOf<ClusterView> Clusters = new(
        new("NAME", c => c.Name), new("ZONE", c => c.Zone), new("HYPERVISOR", c => c.Hypervisor), new("ID", c => c.Id.ToString()))
    {
        Empty = "There are no clusters.",
    };

    public static readonly TableOf<HostView> Hosts = new(
        new("NAME", h => h.Name), new("STATE", h => h.State), new("ZONE", h => h.Zone), new("CLUSTER", h => h.Cluster), new("INITIATOR", h => h.InitiatorName))
    {
        Empty = "There are no hosts. Disks can be connected to any initiator: headgate volume connect NAME --initiator IQN",
    };

    public static PropertySheet Zone(ZoneView zone) => new PropertySheet()
        .Add("Name", zone.Name).Add("Id", zone.Id.ToString()).Add("Placement", zone.Placement).Add("Created", Show.Time(zone.CreatedAt));

    public static PropertySheet Cluster(ClusterView cluster) => new PropertySheet()
        .Add("Name", cluster.Name).Add("Id", cluster.Id.ToString()).Add("Zone", cluster.Zone)
        .Add("Hypervisor", cluster.Hypervisor).Add("Created", Show.Time(cluster.CreatedAt));

    public static PropertySheet Host(HostView host) => new PropertySheet()
        .Add("Name", host.Name).Add("Id", host.Id.ToString()).Add("State", host.State).Add("Zone", host.Zone)
        .Add("Cluster", host.Cluster).Add("Initiator", host.InitiatorName).Add("Created", Show.Time(host.CreatedAt));
}
