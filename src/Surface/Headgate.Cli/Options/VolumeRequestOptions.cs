using System.CommandLine;
using Headgate.Api.Contract;

namespace Headgate.Cli.Options;

/// <summary>What one asks for in a volume: the same for <c>volume create</c> and <c>placement explain</c>.</summary>
internal sealed class VolumeRequestOptions
{
    private readonly Option<string> _offering = Given.Required("--disk-offering", "What it shall be of; see 'headgate disk-offering list'.", "OFFERING");
    private readonly Option<string?> _zone = Given.Text("--zone", "The zone; needed only where there are several.", "ZONE");
    private readonly Option<long?> _size = Given.Size("--size", "Its size, for offerings with custom size.");
    private readonly Option<long?> _min = Given.Count("--min-iops", "For offerings with custom IOPS.", 0);
    private readonly Option<long?> _max = Given.Count("--max-iops", "For offerings with custom IOPS.", 1);
    private readonly Option<long?> _burst = Given.Count("--burst-iops", "For offerings with custom IOPS.", 1);
    private readonly Option<string?> _snapshot = Given.Text("--from-snapshot", "Begin with the data of this snapshot.", "SNAPSHOT");
    private readonly Option<string?> _volume = Given.Text("--from-volume", "Begin with the data that this volume has now.", "VOLUME");
    private readonly Option<string?> _template = Given.Text("--template", "Begin with this template's content.", "TEMPLATE");

    private readonly Option<string?> _host = Given.Text("--host", "Only on pools that this host reaches (admins).", "HOST");
    private readonly Option<string?> _cluster = Given.Text("--cluster", "Only on pools that all of this cluster reaches (admins).", "CLUSTER");
    private readonly Option<string?> _placement = Given.OneOf("--placement", "Of the pools that fit, the one left with the most, or with the least; default: the zone's rule (admins).", "spread", "pack");

    public Symbol[] All => [_offering, _zone, _size, _min, _max, _burst, _snapshot, _volume, _template, _host, _cluster, _placement];

    public CreateVolume Read(Session session, string name) => new()
    {
        Name = name,
        DiskOffering = session.Get(_offering)!,
        Zone = session.Get(_zone),
        SizeBytes = session.Get(_size),
        MinIops = session.Get(_min),
        MaxIops = session.Get(_max),
        BurstIops = session.Get(_burst),
        FromSnapshot = session.Get(_snapshot),
        FromVolume = session.Get(_volume),
        Template = session.Get(_template),
        Host = session.Get(_host),
        Cluster = session.Get(_cluster),
        Placement = session.Get(_placement),
    };
}
