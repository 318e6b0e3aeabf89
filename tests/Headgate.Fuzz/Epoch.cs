namespace Headgate.Fuzz;

/// <summary>
/// A stretch of inputs on a fresh subject. All inputs of it are kept, so that what they break can be had again from a
/// file, without the millions before.
/// </summary>
internal sealed class Epoch
{
    private readonly int _limit;
    private readonly Corpus _corpus;
    private readonly IReadOnlyList<byte[]>? _replay;
    private readonly List<byte[]> _inputs = [];
    private readonly Action<long> _onInput;

    private Epoch(ulong seed, int limit, Corpus corpus, IReadOnlyList<byte[]>? replay, Action<long> onInput)
    {
        (Dice, _limit, _corpus, _replay, _onInput) = (new Dice(seed), limit, corpus, replay, onInput);
    }

    public static Epoch Fresh(ulong seed, int inputs, Corpus corpus, Action<long> onInput) => new(seed, inputs, corpus, null, onInput);

    public static Epoch Replay(IReadOnlyList<byte[]> inputs) => new(0, inputs.Count, new Corpus(0), inputs, _ => { });

    public Dice Dice { get; }

    public Corpus Corpus => _corpus;

    public IReadOnlyList<byte[]> Inputs => _inputs;

    public bool IsOver => _inputs.Count >= _limit;

    /// <summary>The next input: made, or as it was; null when the epoch is over.</summary>
    public byte[]? Next(Func<byte[]> make)
    {
        if (IsOver) return null;
        var input = _replay is null ? make() : _replay[_inputs.Count];
        _inputs.Add(input);
        _onInput(_inputs.Count);
        return input;
    }

    /// <summary>Tells how the subject took an input; one that gave rise to something new is kept to be varied.</summary>
    public void Observe(byte[] input, ulong signature) => _corpus.Observe(input, signature);
}

/// <summary>
/// Inputs that led to an answer not seen before: the feedback that steers the search. An answer's signature is what an
/// initiator sees of it (state, response, sense), which stands in for coverage and costs nothing.
/// </summary>
internal sealed class Corpus(int keep)
{
    private readonly HashSet<ulong> _seen = [];
    private readonly List<byte[]> _inputs = [];

    /// <summary>So many signatures are remembered; the rest counts as seen, so that memory stays bounded.</summary>
    private const int SignaturesMax = 200_000;

    public int Signatures => _seen.Count;

    public int Count => _inputs.Count;

    public void Observe(byte[] input, ulong signature)
    {
        if (_seen.Count >= SignaturesMax || !_seen.Add(signature)) return;
        if (_inputs.Count < keep) _inputs.Add([.. input]);
        else if (keep > 0) _inputs[(int)(signature % (ulong)keep)] = [.. input];
    }

    /// <summary>One of them, or none when there are none yet.</summary>
    public ReadOnlySpan<byte> Pick(Dice dice) => _inputs.Count == 0 ? [] : _inputs[dice.Below(_inputs.Count)];
}

/// <summary>What is fuzzed.</summary>
internal abstract class Surface
{
    public abstract string Name { get; }

    /// <summary>Inputs on one subject.</summary>
    public virtual int EpochInputs => 2000;

    /// <summary>Feeds a fresh subject with the epoch's inputs; throws when it does something that it must not.</summary>
    public abstract void Run(Epoch epoch);
}

/// <summary>Something that the subject must not do.</summary>
internal sealed class FindingException(string message) : Exception(message);

/// <summary>Puts numbers together to a signature (FNV-1a).</summary>
internal static class Signature
{
    public static ulong Of(params ReadOnlySpan<uint> parts)
    {
        var hash = 0xCBF2_9CE4_8422_2325;
        foreach (var part in parts) hash = (hash ^ part) * 0x100_0000_01B3;
        return hash;
    }
}
