using System.Net.Http.Headers;
using Headgate.Api.Contract;

namespace Headgate.Api.Tests.Isolation;

/// <summary>What an account can own, or be known by.</summary>
public enum Owned
{
    Account,
    User,
    Key,
    Volume,
    Snapshot,
    SnapshotGroup,
    SnapshotSchedule,
    Template,
    Operation,
}

/// <summary>An account with one object of every kind, each with every reference that finds it.</summary>
public sealed class Victim
{
    public const string Initiator = "iqn.2004-10.org.example:victim";
    public const string Account = "victim-account";
    public const string Volume = "victim-volume";
    public const string Snapshot = "victim-snapshot";
    public const string SnapshotGroup = "victim-group";
    public const string SnapshotSchedule = "victim-schedule";
    public const string Template = "victim-template";
    public const string User = "victim-user";
    public const string IdempotencyKey = "victim-key-1";

    private Victim(string key, IReadOnlyDictionary<Owned, string[]> references) => (Key, References) = (key, references);

    /// <summary>A tenant's key of it.</summary>
    public string Key { get; }

    /// <summary>By kind: what a route's {ref} may be.</summary>
    public IReadOnlyDictionary<Owned, string[]> References { get; }

    /// <summary>Every text that would give something of it away. Its references, and what only its objects hold.</summary>
    public IEnumerable<string> Secrets => References.Values.SelectMany(all => all).Append(Initiator);

    /// <summary>The request that made the volume, with its Idempotency-Key.</summary>
    public static object VolumeBody { get; } = new { name = Volume, diskOffering = "custom", sizeBytes = 1L << 30, minIops = 100, maxIops = 1000 };

    public static async Task<Victim> CreateAsync(ApiHost api)
    {
        using var admin = new Driver(api, api.AdminKey);
        var key = await api.TenantKeyAsync(Account);
        using var tenant = new Driver(api, key);
        var account = await admin.GetAsync<AccountView>($"/api/v1/accounts/{Account}");
        var user = await ApiHost.ReadAsync<UserView>(await admin.SendAsync(HttpMethod.Post, "/api/v1/users", new { name = User, account = Account }));
        var made = await ApiHost.ReadAsync<OperationView>(await tenant.SendAsync(HttpMethod.Post, "/api/v1/volumes", VolumeBody, IdempotencyKey));
        await tenant.FollowAsync(made.Id);
        await tenant.RunAsync($"/api/v1/volumes/{Volume}/connections", new { initiator = Initiator });
        var snapped = await tenant.RunAsync("/api/v1/snapshots", new { volume = Volume, name = Snapshot });
        await tenant.RunAsync("/api/v1/snapshot-groups", new { name = SnapshotGroup, volumes = new[] { Volume } });
        var group = await tenant.GetAsync<SnapshotGroupView>($"/api/v1/snapshot-groups/{SnapshotGroup}");
        var schedule = await ApiHost.ReadAsync<SnapshotScheduleView>(await tenant.SendAsync(
            HttpMethod.Post, "/api/v1/snapshot-schedules", new { name = SnapshotSchedule, rule = "30 3 * * *", volumes = new[] { Volume }, keepLast = 3 }));
        var uploaded = await UploadAsync(api, key, Template);
        await tenant.FollowAsync(uploaded.Id);
        var keys = await admin.GetAsync<Page<ApiKeyView>>($"/api/v1/keys?account={Account}");
        return new Victim(key, new Dictionary<Owned, string[]>
        {
            [Owned.Account] = [Account, account.Id.ToString()],
            [Owned.User] = [User, user.Id.ToString()],
            [Owned.Key] = [keys.Items[0].Prefix, keys.Items[0].Id.ToString()],
            [Owned.Volume] = [Volume, made.SubjectId.ToString()],
            [Owned.Snapshot] = [Snapshot, snapped.SubjectId.ToString()],
            [Owned.SnapshotGroup] = [SnapshotGroup, group.Id.ToString()],
            [Owned.SnapshotSchedule] = [SnapshotSchedule, schedule.Id.ToString()],
            [Owned.Template] = [Template, uploaded.SubjectId.ToString()],
            [Owned.Operation] = [made.Id.ToString()],
        });
    }

    /// <summary>Uploads a small image; the operation that takes it in.</summary>
    public static async Task<OperationView> UploadAsync(ApiHost api, string key, string name)
    {
        using var client = api.Client(key);
        using var image = new ByteArrayContent(new byte[4096]) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        using var answer = await client.PutAsync(new Uri($"/api/v1/templates/{name}/image?format=raw", UriKind.Relative), image, ApiHost.Stop);
        return await ApiHost.ReadAsync<OperationView>(answer);
    }
}
