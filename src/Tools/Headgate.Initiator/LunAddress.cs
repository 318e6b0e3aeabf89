namespace Headgate.Initiator;

/// <summary>Where a LUN is and who asks for it: what <c>headgate volume connect</c> prints.</summary>
/// <param name="Portal"><c>ADDRESS:PORT</c>.</param>
/// <param name="Target">The target's iSCSI name.</param>
/// <param name="Lun">Its number.</param>
/// <param name="Username">For CHAP.</param>
/// <param name="Secret">For CHAP.</param>
/// <param name="Initiator">The initiator's iSCSI name.</param>
public sealed record LunAddress(string Portal, string Target, int Lun, string Username, string Secret, string Initiator)
{
    /// <summary>Without the secret.</summary>
    public override string ToString() => $"{Target} LUN {Lun} at {Portal} as {Initiator}";
}
