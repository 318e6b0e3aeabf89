namespace Headgate.Initiator;

/// <summary>How a login ended: status class and detail of RFC 7143 section 11.13.5; (0, 0) with a session.</summary>
public sealed record LoginResult(byte Class, byte Detail, InitiatorSession? Session)
{
    /// <summary><c>ADDRESS:PORT</c> to try instead, where the target has moved (class 1).</summary>
    public string? MovedTo { get; init; }
}
