using Headgate.Control.Access;
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
    /// <summary>The key; empty for callers within the server.</summary>
    public Guid KeyId { get; init; }

    /// <summary>What may be shown of the key.</summary>
    public string? KeyPrefix { get; init; }

    /// <summary>The name of the key's user; null for a key of the account itself.</summary>
    public string? User { get; init; }

    /// <summary>The Idempotency-Key of this call; null for none.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>For events and operations: <c>account/key</c>.</summary>
    public string Actor => $"{Account}/{KeyName}";

    /// <summary>True for an admin.</summary>
    public bool IsAdmin => Role is Role.Admin;

    /// <summary>True for who operates the infrastructure: admins and operators. They see and act on every account's objects.</summary>
    public bool IsOperator => Role >= Role.Operator;

    /// <summary>Null for an admin, else the refusal of <paramref name="what"/> ("Adding a pool").</summary>
    public Fault? MustBeAdmin(string what) => IsAdmin ? null : Refusal(what, Allowed.Admins);

    /// <summary>Null for an admin or an operator, else the refusal of <paramref name="what"/>.</summary>
    public Fault? MustBeOperator(string what) => IsOperator ? null : Refusal(what, Allowed.Operators);

    /// <summary>Null when <see cref="Permissions"/> let this caller call <paramref name="operationId"/>, else the refusal.</summary>
    public Fault? MayNot(string operationId) =>
        Permissions.Of(operationId) is var allowed && Permissions.Lets(allowed, Role) ? null : Refusal(operationId, allowed);

    /// <summary>True when this caller may see what belongs to <paramref name="accountId"/> (null: to the system).</summary>
    public bool MaySee(Guid? accountId) => IsOperator || accountId == AccountId;

    // One code for both: what a program does about it is the same.
    private Fault Refusal(string what, Allowed allowed) => new(
        "admin-only",
        $"{what} needs the key of {(allowed is Allowed.Operators ? "an operator or an admin" : "an admin")}; {Actor} has the role {Role.ToString().ToLowerInvariant()}.",
        Recovery.FixRequest);
}
