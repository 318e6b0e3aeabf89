namespace Headgate.Node;

/// <summary>The node at one moment, for status displays.</summary>
/// <param name="Name">Cluster name.</param>
/// <param name="Version">Version of this program.</param>
/// <param name="IscsiPortal">The portal <c>host:port</c> that initiators are told.</param>
/// <param name="ElementEndpoint">URL of the Element API, version included.</param>
/// <param name="Volumes">Active volumes.</param>
/// <param name="Sessions">iSCSI sessions that are logged in to a volume.</param>
/// <param name="CapacityBytes">Bytes that volumes may fill.</param>
/// <param name="UsedBytes">Bytes that they fill.</param>
/// <param name="CapacityIops">4 KiB IOPS that the node can serve.</param>
/// <param name="PromisedIops">Sum of the minimums of active volumes.</param>
/// <param name="CurrentIops">Normalised IOPS over the last sample.</param>
/// <param name="IoEngine">How it does its I/O.</param>
public sealed record NodeStatus(
    string Name, string Version, string IscsiPortal, string ElementEndpoint, int Volumes, int Sessions,
    long CapacityBytes, long UsedBytes, long CapacityIops, long PromisedIops, double CurrentIops, string IoEngine);

/// <summary>What an Element client needs in order to log in to the node.</summary>
/// <param name="ElementEndpoint">URL of the Element API, version included.</param>
/// <param name="Username">Cluster admin.</param>
/// <param name="Password">Its password.</param>
/// <param name="CertificateSha256">Fingerprint of the self-signed certificate: 64 upper-case hexadecimal digits.</param>
public sealed record NodeCredentials(string ElementEndpoint, string Username, string Password, string CertificateSha256)
{
    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Username} at {ElementEndpoint}";
}
