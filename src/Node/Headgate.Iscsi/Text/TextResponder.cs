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
/// are cut to the initiator's data segment and fetched part by part (C bit, section 11.11.2).
/// </summary>
/// <param name="visible">Targets that the session may see, all of them or the one named.</param>
public sealed class TextResponder(Func<IReadOnlyList<DiscoveredTarget>> visible)
{
    private readonly TextAccumulator _request = new();
    private readonly ArrayBufferWriter<byte> _answer = new();
    private int _sent;

    /// <summary>Set when the initiator declared another MaxRecvDataSegmentLength.</summary>
    public int? DeclaredMaxRecvBytes { get; private set; }

    /// <summary>Whether parts of an answer are left to fetch.</summary>
    public bool HasMore => _sent < _answer.WrittenCount;

    /// <summary>Takes a request. An answer under way goes on when the request is empty, and is dropped otherwise.</summary>
    public TextVerdict Handle(bool continues, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty && !continues && _request.IsEmpty && HasMore) return TextVerdict.Respond;
        _answer.ResetWrittenCount();
        _sent = 0;
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
        var part = _answer.WrittenSpan[_sent..];
        if (part.Length > maxBytes) part = part[..maxBytes];
        _sent += part.Length;
        return part;
    }

    private TextVerdict Drop()
    {
        _request.Clear();
        _answer.ResetWrittenCount();
        _sent = 0;
        return TextVerdict.Reject;
    }

    private bool Answer(string key, string value)
    {
        switch (key)
        {
            case "SendTargets":
                return SendTargets(value);
            case "MaxRecvDataSegmentLength" when Negotiator.TryNumber(value, out var bytes) && bytes is >= 512 and < 1 << 24:
                DeclaredMaxRecvBytes = (int)bytes;
                return true;
            case "InitiatorAlias":
                return true;
            default:
                // A key that cannot be negotiated here is a protocol error (section 6.2.3); an unknown one only gets an
                // answer in login. Reject fails it at once, where NotUnderstood makes some initiators reconnect.
                return false;
        }
    }

    private bool SendTargets(string wanted)
    {
        // Names start with their type (section 4.2.7.3); anything else is neither All, nor this session's, nor a name.
        var isName = wanted.StartsWith("iqn.", StringComparison.Ordinal) || wanted.StartsWith("eui.", StringComparison.Ordinal)
            || wanted.StartsWith("naa.", StringComparison.Ordinal);
        if (wanted is not ("All" or "") && !isName) return false;
        foreach (var target in visible())
        {
            if (isName && target.Name != wanted) continue;
            TextPairs.Append(_answer, "TargetName", target.Name);
            foreach (var address in target.Addresses) TextPairs.Append(_answer, "TargetAddress", address);
        }
        return true;
    }
}
