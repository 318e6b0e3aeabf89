using Headgate.Drivers.Tests.Broken;
using Headgate.Drivers.Tests.Reference;
using Headgate.Primitives;
using Headgate.Storage.Conformance;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.Conformance;

/// <summary>A rule that could prove nothing is not kept: it is broken, or not asked and says why.</summary>
public sealed class NothingProvenTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("access.revoke.takes-it-away")]
    [InlineData("access.chap.is-demanded")]
    [InlineData("host.removed.sees-nothing")]
    public async Task Where_nobody_is_ever_let_in_a_refusal_proves_nothing(string rule)
    {
        await using var fixture = new ReferenceFixture();
        var subject = new ConformanceSubject(fixture.Subject.Provider, fixture.Subject.Settings) { PoolId = fixture.Subject.PoolId, Reach = static (_, _, _, _) => ValueTask.FromResult(false) };

        var result = await ConformanceKit.CheckAsync(rule, subject, stop: Stop);

        Assert.Equal(Verdict.Broken, result.Verdict);
        Assert.Contains("is not let in", result.Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("interrupted.create.cut-anywhere-leaves-one")]
    [InlineData("interrupted.clone.reply-lost-anywhere-leaves-one")]
    [InlineData("interrupted.copy.reply-lost-anywhere-is-repeated")]
    [InlineData("provider.open.does-not-reach-the-array")]
    public async Task A_link_over_which_nothing_goes_proves_nothing(string rule)
    {
        await using var fixture = new ReferenceFixture();

        var result = await ConformanceKit.CheckAsync(rule, fixture.Through(new StepLink()), stop: Stop);

        Assert.Equal(Verdict.NotAsked, result.Verdict);
        Assert.Contains("counts no requests", result.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_every_size_is_lawful_none_is_refused()
    {
        await using var fixture = new ReferenceFixture(
            ("volumeSizeMin", "1"), ("volumeSizeStep", "1"), ("volumeSizeMax", $"{long.MaxValue}"));

        var result = await ConformanceKit.CheckAsync("volume.create.size-out-of-range", fixture.Subject, stop: Stop);

        Assert.Equal((Verdict.NotAsked, "every size is lawful"), (result.Verdict, result.Evidence));
    }

    [Fact]
    public async Task Figures_that_never_change_do_not_count_what_is_made()
    {
        await using var fixture = new ReferenceFixture(provider => new TwistedProvider(provider, static driver => new CountsNothing(driver)));

        var result = await ConformanceKit.CheckAsync("statistics.pool.count-what-is-made", fixture.Subject, stop: Stop);

        Assert.Equal(Verdict.Broken, result.Verdict);
    }

    [Fact]
    public async Task An_examination_in_which_no_rule_was_kept_has_not_passed()
    {
        await using var fixture = new ReferenceFixture(("snapshots", "none"));

        var report = await ConformanceKit.RunAsync(fixture.Subject, new ConformanceOptions { Only = ["snapshot."] }, Stop);

        Assert.Equal(report.Results.Count, report.Count(Verdict.NotAsked));
        Assert.False(report.Passed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    public async Task A_secret_that_is_empty_or_stands_in_every_message_neither_ends_the_examination_nor_garbles_it(string secret)
    {
        await using var fixture = new ReferenceFixture(provider => new TwistedProvider(provider, driver => new HasShortSecrets(driver, secret)));

        var report = await ConformanceKit.RunAsync(fixture.Subject, new ConformanceOptions { Only = ["access.chap.is-demanded", "fault.secrets-stay-out-of-text"] }, Stop);

        Assert.Equal((Verdict.Broken, "the secret has not the 12 to 16 characters that every initiator takes"), (report.Results[0].Verdict, report.Results[0].Evidence));
        Assert.Equal(Verdict.Kept, report.Results[1].Verdict);
        Assert.Equal(secret.Length > 0, report.Results[1].Evidence.Contains("could not be looked for", StringComparison.Ordinal));
    }

    private sealed class CountsNothing(IPrimaryDataStoreDriver inner) : TwistedDriver(inner)
    {
        public override async ValueTask<Outcome<PoolStatistics>> GetPoolStatisticsAsync(CancellationToken stop) =>
            (await base.GetPoolStatisticsAsync(stop)).Map(static figures => figures with { ProvisionedBytes = ByteSize.GiB(10) });
    }

    private sealed class HasShortSecrets(IPrimaryDataStoreDriver inner, string secret) : TwistedDriver(inner)
    {
        public override async ValueTask<Outcome<Connection>> GrantAccessAsync(ObjectKey key, VolumeHandle handle, AccessRequest access, CancellationToken stop) =>
            (await base.GrantAccessAsync(key, handle, access, stop)).Map<Connection>(connection => connection is Connection.Iscsi { Chap: { } chap } iscsi
                ? iscsi with { Chap = chap with { Secret = secret } }
                : connection);
    }
}
