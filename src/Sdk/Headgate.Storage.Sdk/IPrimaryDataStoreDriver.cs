using Headgate.Primitives;

namespace Headgate.Storage.Sdk;

/// <summary>
/// The caller's name for one object to be made: the volume's (or snapshot's) id in the control plane. Recorded before
/// the call, so every repeat carries the same one, after a crash too. Drivers keep it on the array (name, attributes).
/// </summary>
public readonly record struct ObjectKey(Guid Value)
{
    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("N");
}

/// <summary>The array's name for a volume, made by the driver, opaque to everybody else. A handle is never reused for another volume.</summary>
public readonly record struct VolumeHandle(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>What a new volume shall be.</summary>
/// <param name="Name">The tenant's name for it; a driver may use it for people to recognise, never to find it by.</param>
/// <param name="Size">Wanted size; it is rounded up to the step of <see cref="DriverCapabilities.VolumeSize"/>, never down.</param>
/// <param name="Qos">The limits to set. Only what the driver declares is ever asked for.</param>
public sealed record VolumeSpec(string Name, ByteSize Size, QosSpec Qos)
{
    /// <summary>The account in the control plane: the driver keeps different accounts' volumes apart (own CHAP names).</summary>
    public required Guid AccountId { get; init; }
}

/// <summary>A volume as the array has it now: everything read back, nothing remembered.</summary>
/// <param name="Handle">Its name on the array.</param>
/// <param name="Key">The key it was made with; null for one that the control plane did not make.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Size">Its true size.</param>
/// <param name="Qos">The limits in force.</param>
/// <param name="Initiators">The initiators that may see it.</param>
public sealed record VolumeView(
    VolumeHandle Handle, ObjectKey? Key, string Name, ByteSize Size, QosSpec Qos, IReadOnlyList<string> Initiators)
{
    /// <summary>
    /// Why it is there but cannot be read (damaged on the array, or never finished): then size and limits say nothing, and deleting it is
    /// what remains. Null when all is well.
    /// </summary>
    public Fault? Problem { get; init; }
}

/// <summary>Who shall see a volume.</summary>
/// <param name="InitiatorName">Its iSCSI node name (or host NQN, or WWPN, as the protocol has it).</param>
/// <param name="RequireChap">
/// True unless the pool's admin switched CHAP off. With it, a driver that declares CHAP gives a credential with every
/// iSCSI connection; one whose connections need no login (<see cref="Connection.Local"/>) ignores it.
/// </param>
public sealed record AccessRequest(string InitiatorName, bool RequireChap)
{
    /// <summary>
    /// True when it is the management server itself that will read and write: a driver whose connections name something of the
    /// machine that uses them (<see cref="Connection.Local"/>) answers with what it is on the server.
    /// </summary>
    public bool IsServer { get; init; }
}

/// <summary>A CHAP credential (RFC 7143 section 12.1.3). The secrets are given out once, to whoever may connect.</summary>
/// <param name="Username">CHAP_N of the initiator.</param>
/// <param name="Secret">What the initiator proves. Each initiator has a secret of its own.</param>
/// <param name="TargetSecret">What the target proves when asked (mutual CHAP); null when it cannot.</param>
public sealed record ChapCredential(string Username, string Secret, string? TargetSecret)
{
    /// <summary>Without the secrets.</summary>
    public override string ToString() => $"CHAP user {Username}";
}

/// <summary>What a host needs in order to see a volume: the answer of <see cref="IPrimaryDataStoreDriver.GrantAccessAsync"/>.</summary>
public abstract record Connection
{
    private Connection() { }

    /// <summary>
    /// iSCSI, RFC 7143. With a target per volume for example portal <c>10.0.0.5:3260</c>, target
    /// <c>iqn.2026-11.com.acme:volume.7</c>, LUN 0; with one target for all, its name and the volume's LUN.
    /// </summary>
    /// <param name="Portals">host:port, preferred first.</param>
    /// <param name="TargetName">The target's iSCSI name.</param>
    /// <param name="Lun">Logical unit number.</param>
    /// <param name="Chap">What to log in with; null when the portal asks for nothing.</param>
    public sealed record Iscsi(IReadOnlyList<string> Portals, string TargetName, int Lun, ChapCredential? Chap) : Connection;

    /// <summary>
    /// A Ceph RBD image, opened by the host's librbd (QEMU's rbd driver, fio, <c>rbd map</c>). For example image
    /// <c>hg-0194…</c> of pool <c>rbd</c>, monitors <c>10.0.0.1:6789</c>, user <c>client.hg-0194….5a0d…</c>.
    /// </summary>
    /// <param name="Monitors">Addresses of monitors as <c>mon_host</c> takes them, each whole.</param>
    /// <param name="Pool">The Ceph pool.</param>
    /// <param name="Namespace">The RBD namespace in it; null for none.</param>
    /// <param name="Image">The image's name.</param>
    /// <param name="User">The cephx user, without <c>client.</c></param>
    /// <param name="Key">That user's key: a secret, as a CHAP secret is.</param>
    public sealed record Rbd(IReadOnlyList<string> Monitors, string Pool, string? Namespace, string Image, string User, string Key) : Connection
    {
        /// <summary>Equal when all is, the monitors in their order.</summary>
        public bool Equals(Rbd? other) => other is not null
            && Monitors.SequenceEqual(other.Monitors) && (Pool, Namespace, Image, User, Key) == (other.Pool, other.Namespace, other.Image, other.User, other.Key);

        /// <inheritdoc/>
        public override int GetHashCode() => HashCode.Combine(Pool, Namespace, Image, User);

        /// <summary>Without the key.</summary>
        public override string ToString() => $"RBD image {Pool}/{(Namespace is null ? "" : Namespace + "/")}{Image} as client.{User}";
    }

    /// <summary>
    /// A file or block device that the host already sees, because it mounts the folder or was given the device: for example
    /// <c>/srv/volumes/hg-0194….raw</c> or <c>/dev/disk/by-id/wwn-0x6….</c> Nothing logs in, so nothing keeps others out either.
    /// </summary>
    /// <param name="Path">Absolute, as the host has it.</param>
    public sealed record Local(string Path) : Connection;
}

/// <summary>
/// The calls every driver has. All are idempotent: a repeat with the same key and arguments returns the same as the
/// first; the same key with other arguments is refused with <see cref="FaultCodes.KeyReused"/>. The host makes at most
/// one call per volume at a time but may repeat one after a crash. A lost reply is <c>Unknown</c>, never <c>Refused</c>.
/// </summary>
/// <remarks>
/// <para>
/// Refused means that nothing was changed. An interrupted call that is repeated ends as if it had been made once. Whatever
/// the next call needs is on the storage: a store may be dropped between any two calls and another one goes on. Calls for
/// different volumes may run at the same time and do not disturb one another. Two servers may make the same call at the
/// same time: one object comes of it.
/// </para>
/// <para>
/// A call that is cancelled ends with <see cref="OperationCanceledException"/> or an outcome, and may have been done. No
/// other exception leaves a driver: whatever goes wrong is a fault in an outcome.
/// </para>
/// <para>
/// A handle alone is never enough: one that names a volume made with another key is refused with
/// <see cref="FaultCodes.WrongVolume"/>, whatever the call. A handle that names nothing (any more) is refused with
/// <see cref="FaultCodes.VolumeNotFound"/> where the volume is needed, and is Done where the volume or its access was to go away.
/// </para>
/// </remarks>
public interface IPrimaryDataStoreDriver
{
    /// <summary>
    /// Makes a volume, ready for <see cref="GrantAccessAsync"/>; visible to nobody yet. What it returns is what the storage
    /// has, and has the limits asked for. A size outside <see cref="DriverCapabilities.VolumeSize"/> is refused with
    /// <see cref="FaultCodes.SizeOutOfRange"/>, a limit outside its range or not declared with <see cref="FaultCodes.QosOutOfRange"/>.
    /// A change of limits or a resize later does not make a repeated create a reuse of its key.
    /// </summary>
    ValueTask<Outcome<VolumeView>> CreateAsync(ObjectKey key, VolumeSpec spec, CancellationToken stop);

    /// <summary>
    /// Finds a volume by its key, whoever made it and however long ago, and reads it back. Done(null) means certainly
    /// absent; a driver that cannot tell answers Unknown.
    /// </summary>
    ValueTask<Outcome<VolumeView?>> FindAsync(ObjectKey key, CancellationToken stop);

    /// <summary>
    /// Deletes the volume <paramref name="handle"/> made with <paramref name="key"/>. An absent one is Done. One whose
    /// key is another's is refused with <see cref="FaultCodes.WrongVolume"/>: a handle alone never deletes. Done means that
    /// it is gone: it is neither found nor listed any more.
    /// </summary>
    ValueTask<Outcome<Nothing>> DeleteAsync(ObjectKey key, VolumeHandle handle, CancellationToken stop);

    /// <summary>
    /// Makes the volume visible to exactly the initiator named, beside those that have it already. What is no initiator
    /// name is refused with <see cref="FaultCodes.InvalidArgument"/>.
    /// </summary>
    /// <example>
    /// What comes back is all that the host needs, by protocol:
    /// <code>
    /// // iSCSI: the portals, preferred first; the volume's target; a credential of this initiator's own.
    /// return new Connection.Iscsi(["10.0.0.5:3260", "10.0.0.6:3260"], "iqn.2026-11.com.acme:volume.7", 0,
    ///     access.RequireChap ? new ChapCredential("h1-5a0d", initiatorSecret, targetSecret) : null);
    /// // Ceph RBD: monitors, pool, namespace, image, and a user that may use this image only.
    /// return new Connection.Rbd(["10.0.0.1:6789"], "rbd", null, "acme-7", "acme-7.h1", key);
    /// // A file or device that the host sees already.
    /// return new Connection.Local("/srv/volumes/acme-7.raw");
    /// </code>
    /// </example>
    ValueTask<Outcome<Connection>> GrantAccessAsync(
        ObjectKey key, VolumeHandle handle, AccessRequest access, CancellationToken stop);

    /// <summary>Takes it away again and cuts the initiator's sessions to it; Done when it had none.</summary>
    ValueTask<Outcome<Nothing>> RevokeAccessAsync(
        ObjectKey key, VolumeHandle handle, string initiatorName, CancellationToken stop);
}
