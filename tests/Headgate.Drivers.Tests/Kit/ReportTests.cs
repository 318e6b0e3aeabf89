using Headgate.Drivers.Tests.Reference;
using Headgate.Storage.Conformance;
using Headgate.Storage.Filters;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.Conformance;

/// <summary>How the kit runs and what it reports.</summary>
public sealed class ReportTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_correct_driver_passes_and_leaves_its_array_empty()
    {
        await using var fixture = new ReferenceFixture();
        var report = await ConformanceKit.RunAsync(fixture.Subject, stop: Stop);

        Assert.True(report.Passed, report.ToString());
        Assert.Equal(ConformanceKit.Rules.Count, report.Results.Count);
        Assert.Empty((await fixture.Store.Driver.Facet<IInventory>()!.ListAsync(Stop)).ValueOrThrow());
        Assert.All(report.Results.Where(r => r.Verdict == Verdict.NotAsked), r => Assert.Contains("link", r.Evidence, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_seed_makes_the_same_keys()
    {
        Assert.Equal(await KeysAsync(1), await KeysAsync(1));
        Assert.NotEqual(await KeysAsync(1), await KeysAsync(2));

        static async Task<string> KeysAsync(int seed)
        {
            var seen = new List<string>();
            var plan = new FaultPlan { Observer = call => seen.Add(call.Answer) };
            await using var fixture = new ReferenceFixture(provider => new FaultInjectingProvider(provider, plan));
            var report = await ConformanceKit.RunAsync(fixture.Subject, new ConformanceOptions { Seed = seed, Only = ["volume.delete"] }, Stop);
            Assert.Equal((seed, 3), (report.Seed, report.Results.Count));
            return string.Join('\n', seen.Where(answer => answer.Contains("Key = ", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task A_pool_that_cannot_be_reached_breaks_every_rule_with_the_reason()
    {
        await using var fixture = new ReferenceFixture();
        fixture.Array.Online = false;
        var report = await ConformanceKit.RunAsync(fixture.Subject, new ConformanceOptions { Only = ["volume.find"] }, Stop);
        Assert.All(report.Results, r => Assert.Contains("initialize: wanted Done, was Refused backend-unreachable", r.Evidence, StringComparison.Ordinal));
        Assert.False(report.Passed);
    }

    [Fact]
    public async Task A_broken_rule_is_reported_with_its_sentence_and_the_calls_that_led_there()
    {
        var plan = new FaultPlan().Always(StoreCall.Delete, new InjectedFault.Refuse(Faults.Busy("Not now. Repeat it later.")));
        await using var fixture = new ReferenceFixture(provider => new FaultInjectingProvider(provider, plan));
        var report = await ConformanceKit.RunAsync(fixture.Subject, new ConformanceOptions { Only = ["volume.delete.is-gone"] }, Stop);

        var text = report.ToString();
        Assert.Contains("Broken   volume.delete.is-gone: delete: wanted Done, was Refused backend-busy", text, StringComparison.Ordinal);
        Assert.Contains("\"Done means that it is gone: it is neither found nor listed any more\"", text, StringComparison.Ordinal);
        Assert.Contains("Delete: Refused backend-busy", text, StringComparison.Ordinal);
        Assert.Equal(2, report.LeftBehind.Count(left => left.StartsWith("volume with key", StringComparison.Ordinal) && left.Contains("backend-busy", StringComparison.Ordinal)));
        Assert.Contains(report.LeftBehind, left => left.Contains("what the pool made for itself", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Settings_that_do_not_pass_the_schema_and_rules_that_do_not_exist_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ConformanceSubject(new Drivers.Reference.ReferenceProvider(), new Dictionary<string, string> { ["nonsense"] = "1" }));
        await using var fixture = new ReferenceFixture();
        await Assert.ThrowsAsync<ArgumentException>(() => ConformanceKit.CheckAsync("no.such.rule", fixture.Subject, stop: Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => ConformanceKit.RunAsync(fixture.Subject, new ConformanceOptions { Only = ["volume.find", "volume.fond"] }, Stop));
    }
}
