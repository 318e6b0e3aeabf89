using System.Globalization;

namespace Headgate.Iscsi.Text;

/// <summary>Answers the operational keys of one login from <see cref="KeyRule.All"/>, and remembers what was agreed.</summary>
/// <param name="isDiscovery">Keys of normal sessions are irrelevant.</param>
/// <param name="session">What is agreed already, when the login goes on with a session; null in a leading login.</param>
public sealed class Negotiator(bool isDiscovery, SessionParameters? session = null)
{
    public const string NotUnderstood = "NotUnderstood";
    public const string Irrelevant = "Irrelevant";
    public const string Reject = "Reject";

    private readonly Dictionary<string, string> _agreed = [];
    private bool _declared;

    /// <summary>Whether <paramref name="key"/> belongs to the operational stage.</summary>
    public static bool Knows(string key) => KeyRule.All.ContainsKey(key);

    /// <summary>
    /// The answer to an offered key; null when none is due (declarations). Values out of range or of the wrong type get
    /// Reject and leave the default in force, section 6.2.2.
    /// </summary>
    public string? Answer(string key, string offered)
    {
        ArgumentNullException.ThrowIfNull(offered);
        if (IsAnswer(offered)) return null; // to a key of ours; none of ours can be refused with effect
        if (!KeyRule.All.TryGetValue(key, out var rule)) return NotUnderstood;
        if (isDiscovery && !rule.InDiscovery) return Irrelevant;
        if (session is not null && !rule.OfConnection) return Reject; // "leading only", section 13
        if (key == "FirstBurstLength" && Says("InitialR2T") && !Says("ImmediateData")) return Irrelevant; // section 13.14

        var result = rule.Function switch
        {
            KeyFunction.FirstSupported => FirstSupported(rule, offered),
            KeyFunction.And or KeyFunction.Or => Combine(rule, offered),
            KeyFunction.Refused => null,
            _ => Number(rule, offered),
        };
        if (result is null) return Reject;
        _agreed[key] = result;
        return rule.Function == KeyFunction.Declared ? null : result;
    }

    /// <summary>Our own MaxRecvDataSegmentLength, the first time it is asked for; afterwards null.</summary>
    public string? Declare()
    {
        if (_declared) return null;
        _declared = true;
        return KeyRule.All["MaxRecvDataSegmentLength"].Ours;
    }

    /// <summary>What is agreed so far.</summary>
    public SessionParameters Result() => session is null ? Agreed() : session with
    {
        HeaderDigest = Agreed().HeaderDigest,
        DataDigest = Agreed().DataDigest,
        InitiatorMaxRecvBytes = Agreed().InitiatorMaxRecvBytes,
        TargetMaxRecvBytes = Agreed().TargetMaxRecvBytes,
    };

    private SessionParameters Agreed() => new()
    {
        HeaderDigest = Text("HeaderDigest") == "CRC32C",
        DataDigest = Text("DataDigest") == "CRC32C",
        InitialR2T = Says("InitialR2T"),
        ImmediateData = Says("ImmediateData"),
        InitiatorMaxRecvBytes = Int("MaxRecvDataSegmentLength"),
        TargetMaxRecvBytes = _declared ? Limits.MaxRecvDataSegmentBytes : Limits.LoginDataBytes,
        MaxBurstBytes = Int("MaxBurstLength"),
        FirstBurstBytes = Math.Min(Int("FirstBurstLength"), Int("MaxBurstLength")),
        MaxOutstandingR2T = Int("MaxOutstandingR2T"),
        Time2WaitSeconds = Int("DefaultTime2Wait"),
    };

    /// <summary>Reads a number, decimal or after 0x (section 6.1).</summary>
    public static bool TryNumber(string text, out long value)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? long.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value) && value >= 0
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Whether a value is an answer and no offer (section 6.2).</summary>
    public static bool IsAnswer(string value) => value is NotUnderstood or Irrelevant or Reject;

    private string Text(string key) => _agreed.GetValueOrDefault(key) ?? KeyRule.All[key].Default;

    private bool Says(string key) => Text(key) == "Yes";

    private int Int(string key) => int.Parse(Text(key), CultureInfo.InvariantCulture);

    private static string? FirstSupported(KeyRule rule, string offered)
    {
        var supported = rule.Ours.Split(',');
        foreach (var value in offered.Split(','))
            if (supported.Contains(value)) return value;
        return null;
    }

    private static string? Combine(KeyRule rule, string offered)
    {
        if (offered is not ("Yes" or "No")) return null;
        var (theirs, ours) = (offered == "Yes", rule.Ours == "Yes");
        return (rule.Function == KeyFunction.And ? theirs && ours : theirs || ours) ? "Yes" : "No";
    }

    private string? Number(KeyRule rule, string offered)
    {
        if (!TryNumber(offered, out var theirs) || theirs < rule.Min || theirs > rule.Max) return null;
        var ours = long.Parse(rule.Ours, CultureInfo.InvariantCulture);
        if (rule.Name == "FirstBurstLength") ours = Math.Min(ours, Int("MaxBurstLength")); // section 13.14: never above it
        var result = rule.Function switch
        {
            KeyFunction.Minimum => Math.Min(theirs, ours),
            KeyFunction.Maximum => Math.Max(theirs, ours),
            _ => theirs,
        };
        return result.ToString(CultureInfo.InvariantCulture);
    }
}
