using System.Net;
using Headgate.Blocks;
using Headgate.Node.Target;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Node;

/// <summary>How a storage node is started. What is kept from the first start on (name, password, capacity) says so.</summary>
public sealed record StorageNodeOptions
{
    /// <summary>Where everything of the node lives: volumes, database, keys, certificate. Made when it is not there.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Where the iSCSI target listens; port 0 takes a free one. The first is the one that the Element API tells.</summary>
    public IReadOnlyList<IPEndPoint> IscsiEndpoints { get; init; } = [new(IPAddress.Loopback, 3260)];

    /// <summary>The only or first of <see cref="IscsiEndpoints"/>.</summary>
    public IPEndPoint IscsiEndpoint
    {
        get => IscsiEndpoints[0];
        init => IscsiEndpoints = [value];
    }

    /// <summary>Where the Element API listens (HTTPS); port 0 takes a free one.</summary>
    public IPEndPoint ElementEndpoint { get; init; } = new(IPAddress.Loopback, 8443);

    /// <summary>
    /// The portals <c>host:port</c> that initiators are told (SendTargets, <c>svip</c>), when they are not the addresses
    /// that the target listens on: behind a NAT, for guests on a network of their own.
    /// </summary>
    public IReadOnlyList<AdvertisedPortal> Advertised { get; init; } = [];

    /// <summary>Portals that send logins on to another address.</summary>
    public IReadOnlyList<PortalRedirect> Redirects { get; init; } = [];

    /// <summary>What the Element API tells in place of the first portal, or null.</summary>
    internal string? AdvertisedFirst =>
        (Advertised.FirstOrDefault(told => IscsiEndpoint.Equals(told.At)) ?? Advertised.FirstOrDefault(told => told.At is null))?.Address;

    /// <summary>Cluster name, taken at the first start and kept.</summary>
    public string Name { get; init; } = "headgate";

    /// <summary>
    /// 4 KiB IOPS that the node can serve. Null: measured against its medium at the first start, and kept. A number
    /// holds for this start only.
    /// </summary>
    public long? CapacityIops { get; init; }

    /// <summary>The sum of minimum IOPS may reach capacity times this.</summary>
    public double OverCommit { get; init; } = 1.0;

    /// <summary>
    /// Whether promises are kept at all. False is for measuring: I/O is served in the order in which it comes, and a warning says so.
    /// </summary>
    public bool IsQosOn { get; init; } = true;

    /// <summary>Bytes that volumes may fill. Null: what the file system of the data folder has.</summary>
    public long? CapacityBytes { get; init; }

    /// <summary>How volumes' files are read and written; what was chosen and why is an event at the start.</summary>
    public FileIoMode Io { get; init; } = FileIoMode.Auto;

    /// <summary>How long a deleted volume can be restored before it is purged. The Element default is 8 hours.</summary>
    public TimeSpan DeletedVolumeRetention { get; init; } = TimeSpan.FromHours(8);

    /// <summary>Name of the Element cluster admin, taken at the first start and kept.</summary>
    public string AdminUsername { get; init; } = "admin";

    /// <summary>Password of the cluster admin. Null: what was kept, or a random one at the first start. A new one replaces it.</summary>
    public string? AdminPassword { get; init; }

    /// <summary>Takes what happens on the node; null: it is only logged.</summary>
    public INodeEvents? Events { get; init; }

    /// <summary>All time of the control side.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the node logs to.</summary>
    public ILoggerFactory Logging { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Without the password.</summary>
    public override string ToString() => $"storage node in {DataFolder}, iSCSI {string.Join(' ', IscsiEndpoints)}, Element {ElementEndpoint}";
}
