using Headgate.Primitives;

namespace Headgate.Storage.Sdk;

/// <summary>A host as storage sees it.</summary>
/// <param name="HostId">Its id in the control plane.</param>
/// <param name="Name">For people.</param>
/// <param name="InitiatorName">Its iSCSI node name.</param>
public sealed record StorageHost(Guid HostId, string Name, string InitiatorName);

/// <summary>
/// Told of hosts, so that access groups and sessions stay true to the hosts that exist. One pool's failure here never
/// keeps a host out of service: it is shown on the host-pool pair and repeated. Every call may be repeated, and may come
/// without the one before it.
/// </summary>
public interface IHypervisorHostListener
{
    /// <summary>A host joined the pool's scope.</summary>
    ValueTask<Outcome<Nothing>> HostAddedAsync(StorageHost host, CancellationToken stop);

    /// <summary>Its agent is there.</summary>
    ValueTask<Outcome<Nothing>> HostConnectedAsync(StorageHost host, CancellationToken stop);

    /// <summary>Its agent is gone; its VMs may still run, so its access stays.</summary>
    ValueTask<Outcome<Nothing>> HostDisconnectedAsync(StorageHost host, CancellationToken stop);

    /// <summary>It will be removed next; its volumes have been revoked already.</summary>
    ValueTask<Outcome<Nothing>> HostAboutToBeRemovedAsync(StorageHost host, CancellationToken stop);

    /// <summary>It is gone: nothing may remain that lets it in.</summary>
    ValueTask<Outcome<Nothing>> HostRemovedAsync(StorageHost host, CancellationToken stop);
}
