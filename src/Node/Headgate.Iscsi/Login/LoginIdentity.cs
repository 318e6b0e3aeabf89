namespace Headgate.Iscsi.Login;

/// <summary>The keys that say who wants what; they stand in the first request (RFC 7143 section 6.3).</summary>
public sealed class LoginIdentity
{
    /// <summary>Longest InitiatorAlias, RFC 7143 section 13.7.</summary>
    private const int MaxAliasChars = 255;

    public string? InitiatorName { get; private set; }

    public string? InitiatorAlias { get; private set; }

    public string? TargetName { get; private set; }

    public bool IsDiscovery => SessionType == "Discovery";

    private string? SessionType { get; set; }

    /// <summary>Takes a key of identity; false when it is none. A key may come again only with the same value.</summary>
    public bool TryTake(string key, string value, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(value);
        problem = null;
        var (known, current) = key switch
        {
            "InitiatorName" => (true, InitiatorName),
            "InitiatorAlias" => (true, InitiatorAlias),
            "TargetName" => (true, TargetName),
            "SessionType" => (true, SessionType),
            _ => (false, null),
        };
        if (!known) return false;

        // Names compare in lower case: RFC 7143 section 4.2.7.1 has initiators normalise them, not all do.
        if (key is "InitiatorName" or "TargetName") value = value.ToLowerInvariant();
        if (current is not null && current != value) problem = $"{key} changed during login.";
        else if (Lawful(key, value)) Set(key, value);
        else problem = $"{key} has a value that cannot be one.";
        return true;
    }

    /// <summary>A login to a session that there is need not name its target again.</summary>
    public void Assume(string targetName) => TargetName ??= targetName;

    /// <summary>What is still missing once the first request is whole: a status and a sentence, or success.</summary>
    public (LoginStatus Status, string? Problem) Check() => this switch
    {
        { SessionType: not (null or "Normal" or "Discovery") } =>
            (LoginStatus.SessionTypeNotSupported, $"session type '{SessionType}' is neither Normal nor Discovery."),
        { InitiatorName: null } => (LoginStatus.MissingParameter, "InitiatorName is missing."),
        { IsDiscovery: false, TargetName: null } => (LoginStatus.MissingParameter, "TargetName is missing."),
        _ => (LoginStatus.Success, null),
    };

    private static bool Lawful(string key, string value)
    {
        var max = key == "InitiatorAlias" ? MaxAliasChars : Primitives.IscsiName.MaxBytes;
        return value.Length > 0 && value.Length <= max && !value.Any(char.IsControl);
    }

    private void Set(string key, string value)
    {
        switch (key)
        {
            case "InitiatorName": InitiatorName = value; break;
            case "InitiatorAlias": InitiatorAlias = value; break;
            case "TargetName": TargetName = value; break;
            default: SessionType = value; break;
        }
    }
}
