namespace Headgate.Domain;

/// <summary>
/// The initiator name under which the management server itself reads and writes volumes of a pool. One per pool, so that two
/// installations on one array never share a secret; reserved, since the secret opens whatever is being written.
/// </summary>
public static class MoverName
{
    private const string Prefix = "iqn.2026-11.org.headgate:mover.";

    /// <summary>The name for <paramref name="poolId"/>.</summary>
    public static string Of(Guid poolId) => $"{Prefix}{poolId:N}";

    /// <summary>True for a name that no host may have. iSCSI names are compared in lower case (RFC 7143 section 4.2.7.1).</summary>
    public static bool IsReserved(string initiator) =>
        initiator is not null && initiator.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);
}
