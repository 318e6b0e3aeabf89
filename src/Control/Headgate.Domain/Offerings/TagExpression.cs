using Headgate.Primitives;

namespace Headgate.Domain;

/// <summary>
/// Which pools an offering may use, by their tags: <c>ssd and not (slow or archive)</c>. A comma is another <c>and</c>, so that a plain
/// list of tags is an expression too; <c>not</c> binds tighter than <c>and</c>, <c>and</c> tighter than <c>or</c>. Tags are compared by
/// case, the three words are not. Immutable; equal when the canonical text is.
/// </summary>
public sealed class TagExpression : IEquatable<TagExpression>
{
    private readonly Node? _root;
    private readonly string _text;

    private TagExpression(Node? root) => (_root, _text) = (root, root is null ? "" : Write(root, Binding.Or));

    /// <summary>Longest text: some hundred tags, more than anybody reads.</summary>
    public const int MostCharacters = 1024;

    /// <summary>Deepest nesting of parentheses and nots: bounds the recursion, and what a person can follow.</summary>
    public const int MostNesting = 16;

    private enum Binding
    {
        Or,
        And,
        Not,
    }

    /// <summary>Asks for nothing: every pool will do that is not exclusive.</summary>
    public static TagExpression Anything { get; } = new(null);

    /// <summary>True when it asks for nothing.</summary>
    public bool IsAnything => _root is null;

    /// <summary>The words that cannot be tags.</summary>
    public static bool IsWord(string tag) => WordOf(tag) is not null;

    /// <summary>Reads <paramref name="text"/>; the refusal says at which character and what was expected there. Empty text asks for nothing.</summary>
    public static Outcome<TagExpression> Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return Anything;
        if (text.Length > MostCharacters)
            return new Fault("tags-invalid", $"The tag expression has {text.Length} characters; at most {MostCharacters} are allowed.", Recovery.FixRequest);
        return TagExpressionParser.Parse(text).Map(root => new TagExpression(root));
    }

    /// <summary>All of <paramref name="tags"/>.</summary>
    public static TagExpression All(IReadOnlyList<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        return tags.Count switch
        {
            0 => Anything,
            1 => new TagExpression(new Node.Tag(tags[0])),
            _ => new TagExpression(new Node.All([.. tags.Select(t => new Node.Tag(t))])),
        };
    }

    /// <summary>Both.</summary>
    public TagExpression And(TagExpression other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (_root is null) return other;
        return other._root is null ? this : new TagExpression(new Node.All([.. Conjuncts(_root), .. Conjuncts(other._root)]));
    }

    /// <summary>True for a pool with these tags.</summary>
    public bool Holds(IReadOnlyList<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        return _root is null || Holds(_root, tags);
    }

    /// <summary>True when it asks for <paramref name="tag"/> somewhere, rather than against it: what an exclusive pool wants to hear.</summary>
    public bool Names(string tag) => _root is not null && Names(_root, tag, asked: true);

    /// <summary>What a pool with these tags lacks or has too much, a part of a sentence each; empty when it holds.</summary>
    public IReadOnlyList<string> Unmet(IReadOnlyList<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        if (_root is null) return [];
        var failing = Conjuncts(_root).Where(part => !Holds(part, tags)).ToList();
        var missing = failing.OfType<Node.Tag>().Select(t => t.Name).ToList();
        var unwanted = failing.OfType<Node.Not>().Select(n => n.Of).OfType<Node.Tag>().Select(t => t.Name).ToList();
        var others = failing.Where(part => part is not (Node.Tag or Node.Not { Of: Node.Tag })).Select(part => $"needs {Write(part, Binding.And)}");
        return
        [
            .. missing.Count > 0 ? [$"needs tag {string.Join(", ", missing)}"] : Array.Empty<string>(),
            .. unwanted.Count > 0 ? [$"must not have tag {string.Join(", ", unwanted)}"] : Array.Empty<string>(),
            .. others,
        ];
    }

    /// <summary>Every tag that occurs, wanted or not.</summary>
    public IReadOnlyList<string> Tags() => _root is null ? [] : [.. TagsOf(_root).Distinct(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public bool Equals(TagExpression? other) => other is not null && other._text == _text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TagExpression);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The canonical text, with no more parentheses than it needs; <see cref="Parse"/> reads it back.</summary>
    public override string ToString() => _text;

    /// <summary>The word that <paramref name="text"/> is, in lower case; null for a tag.</summary>
    internal static string? WordOf(string text) => text.ToLowerInvariant() is "and" or "or" or "not" ? text.ToLowerInvariant() : null;

    private static bool Holds(Node node, IReadOnlyList<string> tags) => node switch
    {
        Node.Tag tag => tags.Contains(tag.Name, StringComparer.Ordinal),
        Node.Not not => !Holds(not.Of, tags),
        Node.All all => all.Parts.All(part => Holds(part, tags)),
        Node.Any any => any.Parts.Any(part => Holds(part, tags)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static bool Names(Node node, string tag, bool asked) => node switch
    {
        Node.Tag t => asked && t.Name == tag,
        Node.Not not => Names(not.Of, tag, !asked),
        Node.All all => all.Parts.Any(part => Names(part, tag, asked)),
        Node.Any any => any.Parts.Any(part => Names(part, tag, asked)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static IEnumerable<string> TagsOf(Node node) => node switch
    {
        Node.Tag t => [t.Name],
        Node.Not not => TagsOf(not.Of),
        Node.All all => all.Parts.SelectMany(TagsOf),
        Node.Any any => any.Parts.SelectMany(TagsOf),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static IEnumerable<Node> Conjuncts(Node node) => node is Node.All all ? all.Parts.SelectMany(Conjuncts) : [node];

    private static string Write(Node node, Binding around) => node switch
    {
        Node.Tag t => t.Name,
        Node.Not not => $"not {Write(not.Of, Binding.Not)}",
        Node.All all => Wrap(string.Join(" and ", all.Parts.Select(p => Write(p, Binding.And))), around > Binding.And),
        Node.Any any => Wrap(string.Join(" or ", any.Parts.Select(p => Write(p, Binding.And))), around > Binding.Or),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Wrap(string text, bool wrap) => wrap ? $"({text})" : text;

    /// <summary>A part of an expression.</summary>
    internal abstract record Node
    {
        private Node() { }

        internal sealed record Tag(string Name) : Node;

        internal sealed record Not(Node Of) : Node;

        internal sealed record All(IReadOnlyList<Node> Parts) : Node;

        internal sealed record Any(IReadOnlyList<Node> Parts) : Node;
    }
}
