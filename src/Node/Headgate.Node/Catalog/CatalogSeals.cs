using Headgate.Secrets;

namespace Headgate.Node.Catalog;

/// <summary>Seals what is secret in catalog rows before they reach the disk, and opens it again when they are read.</summary>
/// <remarks>A sealed value names its row and member as owner: one that is moved to another row does not open.</remarks>
internal sealed class CatalogSeals(SecretBox box)
{
    public Account Seal(Account account) => account with
    {
        InitiatorSecret = box.Seal(account.InitiatorSecret, $"account/{account.Id}/initiator"),
        TargetSecret = box.Seal(account.TargetSecret, $"account/{account.Id}/target"),
    };

    public Account Open(Account account) => account with
    {
        InitiatorSecret = box.Open(account.InitiatorSecret, $"account/{account.Id}/initiator"),
        TargetSecret = box.Open(account.TargetSecret, $"account/{account.Id}/target"),
    };

    public Initiator Seal(Initiator initiator) => initiator with
    {
        InitiatorSecret = initiator.InitiatorSecret is { } secret ? box.Seal(secret, $"initiator/{initiator.Id}/initiator") : null,
        TargetSecret = initiator.TargetSecret is { } target ? box.Seal(target, $"initiator/{initiator.Id}/target") : null,
    };

    public Initiator Open(Initiator initiator) => initiator with
    {
        InitiatorSecret = initiator.InitiatorSecret is { } secret ? box.Open(secret, $"initiator/{initiator.Id}/initiator") : null,
        TargetSecret = initiator.TargetSecret is { } target ? box.Open(target, $"initiator/{initiator.Id}/target") : null,
    };

    public ClusterIdentity Seal(ClusterIdentity identity) =>
        identity with { AdminPassword = box.Seal(identity.AdminPassword, "cluster/admin-password") };

    public ClusterIdentity Open(ClusterIdentity identity) =>
        identity with { AdminPassword = box.Open(identity.AdminPassword, "cluster/admin-password") };
}
