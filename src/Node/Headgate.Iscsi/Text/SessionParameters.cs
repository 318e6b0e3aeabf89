namespace Headgate.Iscsi.Text;

/// <summary>What a login agreed on; where nothing was said, the defaults of RFC 7143 section 13.</summary>
public sealed record SessionParameters
{
    public bool HeaderDigest { get; init; }

    public bool DataDigest { get; init; }

    /// <summary>Data-Out waits for R2T; when false, up to <see cref="FirstBurstBytes"/> may come unasked.</summary>
    public bool InitialR2T { get; init; } = true;

    /// <summary>Data may come with the command.</summary>
    public bool ImmediateData { get; init; } = true;

    /// <summary>Longest data segment that the initiator takes; it may say so again at any time.</summary>
    public int InitiatorMaxRecvBytes { get; init; } = 8192;

    /// <summary>Longest data segment that we declared to take.</summary>
    public int TargetMaxRecvBytes { get; init; } = 8192;

    /// <summary>Longest sequence of Data-In, or of Data-Out for one R2T.</summary>
    public int MaxBurstBytes { get; init; } = 262144;

    /// <summary>Most of a command's data that may come unasked, immediate data included; never above <see cref="MaxBurstBytes"/>.</summary>
    public int FirstBurstBytes { get; init; } = 65536;

    /// <summary>R2Ts of one command that may be open at a time.</summary>
    public int MaxOutstandingR2T { get; init; } = 1;

    public int Time2WaitSeconds { get; init; } = 2;
}
