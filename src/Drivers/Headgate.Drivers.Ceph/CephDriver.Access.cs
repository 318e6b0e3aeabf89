using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

// Who gets in. A grant is a cephx user and the initiator's name in the volume's record.
internal sealed partial class CephDriver
{
    public ValueTask<Outcome<Connection>> GrantAccessAsync(ObjectKey key, VolumeHandle handle, AccessRequest request, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(request);
        return store.RunAsync<Connection>(Turn.Of(key), call =>
        {
            if (IscsiName.Problem(request.InitiatorName) is { } problem) throw new StopHere(Faults.InvalidArgument(problem));
            using var image = Needed(call, key, handle, forWriting: false);
            if (HasAmbiguousId(call, image))
            {
                throw new StopHere(new Fault(
                    "ceph-ambiguous-id",
                    $"Image {image.Name} has id {image.Id}, with which another image's begins or which begins with another's, so access to it alone cannot be given. "
                    + "Clone the volume and use the clone.",
                    Recovery.AskOperator));
            }
            // The name before the user: a user without a name in the record could not be told from a stranger's.
            // Nobody gets in before the limits are on: a record that is there is not yet one of a whole volume.
            if (EntryOf(call, image.Id, image.Name) is not { Volume.IsWhole: true } || !Records.TryAddGrant(call, key, request.InitiatorName))
                throw new StopHere(Faults.Busy($"Image {image.Name} was begun and not finished; repeat its create first."));
            var user = Marks.UserName(image.Name, request.InitiatorName);
            var secret = _users.Ensure(call, image, user);
            return new Connection.Rbd(
                MonitorsForHosts(call), config.Pool, config.Namespace.Length > 0 ? config.Namespace : null, image.Name, user, secret);
        }, stop);
    }

    public ValueTask<Outcome<Nothing>> RevokeAccessAsync(ObjectKey key, VolumeHandle handle, string initiatorName, CancellationToken stop) =>
        store.RunAsync(Turn.Of(key), call =>
        {
            var images = Images.List(call);
            var isThere = MustOwn(images, key, handle, Records.Find(call, key));
            if (initiatorName.StartsWith("client.", StringComparison.Ordinal)) // as the list shows a user that is none of ours
            {
                throw new StopHere(new Fault(
                    "ceph-foreign-user", $"User {initiatorName} was made on the cluster by somebody else and may serve other ends. Take it away there: ceph auth rm {initiatorName}",
                    Recovery.AskOperator));
            }
            if (isThere || !images.Values.Contains(Marks.ImageName(key))) Revoke(call, key, initiatorName); // also when somebody deleted the image
            return default(Nothing);
        }, stop);

    /// <summary>User first, name last: while the name is there, a repeat knows that there may be something to take away.</summary>
    public static void Revoke(CephCall call, ObjectKey key, string initiatorName)
    {
        Users.Remove(call, Marks.UserName(Marks.ImageName(key), initiatorName));
        Records.RemoveGrant(call, key, initiatorName);
    }

    private static bool HasAmbiguousId(CephCall call, Image image) => Images.List(call).Keys.Any(id =>
        id != image.Id && (id.StartsWith(image.Id, StringComparison.Ordinal) || image.Id.StartsWith(id, StringComparison.Ordinal)));

    private IReadOnlyList<string> MonitorsForHosts(CephCall call) =>
        SplitMonitors(config.HostMonitors ?? config.Monitors ?? call.Connection.Option("mon_host"));

    /// <summary>At commas and spaces, but not at those within the brackets of <c>[v2:1.2.3.4:3300,v1:1.2.3.4:6789]</c>.</summary>
    internal static IReadOnlyList<string> SplitMonitors(string text)
    {
        var (found, begin, depth) = (new List<string>(), 0, 0);
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '[') depth++;
            if (i < text.Length && text[i] == ']') depth--;
            if (i < text.Length && (depth > 0 || text[i] is not (',' or ' ' or ';'))) continue;
            if (i > begin) found.Add(text[begin..i]);
            begin = i + 1;
        }
        return found;
    }
}
