using Headgate.Storage.Conformance;

namespace Headgate.Drivers.Tests.Reference;

/// <summary>The kit against the reference driver, with everything switched on and with everything optional switched off.</summary>
public sealed class ReferenceConformanceTests
{
    public static TheoryData<string> Rules => [.. ConformanceCase.All.Select(c => c.Id)];

    [Theory, MemberData(nameof(Rules))]
    public async Task Obeys_with_everything_on(string rule)
    {
        await using var fixture = new ReferenceFixture();
        await ObeysAsync(rule, fixture);
    }

    [Theory, MemberData(nameof(Rules))]
    public async Task Obeys_with_everything_optional_off(string rule)
    {
        await using var fixture = new ReferenceFixture(
            ("minIops", "none"), ("burstIops", "none"), ("maxBandwidth", "none"), ("resize", "none"), ("snapshots", "none"),
            ("clones", "none"), ("chap", "none"), ("inventory", "none"));
        await ObeysAsync(rule, fixture);
    }

    internal static async Task ObeysAsync(string rule, IConformanceFixture fixture)
    {
        var skipped = await ConformanceCase.All.Single(c => c.Id == rule).RunAsync(fixture, TestContext.Current.CancellationToken);
        Assert.SkipWhen(skipped is not null, skipped ?? "");
    }
}
