namespace Headgate.Api.Contract;

/// <summary>GET /api/v1/audit: who called what, from where, and what came of it.</summary>
/// <param name="Id">Its id, in order of time.</param>
/// <param name="At">When it began.</param>
/// <param name="Account">The account; null for a caller without a valid key.</param>
/// <param name="User">The key's user.</param>
/// <param name="Key">The key's name.</param>
/// <param name="KeyPrefix">The key's prefix, also of one that opens nothing.</param>
/// <param name="Role">With what role.</param>
/// <param name="RemoteAddress">Where the connection came from.</param>
/// <param name="Operation">The operationId.</param>
/// <param name="Object">What the address refers to, or the id of what was made or of the operation that makes it.</param>
/// <param name="Status">The HTTP status; null when its end was not recorded: it goes on, or the server died in it.</param>
/// <param name="Code">The code of the problem that it was answered with.</param>
/// <param name="RequestId">The X-Request-Id of the answer.</param>
public sealed record AuditView(
    Guid Id, DateTimeOffset At, string? Account, string? User, string? Key, string? KeyPrefix, string? Role, string? RemoteAddress,
    string Operation, string? Object, int? Status, string? Code, string RequestId);
