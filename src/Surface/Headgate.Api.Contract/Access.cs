namespace Headgate.Api.Contract;

/// <summary>GET|POST /api/v1/accounts</summary>
public sealed record AccountView(Guid Id, string Name, DateTimeOffset CreatedAt);

/// <summary>POST /api/v1/accounts</summary>
public sealed record CreateAccount(string Name);

/// <summary>GET /api/v1/keys: never the key itself.</summary>
public sealed record ApiKeyView(Guid Id, string Name, string Account, string Role, string Prefix, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt);

/// <summary>POST /api/v1/keys. Role: admin or tenant.</summary>
public sealed record CreateApiKey(string Name, string Account, string Role);

/// <summary>The only time that a key is shown.</summary>
public sealed record CreatedApiKey(ApiKeyView Info, string Key);

/// <summary>GET /api/v1/whoami</summary>
public sealed record WhoAmI(string Account, string Role, string KeyName);

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
