namespace Headgate.Domain;

/// <summary>What the bearer of a key may do, the least first: who has a later one may do what an earlier one may.</summary>
public enum Role
{
    /// <summary>Its own account's volumes, snapshots and templates.</summary>
    Tenant,

    /// <summary>
    /// Sees and operates the infrastructure and every account's volumes; changes no account, user, key, role, offering or secret.
    /// </summary>
    Operator,

    /// <summary>Everything.</summary>
    Admin,
}
