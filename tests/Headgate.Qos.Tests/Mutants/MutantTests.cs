namespace Headgate.Qos.Tests.Mutants;

/// <summary>Tests of the tests: a scheduler that breaks a sentence of the contract is caught by that sentence's property.</summary>
public sealed class MutantTests
{
    public static TheoryData<string> Names => [.. Mutant.All.Select(mutant => mutant.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_broken_scheduler_is_caught_by_the_property_that_should_catch_it(string name)
    {
        var mutant = Mutant.All.Single(one => one.Name == name);
        var caught = MutantLab.Run(mutant, mutant.CaughtBy, mutant.Arguments);
        Assert.NotNull(caught);
        Assert.True(IsFinding(caught), caught.ToString()); // a scheduler that does not load is not caught but dead
    }

    [Fact]
    public void The_scheduler_as_it_is_passes_the_same_way()
    {
        Assert.Null(MutantLab.Run(null, "ShareTests.Surplus_is_shared_by_weight"));
        Assert.Null(MutantLab.Run(null, "LimitTests.A_rest_earns_as_many_seconds_of_burst", 10));
    }

    private static bool IsFinding(Exception caught) =>
        caught is not (FileNotFoundException or TypeLoadException or MissingMethodException or InvalidOperationException or System.Reflection.TargetException);
}
