namespace Headgate.Drivers.Tests.SolidFire;

/// <summary>The kit against the SolidFire driver on a real storage node over TLS, with hosts that log in and write over iSCSI.</summary>
public sealed class SolidFireConformanceTests(RunningNode node) : IClassFixture<RunningNode>
{
    public static TheoryData<string> Rules => Kit.Rules;

    [Theory, MemberData(nameof(Rules))]
    public async Task Obeys(string rule)
    {
        await using var fixture = new NodeFixture(node.Node);
        await Kit.ObeysAsync(rule, fixture.Subject);
    }
}
