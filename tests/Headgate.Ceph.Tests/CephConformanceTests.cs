using Headgate.Storage.Conformance;

namespace Headgate.Ceph.Tests;

/// <summary>The kit against the driver on a real cluster, with hosts that read and write through librbd.</summary>
public sealed class CephConformanceTests(RunningCeph ceph)
{
    public static TheoryData<string> Rules => [.. ConformanceKit.Rules.Select(r => r.Id)];

    [Theory, MemberData(nameof(Rules))]
    public async Task Obeys(string rule)
    {
        await using var fixture = new CephFixture(ceph);
        await ObeysAsync(rule, fixture);
    }

    /// <summary>In a namespace names, capabilities and identities differ; these rules have to do with them.</summary>
    [Theory]
    [InlineData("access.grant.exactly-the-initiator")]
    [InlineData("access.revoke.takes-it-away")]
    [InlineData("clone.has-the-data-and-is-independent")]
    [InlineData("inventory.lists-foreign-without-key")]
    [InlineData("snapshot.revert.brings-data-back")]
    public async Task Obeys_in_a_namespace(string rule)
    {
        await using var fixture = new CephFixture(ceph, ("namespace", "tenants"));
        await ObeysAsync(rule, fixture);
    }

    private static async Task ObeysAsync(string rule, CephFixture fixture)
    {
        var result = await ConformanceKit.CheckAsync(rule, fixture.Subject, stop: TestContext.Current.CancellationToken);
        Assert.True(result.Verdict != Verdict.Broken, result.ToString() + Environment.NewLine + string.Join(Environment.NewLine, result.Calls));
        Assert.SkipWhen(result.Verdict == Verdict.NotAsked, result.Evidence);
    }
}
