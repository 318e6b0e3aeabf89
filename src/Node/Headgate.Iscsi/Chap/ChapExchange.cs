using System.Globalization;
using System.Security.Cryptography;
using Headgate.Iscsi.Text;

namespace Headgate.Iscsi.Chap;

/// <summary>
/// The target's side of CHAP (RFC 7143 section 12.1.3): algorithm, then challenge and response, then, when the initiator
/// asks, the proof of ourselves.
/// </summary>
/// <param name="challenge">Fresh random bytes, as many as the longest hash or more; never used twice.</param>
/// <param name="identifier">CHAP_I of our challenge; random too.</param>
/// <param name="findAccount">Who a CHAP_N is; null when unknown.</param>
public sealed class ChapExchange(ReadOnlyMemory<byte> challenge, byte identifier, Func<string, ChapAccount?> findAccount)
{
    private static readonly string[] AnswerKeys = ["CHAP_N", "CHAP_R"];

    /// <summary>CHAP_A agreed on; null before.</summary>
    public ChapAlgorithm? Algorithm { get; private set; }

    /// <summary>The user that proved itself; null before and when it failed.</summary>
    public string? ProvenUser { get; private set; }

    /// <summary>The CHAP_N of the initiator, proven or not: for events.</summary>
    public string? ClaimedUser { get; private set; }

    /// <summary>Whether we proved ourselves too.</summary>
    public bool IsMutual { get; private set; }

    /// <summary>One step. Pairs to send, or null and why authentication failed; the reason is for our log, not for the wire.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Answer(IReadOnlyDictionary<string, string> keys, out string? problem)
    {
        ArgumentNullException.ThrowIfNull(keys);
        problem = null;
        if (keys.Count == 0) return []; // an empty request only asks for our turn
        if (Algorithm is null) return AnswerAlgorithm(keys, out problem);
        return ProvenUser is null ? AnswerProof(keys, out problem) : Fail("it sent CHAP keys after CHAP was over", out problem);
    }

    private List<KeyValuePair<string, string>>? AnswerAlgorithm(IReadOnlyDictionary<string, string> keys, out string? problem)
    {
        if (keys.Count != 1 || !keys.TryGetValue("CHAP_A", out var offered)) return Fail("it did not send CHAP_A alone", out problem);
        if (ChapHash.Choose(offered) is not { } algorithm) return Fail("it offers no CHAP algorithm that the target has", out problem);

        Algorithm = algorithm;
        problem = null;
        return
        [
            new("CHAP_A", ((int)algorithm).ToString(CultureInfo.InvariantCulture)),
            new("CHAP_I", identifier.ToString(CultureInfo.InvariantCulture)),
            new("CHAP_C", BinaryValue.ToHex(challenge.Span)),
        ];
    }

    private List<KeyValuePair<string, string>>? AnswerProof(IReadOnlyDictionary<string, string> keys, out string? problem)
    {
        ClaimedUser = keys.GetValueOrDefault("CHAP_N");
        if (ClaimedUser is null || !keys.TryGetValue("CHAP_R", out var response))
            return Fail("it did not send " + string.Join(" and ", AnswerKeys), out problem);
        if (!BinaryValue.TryParse(response, Limits.BinaryValueBytes, out var proof))
            return Fail("its CHAP_R is not a binary value of lawful size", out problem);

        // An unknown user costs the same hash as a wrong secret, so that timing does not tell user names.
        var account = findAccount(ClaimedUser);
        var expected = ChapHash.Compute(Algorithm!.Value, identifier, account?.InitiatorSecret ?? "", challenge.Span);
        var equal = CryptographicOperations.FixedTimeEquals(expected, proof);
        if (account is null || account.InitiatorSecret.Length == 0) return Fail("its user name is unknown", out problem);
        if (!equal) return Fail("its secret is wrong", out problem);

        var asksBack = keys.ContainsKey("CHAP_I") || keys.ContainsKey("CHAP_C");
        var answer = asksBack ? ProveOurselves(keys, account, out problem) : Nothing(out problem);
        if (answer is not null) (ProvenUser, IsMutual) = (account.Username, asksBack);
        return answer;
    }

    private List<KeyValuePair<string, string>>? ProveOurselves(
        IReadOnlyDictionary<string, string> keys, ChapAccount account, out string? problem)
    {
        if (!keys.TryGetValue("CHAP_I", out var theirIdentifier) || !Negotiator.TryNumber(theirIdentifier, out var number)
            || number > byte.MaxValue)
            return Fail("its CHAP_I is not a number of 0 to 255", out problem);
        if (!keys.TryGetValue("CHAP_C", out var text) || !BinaryValue.TryParse(text, Limits.BinaryValueBytes, out var theirs))
            return Fail("its CHAP_C is not a binary value of lawful size", out problem);
        // Section 9.2.1: our own challenge thrown back would make us answer for the initiator, and so would one secret for both.
        if (theirs.AsSpan().SequenceEqual(challenge.Span)) return Fail("it sent our own challenge back", out problem);
        if (account.TargetSecret is not { Length: > 0 } secret) return Fail("it asks for mutual CHAP, which the user has no target secret for", out problem);
        if (secret == account.InitiatorSecret) return Fail("initiator and target secret are the same, which mutual CHAP forbids", out problem);

        problem = null;
        var proof = ChapHash.Compute(Algorithm!.Value, (byte)number, secret, theirs);
        return [new("CHAP_N", account.Username), new("CHAP_R", BinaryValue.ToHex(proof))];
    }

    private static List<KeyValuePair<string, string>> Nothing(out string? problem)
    {
        problem = null;
        return [];
    }

    private static List<KeyValuePair<string, string>>? Fail(string why, out string? problem)
    {
        problem = why;
        return null;
    }
}
