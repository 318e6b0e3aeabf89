using Headgate.Primitives;

namespace Headgate.Domain;

//  expression := term ("or" term)*
//  term       := factor (("and" | ",") factor)*
//  factor     := "not" factor | "(" expression ")" | TAG

/// <summary>Reads a tag expression, one character ahead of what it has understood; positions in refusals count from 1.</summary>
internal sealed class TagExpressionParser
{
    private readonly string _text;
    private int _at;
    private Fault? _fault;

    private TagExpressionParser(string text) => _text = text;

    public static Outcome<TagExpression.Node> Parse(string text)
    {
        var parser = new TagExpressionParser(text);
        var root = parser.Expression(0);
        if (parser._fault is null && parser.Next() is { Length: > 0 } left) parser.Refuse($"'{left}' was not expected here; join tags with and, or, or a comma.");
        return parser._fault is { } fault ? fault : root!;
    }

    private TagExpression.Node? Expression(int depth) => Joined(depth, Term, "or", static parts => new TagExpression.Node.Any(parts));

    private TagExpression.Node? Term(int depth) => Joined(depth, Factor, "and", static parts => new TagExpression.Node.All(parts));

    private TagExpression.Node? Joined(
        int depth, Func<int, TagExpression.Node?> part, string word, Func<IReadOnlyList<TagExpression.Node>, TagExpression.Node> join)
    {
        var parts = new List<TagExpression.Node>();
        do
        {
            if (part(depth) is not { } next) return null;
            parts.Add(next);
        }
        while (Take(word));
        return parts.Count == 1 ? parts[0] : join(parts);
    }

    private TagExpression.Node? Factor(int depth)
    {
        if (depth > TagExpression.MostNesting) return Refuse($"nested deeper than {TagExpression.MostNesting}; write it flatter.");
        if (Take("not")) return Factor(depth + 1) is { } of ? new TagExpression.Node.Not(of) : null;
        if (Take("(")) return Parenthesis(depth);
        var tag = Next();
        if (tag.Length == 0) return Refuse("a tag is missing here.");
        if (tag is ")" or "," || TagExpression.IsWord(tag)) return Refuse($"a tag was expected, and '{tag}' is there.");
        if (ObjectName.Problem(tag, "tag") is { } wrong) return Refuse(wrong.Message);
        _at += tag.Length;
        return new TagExpression.Node.Tag(tag);
    }

    private TagExpression.Node? Parenthesis(int depth)
    {
        var open = _at;
        if (Expression(depth + 1) is not { } inner) return null;
        if (Take(")")) return inner;
        return Next().Length == 0
            ? Refuse($"the parenthesis opened at character {open} is not closed.")
            : Refuse($"'{Next()}' was not expected here; join tags with and, or, or a comma.");
    }

    private bool Take(string what)
    {
        var next = Next();
        if (!(next == what || TagExpression.WordOf(next) == what || (what == "and" && next == ","))) return false;
        _at += next.Length;
        return true;
    }

    /// <summary>What comes next, without taking it: a sign, or all up to the next sign or space; empty at the end.</summary>
    private string Next()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
        if (_at == _text.Length) return "";
        if (_text[_at] is '(' or ')' or ',') return _text[_at].ToString();
        var end = _at;
        while (end < _text.Length && !char.IsWhiteSpace(_text[end]) && _text[end] is not ('(' or ')' or ',')) end++;
        return _text[_at..end];
    }

    private TagExpression.Node? Refuse(string why)
    {
        _fault ??= new Fault("tags-invalid", $"The tag expression '{_text}' is wrong at character {Math.Min(_at + 1, _text.Length)}: {why}", Recovery.FixRequest);
        return null;
    }
}
