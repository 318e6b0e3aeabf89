using Headgate.Domain;
using Headgate.Primitives;

namespace Headgate.Control;

/// <summary>
/// Who calls a use case. A tenant sees and changes its own account's objects only; another's are "not found" to it, so
/// that nothing about them can be inferred.
/// </summary>
/// <param name="AccountId">The key's account.</param>
/// <param name="Account">Its name.</param>
/// <param name="Role">What the key allows.</param>
/// <param name="KeyName">The key's name, for the record.</param>
public sealed record Caller(Guid AccountId, string Account, Role Role, string KeyName)
{
    /// <summary>The Idempotency-Key of this call; null for none.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>For events and operations: <c>account/key</c>.</summary>
    public string Actor => $"{Account}/{KeyName}";

    /// <summary>True for an admin.</summary>
    public bool IsAdmin => Role is Role.Admin;

    /// <summary>Null for an admin, else the refusal of <paramref name="what"/> ("Adding a pool").</summary>
    public Fault? MustBeAdmin(string what) => IsAdmin
        ? null
        : new Fault("admin-only", $"{what} needs an admin's key; {Actor} is a {Role.ToString().ToLowerInvariant()}.", Recovery.FixRequest);

    /// <summary>True when this caller may see what belongs to <paramref name="accountId"/> (null: to the system).</summary>
    public bool MaySee(Guid? accountId) => IsAdmin || accountId == AccountId;
}
