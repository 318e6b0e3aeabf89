using Headgate.Primitives;

namespace Headgate.Storage.Sdk;

/// <summary>A volume of a group that is snapshot at one moment, and the key of its own snapshot.</summary>
/// <param name="Snapshot">The key of the snapshot to be taken of it.</param>
/// <param name="VolumeKey">The volume's key.</param>
/// <param name="Volume">Its name on the array.</param>
public sealed record GroupMember(ObjectKey Snapshot, ObjectKey VolumeKey, VolumeHandle Volume);

/// <summary>
/// Snapshots of several volumes at one and the same moment. What is taken are snapshots as any other: found, reverted to, cloned from and
/// deleted one by one through <see cref="ISnapshots"/>, which a driver with this facet has as well.
/// </summary>
public interface IGroupSnapshots
{
    /// <summary>Volumes in one group at most.</summary>
    int MostMembers { get; }

    /// <summary>
    /// Takes one snapshot of each member, all at one moment: no write that one of them holds was acknowledged after a write that another
    /// one lacks. All are taken or none; a repeat with the same keys returns those that were taken. More members than
    /// <see cref="MostMembers"/> are refused with <see cref="FaultCodes.InvalidArgument"/>, a volume that is gone with
    /// <see cref="FaultCodes.VolumeNotFound"/>.
    /// </summary>
    /// <param name="key">The group's own key.</param>
    /// <param name="members">Each volume once.</param>
    /// <param name="name">For people to recognise.</param>
    /// <param name="stop">Cancels.</param>
    /// <returns>The snapshots in the order of <paramref name="members"/>.</returns>
    ValueTask<Outcome<IReadOnlyList<SnapshotView>>> CreateGroupAsync(
        ObjectKey key, IReadOnlyList<GroupMember> members, string name, CancellationToken stop);
}
