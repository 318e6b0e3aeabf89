using System.Collections.Concurrent;
using Headgate.Storage.Sdk;

namespace Headgate.Storage.Conformance;

/// <summary>The secrets that a rule knows of: what no answer may print, and what the kit blots out of its own.</summary>
internal sealed class Secrets
{
    /// <summary>Shorter texts are no use to look for: they stand in any message by chance, and blotting them out would garble it.</summary>
    public const int Shortest = 6;

    private readonly ConcurrentDictionary<string, byte> _known = new(StringComparer.Ordinal);
    private int _tooShort;

    /// <summary>Secrets that were noted and are too short to look for; empty ones are none.</summary>
    public int TooShort => Volatile.Read(ref _tooShort);

    public void Note(string? secret)
    {
        if (secret is null or "") return;
        if (secret.Length >= Shortest) _known[secret] = 0;
        else Interlocked.Increment(ref _tooShort);
    }

    public void Note(Connection connection)
    {
        if (connection is Connection.Rbd { Key: var key }) Note(key);
        if (connection is not Connection.Iscsi { Chap: { } chap }) return;
        Note(chap.Secret);
        Note(chap.TargetSecret);
    }

    /// <summary>True when the text gives one of them away.</summary>
    public bool AreIn(string text) => _known.Keys.Any(s => text.Contains(s, StringComparison.Ordinal));

    /// <summary>The longest first: one may be part of another.</summary>
    public string BlotOut(string text) => _known.Keys.OrderByDescending(s => s.Length)
        .Aggregate(text, static (t, secret) => t.Replace(secret, "(secret)", StringComparison.Ordinal));
}
