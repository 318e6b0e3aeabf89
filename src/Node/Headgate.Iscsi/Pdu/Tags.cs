namespace Headgate.Iscsi.Pdu;

/// <summary>Values of tag fields with a meaning of their own.</summary>
public static class Tags
{
    /// <summary>"No task": of an Initiator Task Tag or a Target Transfer Tag, RFC 7143 sections 11.2.1.8 and 11.7.4.</summary>
    public const uint None = 0xFFFF_FFFF;
}
