using Headgate.Element;
using Headgate.Node.Catalog;

namespace Headgate.Node.ElementApi;

/// <summary>
/// A call that the cluster turns down: <see cref="Name"/> is what clients decide on, the message is for people and in
/// places searched by clients, so its wording is kept where a client is known to read it (element-api 1.6).
/// </summary>
internal sealed class ElementFault(string name, string message) : Exception(message)
{
    /// <summary>
    /// Ours: the sum of minimum IOPS would pass what the node can promise. A real cluster over-commits without a word; a
    /// node that promises minimums has to say no.
    /// </summary>
    public const string MinIopsCapacityExceeded = "xMinIOPSCapacityExceeded";

    /// <summary>Code of practically all errors of a real cluster.</summary>
    public const int Code = 500;

    public string Name { get; } = name;

    public static ElementFault Missing(string member) => new(ElementErrorNames.MissingParameter, $"Missing member=[{member}]");

    public static ElementFault Invalid(string message) => new(ElementErrorNames.InvalidParameter, message);

    /// <summary>The message is the name: solidfire-go searches it for <c>xUnknownAccount</c>.</summary>
    public static ElementFault UnknownAccount() => new(ElementErrorNames.UnknownAccount, ElementErrorNames.UnknownAccount);

    public static ElementFault NoAccount(long id) => new(ElementErrorNames.AccountIdDoesNotExist, $"Illegal AccountID {id}");

    public static ElementFault NoVolume(long id) =>
        new(ElementErrorNames.VolumeIdDoesNotExist, $"VolumeID {id} does not exist.");

    public static ElementFault NoSnapshot(long id) =>
        new(ElementErrorNames.SnapshotIdDoesNotExist, $"SnapshotID {id} does not exist.");

    public static ElementFault NoGroupSnapshot(long id) =>
        new(ElementErrorNames.GroupSnapshotIdDoesNotExist, $"GroupSnapshotID {id} does not exist.");

    public static ElementFault NoGroup(long id) =>
        new(ElementErrorNames.VolumeAccessGroupIdDoesNotExist, $"VolumeAccessGroupID {id} does not exist.");

    public static ElementFault NoInitiator(string which) =>
        new(ElementErrorNames.InitiatorDoesNotExist, $"Initiator {which} does not exist.");

    public static ElementFault NoPolicy(long id) =>
        new(ElementErrorNames.QosPolicyDoesNotExist, $"QoSPolicyID {id} does not exist.");

    public static ElementFault NoAsyncHandle(long id) =>
        new(ElementErrorNames.AsyncHandleDoesNotExist, $"Async handle {id} does not exist.");

    public static ElementFault BadEnum(string value) => new(ElementErrorNames.UnrecognizedEnumString, value);

    public static ElementFault Limit(string message) => new(ElementErrorNames.ExceededLimit, message);
}

/// <summary>Looks objects up, or turns the call down with the name that clients know for it.</summary>
internal static class CatalogLookups
{
    extension(CatalogState state)
    {
        public Account Account(long id) => state.Accounts.TryGetValue(Given(id, "accountID"), out var found)
            ? found
            : throw ElementFault.NoAccount(id);

        /// <summary>Any volume that clients may know of: clones under way included, purged ones not.</summary>
        public Volume Volume(long id) => state.Volumes.TryGetValue(Given(id, "volumeID"), out var found)
            ? found
            : throw ElementFault.NoVolume(id);

        /// <summary>A volume that is not deleted.</summary>
        public Volume LiveVolume(long id) => state.Volume(id) is { Status: not VolumeStatus.Deleted } found
            ? found
            : throw ElementFault.NoVolume(id);

        public Snapshot Snapshot(long id) => state.Snapshots.TryGetValue(Given(id, "snapshotID"), out var found)
            ? found
            : throw ElementFault.NoSnapshot(id);

        public GroupSnapshot GroupSnapshot(long id) =>
            state.GroupSnapshots.TryGetValue(Given(id, "groupSnapshotID"), out var found)
                ? found
                : throw ElementFault.NoGroupSnapshot(id);

        public AccessGroup Group(long id) => state.Groups.TryGetValue(Given(id, "volumeAccessGroupID"), out var found)
            ? found
            : throw ElementFault.NoGroup(id);

        public Initiator Initiator(long id) => state.Initiators.TryGetValue(Given(id, "initiatorID"), out var found)
            ? found
            : throw ElementFault.NoInitiator($"{id}");

        public QosPolicy Policy(long id) => state.Policies.TryGetValue(Given(id, "qosPolicyID"), out var found)
            ? found
            : throw ElementFault.NoPolicy(id);
    }

    /// <summary>Zero is "not given" (Go clients send it for every member that they leave out).</summary>
    private static long Given(long id, string member) => id != 0 ? id : throw ElementFault.Missing(member);
}
