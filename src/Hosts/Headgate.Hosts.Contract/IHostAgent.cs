using Headgate.Primitives;

namespace Headgate.Hosts;

/// <summary>
/// What is asked of a host's hypervisor. Every call is idempotent: each may be repeated after a lost answer, and the second says what the
/// first did. Answers are what was read back. An outcome that is unknown means: ask with <see cref="GetVmAsync"/> before anything else.
/// </summary>
public interface IHypervisorHost
{
    /// <summary>What the host is and can do now.</summary>
    Task<Outcome<HostFacts>> GetHostAsync(CancellationToken cancelled);

    /// <summary>Every VM of ours on the host, running or not.</summary>
    Task<Outcome<IReadOnlyList<VmObservation>>> ListVmsAsync(CancellationToken cancelled);

    /// <summary>One VM; <see cref="VmState.Absent"/> when the host does not know it, which is no fault.</summary>
    Task<Outcome<VmObservation>> GetVmAsync(Guid id, CancellationToken cancelled);

    /// <summary>
    /// Makes it known, or changes it while it is stopped. The same definition again is done, running or not. Refuses
    /// <c>generation-stale</c>, <c>vm-running</c> (another definition for one that runs).
    /// </summary>
    Task<Outcome<VmObservation>> DefineVmAsync(VmDefinition definition, CancellationToken cancelled);

    /// <summary>Runs it. Done when it runs already.</summary>
    Task<Outcome<VmObservation>> StartVmAsync(Guid id, CancellationToken cancelled);

    /// <summary>Asks the guest to end (ACPI power button) and returns at once: whether it did, its state says.</summary>
    Task<Outcome<VmObservation>> ShutDownVmAsync(Guid id, CancellationToken cancelled);

    /// <summary>Ends it now, as if the power failed: on return its emulator is gone. Done when it does not run.</summary>
    Task<Outcome<VmObservation>> PowerOffVmAsync(Guid id, CancellationToken cancelled);

    /// <summary>Asks the guest to start anew and returns at once. Refuses <c>vm-not-running</c>.</summary>
    Task<Outcome<VmObservation>> RebootVmAsync(Guid id, CancellationToken cancelled);

    /// <summary>Starts it anew without asking the guest. Refuses <c>vm-not-running</c>.</summary>
    Task<Outcome<VmObservation>> ResetVmAsync(Guid id, CancellationToken cancelled);

    /// <summary>Forgets it, with its secrets and its console's backlog. Refuses <c>vm-running</c>; done when it is not there.</summary>
    Task<Outcome<VmObservation>> UndefineVmAsync(Guid id, CancellationToken cancelled);

    /// <summary>Gives it a disk: at once when it runs, and for its next start. Done when it has it; refuses <c>slot-taken</c>.</summary>
    Task<Outcome<DiskObservation>> AttachDiskAsync(Guid id, VmDisk disk, CancellationToken cancelled);

    /// <summary>
    /// Takes a disk away, and returns when the guest let go of it and the session to its LUN is closed. Refuses
    /// <c>detach-timeout</c> when the guest holds on. Done when it does not have it.
    /// </summary>
    Task<Outcome<Nothing>> DetachDiskAsync(Guid id, Guid volumeId, CancellationToken cancelled);

    /// <summary>Holds a disk to these limits and to no others, at once when it runs. The answer has what was read back.</summary>
    Task<Outcome<DiskObservation>> SetDiskLimitsAsync(Guid id, Guid volumeId, DiskLimits limits, CancellationToken cancelled);

    /// <summary>Shows the guest the new size of a volume that has grown at the storage. Refuses to shrink.</summary>
    Task<Outcome<DiskObservation>> ResizeDiskAsync(Guid id, Guid volumeId, long sizeBytes, CancellationToken cancelled);

    /// <summary>Moves a running VM to another host, which has to see its disks; returns when it runs there and not here.</summary>
    Task<Outcome<Nothing>> MigrateVmAsync(Guid id, VmMigration migration, CancellationToken cancelled);

    /// <summary>
    /// What the guest wrote to its serial console: the backlog that the host keeps, then what comes, until it stops or the stream is
    /// disposed of.
    /// </summary>
    Task<Outcome<Stream>> OpenConsoleAsync(Guid id, CancellationToken cancelled);
}

/// <summary>What the management server asks of an agent: its hypervisor, and its certificate.</summary>
public interface IHostAgent : IHypervisorHost
{
    /// <summary>A request for a certificate, with a new key that stays on the host until a certificate for it is installed.</summary>
    Task<Outcome<CertificateSigning>> RequestCertificateAsync(CancellationToken cancelled);

    /// <summary>Installs the certificate of the last request. New connections use it at once.</summary>
    Task<Outcome<Nothing>> InstallCertificateAsync(HostCertificate certificate, CancellationToken cancelled);
}

/// <summary>From a host's address to its agent.</summary>
public interface IHostAgentConnector
{
    /// <summary>A client of the agent at <paramref name="address"/>, which has to prove that it is host <paramref name="hostId"/>. Does not connect yet.</summary>
    IHostAgent Connect(Guid hostId, Uri address);
}

/// <summary>Where a VM is moved to.</summary>
/// <param name="TargetUri">libvirt's address of the other host, for example <c>qemu+tls://host2/system</c>.</param>
public sealed record VmMigration(string TargetUri);

/// <summary>A new size.</summary>
/// <param name="SizeBytes">Bytes.</param>
public sealed record DiskResize(long SizeBytes);

/// <summary>A request for a certificate.</summary>
/// <param name="RequestPem">PKCS #10 in PEM.</param>
public sealed record CertificateSigning(string RequestPem);

/// <summary>A certificate.</summary>
/// <param name="CertificatePem">In PEM, one certificate.</param>
public sealed record HostCertificate(string CertificatePem);
