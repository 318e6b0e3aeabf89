using System.Globalization;
using System.Text.Json.Nodes;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Ceph;

/// <summary>
/// Who may see what. Each grant is a cephx user of its own whose capabilities name the objects of exactly one image, so
/// the OSDs themselves keep it from every other. Taking it away deletes the user and blocklists the clients that are logged
/// in as it: a ticket already given out would serve for another hour.
/// </summary>
internal sealed class Users(CephConfig config)
{
    /// <summary>As long as two lives of a ticket (auth_service_ticket_ttl is one hour): after it, nothing of the user works any more.</summary>
    private const decimal BlocklistSeconds = 7200.0m; // with its point in JSON: the monitor refuses a whole number here

    /// <summary>The user's key; the user is made when it is not there and set right when it is not as it should be.</summary>
    public string Ensure(CephCall call, Image image, string user)
    {
        var capabilities = Capabilities(image.Id, image.Name);
        var made = Monitors.TryChange(call, "auth get-or-create", ("entity", Entity(user)), ("caps", Caps(capabilities)));
        if (made is null) // EINVAL: it is there with other capabilities
        {
            Monitors.Change(call, "auth caps", ("entity", Entity(user)), ("caps", Caps(capabilities)));
            made = Monitors.Read(call, "auth get", ("entity", Entity(user)));
        }
        return KeyIn(made) ?? throw new StopHere(Faults.Unexpected($"The cluster made user client.{user} but did not return its key."), isUnknown: true);
    }

    /// <summary>Deletes the user and cuts off whoever is logged in as it. Absent is fine.</summary>
    public static void Remove(CephCall call, string user)
    {
        Monitors.Change(call, "auth rm", ("entity", Entity(user)));
        foreach (var monitor in Quorum(call))
        {
            if (Monitors.ReadFrom(call, monitor, "sessions") is not JsonArray sessions) continue;
            var addresses = sessions.Where(s => Text(s, "entity_name") == Entity(user)).SelectMany(AddressesOf).Distinct().ToList();
            foreach (var address in addresses)
            {
                Monitors.Change(call, "osd blocklist", ("blocklistop", "add"), ("addr", address), ("expire", BlocklistSeconds));
            }
        }
    }

    /// <summary>Deletes every user of one image and cuts them off, whatever the image's metadata says of them, or when it is gone.</summary>
    public static void RemoveAll(CephCall call, string imageName)
    {
        foreach (var user in All(call).Keys.Where(user => user.StartsWith(imageName + ".", StringComparison.Ordinal))) Remove(call, user);
    }

    /// <summary>True when there is such a user and it is allowed the image, and nothing else.</summary>
    public bool IsAllowed(CephCall call, string imageId, string imageName, string user) =>
        Monitors.First(Monitors.Find(call, "auth get", ("entity", Entity(user)))) is { } found && OsdCaps(found) == Capabilities(imageId, imageName);

    /// <summary>Everybody's users with what they may do on OSDs.</summary>
    public static IReadOnlyDictionary<string, string> All(CephCall call) =>
        (Monitors.Read(call, "auth ls")?["auth_dump"] as JsonArray ?? [])
        .Where(u => Text(u, "entity")?.StartsWith("client.", StringComparison.Ordinal) == true)
        .ToDictionary(u => Text(u, "entity")!["client.".Length..], u => OsdCaps(u!) ?? "", StringComparer.Ordinal);

    /// <summary>
    /// What one image's user may do: read the name's object; read, write and call methods on header, object map and data;
    /// read the pool's configuration. Names of data objects go on after a dot; ids of images are no prefix of one another
    /// (see <see cref="CephDriver"/>), so the header's and the map's objects are exactly this image's.
    /// </summary>
    public string Capabilities(string imageId, string imageName)
    {
        var where = config.Namespace.Length > 0 ? $"pool={config.Pool} namespace={config.Namespace}" : $"pool={config.Pool} namespace=\"\"";
        return string.Join(", ",
            $"allow rx {where} object_prefix rbd_id.{imageName}",
            $"allow rwx {where} object_prefix rbd_header.{imageId}",
            $"allow rwx {where} object_prefix rbd_object_map.{imageId}",
            $"allow rwx {where} object_prefix rbd_data.{imageId}.",
            $"allow class rbd metadata_list pool={config.Pool} namespace=\"\" object_prefix rbd_info");
    }

    private static JsonArray Caps(string osd) => ["mon", "profile rbd", "osd", osd];

    private static string Entity(string user) => $"client.{user}";

    private static string? KeyIn(JsonNode? answer) => Text(Monitors.First(answer), "key");

    private static string? OsdCaps(JsonNode user) => Text(user["caps"], "osd");

    private static string? Text(JsonNode? node, string name) => node is JsonObject found && found[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static IEnumerable<string> Quorum(CephCall call) =>
        (Monitors.Read(call, "quorum_status")?["quorum_names"] as JsonArray ?? []).Select(n => n!.GetValue<string>());

    /// <summary>Address and nonce, by which one running client is told from the next.</summary>
    private static IEnumerable<string> AddressesOf(JsonNode? session) =>
        (session?["addrs"]?["addrvec"] as JsonArray ?? [])
        .Where(a => a?["nonce"] is not null)
        .Select(a => $"{Text(a, "addr")}/{a!["nonce"]!.GetValue<long>().ToString(CultureInfo.InvariantCulture)}");
}
