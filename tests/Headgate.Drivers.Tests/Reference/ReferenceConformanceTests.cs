using Headgate.Storage.Filters;

namespace Headgate.Drivers.Tests.Reference;

/// <summary>The kit against the reference driver: everything switched on, everything optional off, odd steps, and behind a filter.</summary>
public sealed class ReferenceConformanceTests
{
    public static TheoryData<string> Rules => Kit.Rules;

    [Theory, MemberData(nameof(Rules))]
    public async Task Obeys_with_everything_on(string rule)
    {
        await using var fixture = new ReferenceFixture();
        await Kit.ObeysAsync(rule, fixture.Subject);
    }

    [Theory, MemberData(nameof(Rules))]
    public async Task Obeys_with_everything_optional_off(string rule)
    {
        await using var fixture = new ReferenceFixture(
            ("minIops", "none"), ("maxIops", "none"), ("burstIops", "none"), ("maxBandwidth", "none"), ("liveQosChange", "none"), ("resize", "none"),
            ("snapshots", "none"), ("clones", "none"), ("copies", "none"), ("capacityChange", "none"), ("chap", "none"), ("inventory", "none"));
        await Kit.ObeysAsync(rule, fixture.Subject);
    }

    [Theory, MemberData(nameof(Rules))]
    public async Task Obeys_with_narrow_ranges_and_wide_steps(string rule)
    {
        await using var fixture = new ReferenceFixture(
            ("minIops", "50-500/50"), ("maxIops", "500-4000/500"), ("burstIops", "1000-8000/1000"), ("maxBandwidth", "1048576-104857600/1048576"),
            ("volumeSizeMin", "8MiB"), ("volumeSizeMax", "1GiB"), ("volumeSizeStep", "4MiB"), ("resize", "offline"), ("snapshots", "none"));
        await Kit.ObeysAsync(rule, fixture.Subject);
    }

    [Theory, MemberData(nameof(Rules))]
    public async Task Obeys_behind_a_filter_that_does_nothing(string rule)
    {
        await using var fixture = new ReferenceFixture(provider => new FaultInjectingProvider(provider, new FaultPlan()));
        await Kit.ObeysAsync(rule, fixture.Subject);
    }
}
