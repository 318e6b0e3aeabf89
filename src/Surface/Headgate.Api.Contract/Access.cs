namespace Headgate.Api.Contract;

/// <summary>GET|POST /api/v1/accounts</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="CreatedAt">Since when it is there.</param>
/// <param name="DisabledAt">Since when its keys open nothing; null while it is enabled.</param>
public sealed record AccountView(Guid Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? DisabledAt = null);

/// <summary>POST /api/v1/accounts</summary>
public sealed record CreateAccount(string Name);

/// <summary>POST /api/v1/accounts/{ref}/rename</summary>
public sealed record RenameAccount(string Name);

/// <summary>GET|POST /api/v1/users</summary>
public sealed record UserView(
    Guid Id, string Name, string Account, string Role, string? DisplayName, string? Email, DateTimeOffset CreatedAt, DateTimeOffset? DisabledAt);

/// <summary>POST /api/v1/users. Role: admin, operator or tenant.</summary>
public sealed record CreateUser(string Name, string Account, string Role = "tenant", string? DisplayName = null, string? Email = null);

/// <summary>POST /api/v1/users/{ref}. What is left out stays; an empty text takes it away.</summary>
public sealed record ChangeUser(string? Role = null, string? DisplayName = null, string? Email = null);

/// <summary>GET /api/v1/keys: never the key itself.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">What it is for.</param>
/// <param name="Account">Whose it is.</param>
/// <param name="Role">The most that it allows; never more than its user may.</param>
/// <param name="Prefix">Its first characters.</param>
/// <param name="CreatedAt">Since when it is there.</param>
/// <param name="LastUsedAt">When it last opened something, to the minute.</param>
/// <param name="User">The account's user whose it is; null for a key of the account itself.</param>
/// <param name="ExpiresAt">From when on it opens nothing; null for never.</param>
public sealed record ApiKeyView(
    Guid Id, string Name, string Account, string Role, string Prefix, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt,
    string? User = null, DateTimeOffset? ExpiresAt = null);

/// <summary>
/// POST /api/v1/keys. Role: admin, operator or tenant; left out it is the user's, and tenant for a key without a user. The account
/// may be left out for a user's key.
/// </summary>
public sealed record CreateApiKey(
    string Name, string? Account = null, string? Role = null, string? User = null, DateTimeOffset? ExpiresAt = null);

/// <summary>POST /api/v1/keys/{ref}/rotate</summary>
/// <param name="OverlapSeconds">How long the old secret goes on opening what the key does, 0 to 604800 (a week).</param>
public sealed record RotateApiKey(int OverlapSeconds = 0);

/// <summary>The only time that a key is shown.</summary>
public sealed record CreatedApiKey(ApiKeyView Info, string Key);

/// <summary>GET /api/v1/whoami</summary>
public sealed record WhoAmI(string Account, string Role, string KeyName, string? User = null);

/// <summary>GET /api/v1/node: the embedded storage node, where there is one (404 node-not-embedded otherwise).</summary>
public sealed record NodeStatusView(
    string Name, string Version, string IscsiPortal, string ElementEndpoint, int Volumes, int Sessions,
    long CapacityBytes, long UsedBytes, long CapacityIops, long PromisedIops, double CurrentIops, string IoEngine);

/// <summary>GET /api/v1/node/credentials: admin only; leaves an audit event.</summary>
public sealed record NodeCredentialsView(string ElementEndpoint, string Username, string Password);

/// <summary>Answer of POST /api/v1/node/measure: the medium measured anew, for some seconds beside what clients do.</summary>
/// <param name="Iops">4 KiB I/Os per second that it took.</param>
/// <param name="Description">What was done, for how long, and whether the capacity follows.</param>
public sealed record NodeCapacityView(long Iops, string Description);

/// <summary>GET /api/v1/version, without a key.</summary>
public sealed record VersionView(string Version, string Sdk);
