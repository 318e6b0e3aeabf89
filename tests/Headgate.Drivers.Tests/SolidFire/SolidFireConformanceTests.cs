using Headgate.Drivers.Tests.Reference;
using Headgate.Storage.Conformance;

namespace Headgate.Drivers.Tests.SolidFire;

/// <summary>The kit against the SolidFire driver on a real storage node over TLS.</summary>
public sealed class SolidFireConformanceTests(RunningNode node) : IClassFixture<RunningNode>
{
    public static TheoryData<string> Rules => [.. ConformanceCase.All.Select(c => c.Id)];

    [Theory, MemberData(nameof(Rules))]
    public async Task Obeys(string rule)
    {
        await using var fixture = new NodeFixture(node.Node);
        await ReferenceConformanceTests.ObeysAsync(rule, fixture);
    }
}
