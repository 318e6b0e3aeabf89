namespace Headgate.Domain;

/// <summary>
/// Who called what, from where, and what came of it: every call that changes something or shows a secret, and every one that was refused for
/// want of a right. Holds no body, so no secret.
/// </summary>
public sealed record AuditRecord
{
    /// <summary>Longest text of a column that a caller has a say in; longer ones are cut.</summary>
    public const int MaxTextLength = 160;

    /// <summary>Status of a call whose end was not written: it goes on, or the server died in it.</summary>
    public const int Begun = 0;

    /// <summary>Version 7: in order of time.</summary>
    public required Guid Id { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Null for a caller without a valid key.</summary>
    public Guid? AccountId { get; init; }

    /// <summary>The account's name then.</summary>
    public string? Account { get; init; }

    /// <summary>The key's user's name then.</summary>
    public string? User { get; init; }

    /// <summary>The key's name.</summary>
    public string? Key { get; init; }

    /// <summary>The key's prefix; that of a key that opens nothing, too.</summary>
    public string? KeyPrefix { get; init; }

    public Role? Role { get; init; }

    /// <summary>The address that the connection came from.</summary>
    public string? RemoteAddress { get; init; }

    /// <summary>The operationId of the route.</summary>
    public required string Operation { get; init; }

    /// <summary>What the address refers to; for what is made, where it is found.</summary>
    public string? Object { get; init; }

    /// <summary>The HTTP status, or <see cref="Begun"/>.</summary>
    public int Status { get; init; }

    /// <summary>The code of the problem that it was answered with.</summary>
    public string? Code { get; init; }

    /// <summary>The X-Request-Id of the answer.</summary>
    public required string RequestId { get; init; }
}
