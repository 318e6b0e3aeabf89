using Headgate.Domain;
using Headgate.Persistence;
using Headgate.Primitives;

namespace Headgate.Control.Places;

/// <summary>Places by reference, which is an id or a name; a name never looks like an id.</summary>
internal static class PlaceQueries
{
    /// <summary>The fault for removing a place that others are in.</summary>
    public static Fault InUse(string what, string name, string users) => new(
        $"{what}-in-use", $"The {what} '{name}' still has {users}. Remove those first.", Recovery.FixRequest);

    public static Task<Zone?> FindZoneAsync(this HeadgateDbContext db, string reference, CancellationToken stop) =>
        db.Zones.SeekAsync(reference, z => z.Name == reference, stop);

    public static Task<Cluster?> FindClusterAsync(this HeadgateDbContext db, string reference, CancellationToken stop) =>
        db.Clusters.SeekAsync(reference, c => c.Name == reference, stop);

    public static Task<Host?> FindHostAsync(this HeadgateDbContext db, string reference, CancellationToken stop) =>
        db.Hosts.SeekAsync(reference, h => h.Name == reference, stop);
}
