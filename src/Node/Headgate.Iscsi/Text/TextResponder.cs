using System.Buffers;

namespace Headgate.Iscsi.Text;

/// <summary>What a text request in full feature phase leads to.</summary>
public enum TextVerdict
{
    /// <summary>Send <see cref="TextResponder.TakePart"/>.</summary>
    Respond,

    /// <summary>Send a Reject with reason "protocol error"; the negotiation is over.</summary>
    Reject,
}

/// <summary>A target and the addresses that discovery tells of it, each <c>HOST:PORT,TAG</c>.</summary>
public sealed record DiscoveredTarget(string Name, IReadOnlyList<string> Addresses);

/// <summary>
/// Text requests in full feature phase: SendTargets (RFC 7143 appendix C) and MaxRecvDataSegmentLength. Long answers
/// are cut to the initiator's data segment and fetched part by part (C bit, section 11.11.2); what is not fetched yet is
/// not formed either, so that a list of 4,000 targets takes the room of one part.
/// </summary>
/// <param name="visible">Targets that the session may see.</param>
/// <param name="isDiscovery">A discovery session, which has no target of its own.</param>
public sealed class TextResponder(Func<IEnumerable<DiscoveredTarget>> visible, bool isDiscovery)
{
    private static readonly string[] LoginOnly =
        ["InitiatorName", "TargetName", "SessionType", "AuthMethod", "TargetAddress", "TargetPortalGroupTag"];

    private readonly TextAccumulator _request = new();
    private readonly ArrayBufferWriter<byte> _answer = new();
    private IEnumerator<DiscoveredTarget>? _targets;
    private int _sent;

    /// <summary>Set when the initiator declared another MaxRecvDataSegmentLength.</summary>
    public int? DeclaredMaxRecvBytes { get; private set; }

    /// <summary>After <see cref="TakePart"/>: whether parts of the answer are left to fetch.</summary>
    public bool HasMore => _sent < _answer.WrittenCount;

    /// <summary>Bytes of the answer that are formed and kept.</summary>
    public int KeptBytes => _answer.WrittenCount;

    /// <summary>Takes a request. An answer under way goes on when the request is empty, and is dropped otherwise.</summary>
    public TextVerdict Handle(bool continues, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty && !continues && _request.IsEmpty && HasMore) return TextVerdict.Respond;
        ForgetAnswer();
        if (!_request.TryAdd(data)) return Drop();
        if (continues) return TextVerdict.Respond; // an empty answer asks for the rest

        var pairs = TextPairs.Parse(_request.Bytes, out _);
        _request.Clear();
        if (pairs is null) return Drop();
        foreach (var (key, value) in pairs)
            if (!Answer(key, value)) return Drop();
        return TextVerdict.Respond;
    }

    /// <summary>The next part of the answer, at most <paramref name="maxBytes"/> long.</summary>
    public ReadOnlySpan<byte> TakePart(int maxBytes)
    {
        var kept = _answer.WrittenSpan[_sent..].ToArray();
        _answer.ResetWrittenCount();
        _answer.Write(kept);
        // One byte more than the part, so that it is known whether it is the last one.
        while (_answer.WrittenCount <= maxBytes && _targets?.MoveNext() == true) Append(_targets.Current);
        _sent = Math.Min(maxBytes, _answer.WrittenCount);
        return _answer.WrittenSpan[.._sent];
    }

    private TextVerdict Drop()
    {
        _request.Clear();
        ForgetAnswer();
        return TextVerdict.Reject;
    }

    private void ForgetAnswer()
    {
        _answer.ResetWrittenCount();
        (_sent, _targets) = (0, null);
    }

    private bool Answer(string key, string value)
    {
        if (Negotiator.IsAnswer(value)) return true; // to a key of ours, and there is none
        switch (key)
        {
            case "SendTargets":
                return SendTargets(value);
            case "InitiatorAlias":
                return true;
            case "MaxRecvDataSegmentLength" when Negotiator.TryNumber(value, out var bytes) && bytes is >= 512 and < 1 << 24:
                DeclaredMaxRecvBytes = (int)bytes;
                return true;
            case "MaxRecvDataSegmentLength":
                TextPairs.Append(_answer, key, Negotiator.Reject);
                return true;
            default:
                // Keys of login have no place here: a protocol error (section 6.2). Others nobody knows (section 6.2.2).
                if (Negotiator.Knows(key) || LoginOnly.Contains(key) || key.StartsWith("CHAP_", StringComparison.Ordinal)) return false;
                TextPairs.Append(_answer, key, Negotiator.NotUnderstood);
                return true;
        }
    }

    private bool SendTargets(string wanted)
    {
        // Names start with their type (section 4.2.7.3); anything else is neither All, nor this session's, nor a name.
        var isName = wanted.StartsWith("iqn.", StringComparison.Ordinal) || wanted.StartsWith("eui.", StringComparison.Ordinal)
            || wanted.StartsWith("naa.", StringComparison.Ordinal);
        if (_targets is not null || (wanted is not ("All" or "") && !isName)) return false;
        // Without a value: the target of the session, and a discovery session has none.
        var told = wanted.Length == 0 && isDiscovery ? [] : visible();
        _targets = (isName ? told.Where(target => target.Name == wanted) : told).GetEnumerator();
        return true;
    }

    private void Append(DiscoveredTarget target)
    {
        TextPairs.Append(_answer, "TargetName", target.Name);
        foreach (var address in target.Addresses) TextPairs.Append(_answer, "TargetAddress", address);
    }
}
