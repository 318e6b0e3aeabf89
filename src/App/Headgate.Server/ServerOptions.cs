using System.Net;
using Headgate.Blocks;
using Headgate.Control;
using Headgate.Node.Target;

namespace Headgate.Server;

/// <summary>What the program is started with, whichever of its parts it runs.</summary>
internal sealed record ServerOptions
{
    /// <summary>Everything that is kept; see <see cref="Server.DataFolder"/> for what is in it.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Where REST is served.</summary>
    public required IPEndPoint Http { get; init; }

    /// <summary>Where the node's iSCSI target listens.</summary>
    public required IReadOnlyList<IPEndPoint> Iscsi { get; init; }

    /// <summary>Addresses that initiators are told in place of those.</summary>
    public IReadOnlyList<AdvertisedPortal> Advertise { get; init; } = [];

    /// <summary>Portals that send logins on.</summary>
    public IReadOnlyList<PortalRedirect> Redirect { get; init; } = [];

    /// <summary>Where the node's Element API listens.</summary>
    public required IPEndPoint Element { get; init; }

    /// <summary>IOPS that the node can serve (4 KiB); null: measured at its first start.</summary>
    public long? CapacityIops { get; init; }

    /// <summary>Whether the node keeps its promises; off is for measuring.</summary>
    public bool IsQosOn { get; init; } = true;

    /// <summary>How the node reads and writes its volumes' files.</summary>
    public FileIoMode Io { get; init; } = FileIoMode.Auto;

    /// <summary>The folder with a folder for each plug-in; null for the one in the data folder.</summary>
    public string? Plugins { get; init; }

    /// <summary>Where the control plane's data are; null for the SQLite file in the data folder.</summary>
    public DatabaseChoice? Database { get; init; }

    /// <summary>The folder with the key that seals secrets; null for the one in the data folder. Servers on one database share it.</summary>
    public string? Keys { get; init; }

    /// <summary>The folder of templates' images; null for the one in the data folder. Servers on one database share it.</summary>
    public string? Images { get; init; }

    /// <summary>How long another server waits before it takes over from this one when it falls silent.</summary>
    public TimeSpan Lease { get; init; } = DefaultLease;

    /// <summary>Longer than any pause of a server that is well (a slow disk, a full machine), shorter than people's patience.</summary>
    public static readonly TimeSpan DefaultLease = TimeSpan.FromSeconds(30);

    /// <summary>Days for which audit records are kept; null for the default.</summary>
    public int? AuditDays { get; init; }

    /// <summary>How pools are kept in agreement with their storages.</summary>
    public ReconcileOptions Reconcile { get; init; } = new();

    /// <summary>Whether a fresh data folder gets a sample zone, pool and offerings.</summary>
    public bool Sample { get; init; } = true;
}
