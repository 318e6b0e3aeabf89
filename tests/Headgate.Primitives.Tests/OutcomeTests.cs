using Headgate.Primitives;

namespace Headgate.Primitives.Tests;

public sealed class OutcomeTests
{
    private static readonly Fault Some = new("some-fault", "It did not work.", Recovery.RetryWithBackoff);

    [Fact]
    public void A_value_is_done_and_a_fault_is_a_refusal()
    {
        Outcome<int> done = 7;
        Outcome<int> refused = Some;
        Assert.True(done.IsDone);
        Assert.Equal(7, done.ValueOrThrow());
        Assert.Null(done.Problem);
        Assert.IsType<Outcome<int>.Refused>(refused);
        Assert.Equal(Some, refused.Problem);
    }

    [Fact]
    public void Mapping_keeps_the_kind_of_outcome()
    {
        Assert.Equal(8, new Outcome<int>.Done(7).Map(n => n + 1).ValueOrThrow());
        Assert.IsType<Outcome<string>.Refused>(new Outcome<int>.Refused(Some).Map(n => $"{n}"));
        Assert.IsType<Outcome<string>.Unknown>(new Outcome<int>.Unknown(Some).Map(n => $"{n}"));
    }

    [Fact]
    public void The_value_of_what_is_not_done_throws_with_the_fault()
    {
        var thrown = Assert.Throws<InvalidOperationException>(() => new Outcome<int>.Unknown(Some).ValueOrThrow());
        Assert.Contains("some-fault", thrown.Message, StringComparison.Ordinal);
    }
}
