using System.Net;
using Headgate.Blocks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Headgate.Node;

/// <summary>How a storage node is started. What is kept from the first start on (name, password, capacity) says so.</summary>
public sealed record StorageNodeOptions
{
    /// <summary>Where everything of the node lives: volumes, database, keys, certificate. Made when it is not there.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Where the iSCSI target listens; port 0 takes a free one.</summary>
    public IPEndPoint IscsiEndpoint { get; init; } = new(IPAddress.Loopback, 3260);

    /// <summary>Where the Element API listens (HTTPS); port 0 takes a free one.</summary>
    public IPEndPoint ElementEndpoint { get; init; } = new(IPAddress.Loopback, 8443);

    /// <summary>
    /// The portal <c>host:port</c> that initiators are told (SendTargets, <c>svip</c>), when it is not the address that the
    /// target listens on: behind a NAT, or when it listens on all addresses.
    /// </summary>
    public string? AdvertisedPortal { get; init; }

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
    public override string ToString() => $"storage node in {DataFolder}, iSCSI {IscsiEndpoint}, Element {ElementEndpoint}";
}
