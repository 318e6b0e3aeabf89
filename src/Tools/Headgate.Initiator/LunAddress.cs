namespace Headgate.Initiator;

/// <summary>Where a LUN is and who asks for it: what <c>headgate volume connect</c> prints.</summary>
/// <param name="Portal"><c>ADDRESS:PORT</c>.</param>
/// <param name="Target">The target's iSCSI name.</param>
/// <param name="Lun">Its number.</param>
/// <param name="Username">For CHAP; null to log in without.</param>
/// <param name="Secret">For CHAP.</param>
/// <param name="Initiator">The initiator's iSCSI name.</param>
public sealed record LunAddress(string Portal, string Target, int Lun, string? Username, string? Secret, string Initiator)
{
    /// <summary>What the target has to prove (mutual CHAP); null asks it for nothing.</summary>
    public string? TargetSecret { get; init; }

    /// <summary>Asks for CRC32C digests of headers and data (RFC 7143 section 13.1); the target may decline.</summary>
    public bool WantsDigests { get; init; }

    /// <summary>Without the secret.</summary>
    public override string ToString() => $"{Target} LUN {Lun} at {Portal} as {Initiator}";
}
