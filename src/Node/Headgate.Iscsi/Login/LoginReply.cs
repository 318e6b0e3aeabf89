namespace Headgate.Iscsi.Login;

/// <summary>One login response: what to send, and whether login is over.</summary>
/// <param name="Status">Anything but success ends the connection after it is sent.</param>
/// <param name="CurrentStage">CSG.</param>
/// <param name="NextStage">NSG, when <paramref name="Transit"/>.</param>
/// <param name="Transit">The stage changes.</param>
/// <param name="Text">The data segment.</param>
/// <param name="Problem">Why it was refused, for events and logs; null on success. Never contains a secret.</param>
public readonly record struct LoginReply(
    LoginStatus Status, int CurrentStage, int NextStage, bool Transit, ReadOnlyMemory<byte> Text, string? Problem)
{
    /// <summary>Full feature phase begins after this.</summary>
    public bool IsComplete => Status == LoginStatus.Success && Transit && NextStage == LoginStage.FullFeature;
}

/// <summary>Values of CSG and NSG, RFC 7143 section 11.12.3.</summary>
public static class LoginStage
{
    public const int Security = 0;
    public const int Operational = 1;
    public const int FullFeature = 3;
}
