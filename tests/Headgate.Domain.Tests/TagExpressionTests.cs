using CsCheck;
using Headgate.Domain;

namespace Headgate.Domain.Tests;

public class TagExpressionTests
{
    private static readonly string[] Tags = ["ssd", "slow", "gpu", "Archive-2", "x.y"];

    /// <summary>Expressions as text, with more spaces and parentheses than they need, and what each should say to a set of tags.</summary>
    private static Gen<(string Text, Func<IReadOnlyList<string>, bool> Meaning)> Expressions(int depth)
    {
        var tag = Gen.Int[0, Tags.Length - 1].Select(i => Tags[i]).Select(t => (t, new Func<IReadOnlyList<string>, bool>(has => has.Contains(t))));
        if (depth == 0) return tag;
        var inner = Expressions(depth - 1);
        var negated = inner.Select(i => ($"not ({i.Text})", new Func<IReadOnlyList<string>, bool>(has => !i.Meaning(has))));
        Gen<(string, Func<IReadOnlyList<string>, bool>)> Joined(string word, Func<bool, bool, bool> join) => Gen.Select(inner, inner).Select(
            (a, b) => ($"( {a.Text})  {word} ({b.Text} )", new Func<IReadOnlyList<string>, bool>(has => join(a.Meaning(has), b.Meaning(has)))));
        return Gen.OneOf(tag, negated, Joined("and", (a, b) => a && b), Joined("OR", (a, b) => a || b), Joined(",", (a, b) => a && b));
    }

    [Fact]
    public void What_is_written_is_read_back_and_means_what_it_meant() =>
        Gen.Select(Expressions(4), Gen.Int[0, Tags.Length - 1].Select(i => Tags[i]).Array[0, 5]).Sample((expression, has) =>
        {
            var read = TagExpression.Parse(expression.Text).ValueOrThrow();
            var again = TagExpression.Parse(read.ToString()).ValueOrThrow();
            Assert.Equal(read, again);
            Assert.Equal(expression.Meaning(has), read.Holds(has));
            Assert.Equal(read.Holds(has), again.Holds(has));
            Assert.Equal(read.Holds(has), read.Unmet(has).Count == 0);
        });

    [Theory]
    [InlineData("ssd, fast", "ssd and fast")]
    [InlineData("ssd and not (slow or archive)", "ssd and not (slow or archive)")]
    [InlineData("a or b and c", "a or b and c")]
    [InlineData("(a or b) and c", "(a or b) and c")]
    [InlineData("not not a", "not not a")]
    [InlineData("((a))", "a")]
    [InlineData("A AND b", "A and b")]
    [InlineData("  ", "")]
    public void The_canonical_text_has_no_more_parentheses_than_it_needs(string text, string canonical) =>
        Assert.Equal(canonical, TagExpression.Parse(text).ValueOrThrow().ToString());

    [Theory]
    [InlineData("ssd and", 7, "a tag is missing")]
    [InlineData("ssd fast", 5, "'fast' was not expected")]
    [InlineData("(ssd or fast", 12, "opened at character 1 is not closed")]
    [InlineData("ssd)", 4, "')' was not expected")]
    [InlineData("and ssd", 1, "a tag was expected, and 'and' is there")]
    [InlineData("ssd or ,", 8, "a tag was expected, and ',' is there")]
    [InlineData("s$d", 1, "contains '$'")]
    public void A_mistake_is_told_with_its_place(string text, int at, string why)
    {
        var problem = TagExpression.Parse(text).Problem!;
        Assert.Equal("tags-invalid", problem.Code);
        Assert.Contains($"wrong at character {at}:", problem.Message, StringComparison.Ordinal);
        Assert.Contains(why, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Length_and_nesting_are_bounded()
    {
        string Nested(int depth) => new string('(', depth) + "a" + new string(')', depth);
        Assert.True(TagExpression.Parse(Nested(TagExpression.MostNesting)).IsDone);
        Assert.Contains("nested deeper", TagExpression.Parse(Nested(TagExpression.MostNesting + 1)).Problem?.Message, StringComparison.Ordinal);
        Assert.True(TagExpression.Parse(new string('a', 64).PadRight(TagExpression.MostCharacters)).IsDone);
        Assert.Equal("tags-invalid", TagExpression.Parse("a".PadRight(TagExpression.MostCharacters + 1)).Problem?.Code);
    }

    [Fact]
    public void An_exclusive_tag_is_named_by_what_asks_for_it_and_not_by_what_asks_against_it()
    {
        bool Names(string text, string tag) => TagExpression.Parse(text).ValueOrThrow().Names(tag);
        Assert.True(Names("ssd or gpu", "gpu"));
        Assert.True(Names("not (ssd and not gpu)", "gpu"));
        Assert.False(Names("ssd and not gpu", "gpu"));
        Assert.False(TagExpression.Anything.Names("gpu"));
    }
}
