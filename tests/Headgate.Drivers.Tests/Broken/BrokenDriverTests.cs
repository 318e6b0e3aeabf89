using Headgate.Drivers.Reference;
using Headgate.Drivers.Tests.Reference;
using Headgate.Primitives;
using Headgate.Storage.Conformance;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.Broken;

/// <summary>
/// The kit judged: each driver has one mistake; the rule meant for it must be among those broken, and no rule that has
/// nothing to do with it.
/// </summary>
public sealed class BrokenDriverTests
{
    private static readonly ConformanceOptions Repeatable = new() { Seed = 20261122 };

    /// <summary>Name, the rule meant for it, and beginnings of the ids of rules that the same mistake breaks as well.</summary>
    public static TheoryData<string, string, string[]> Mistakes => new()
    {
        { "deletes by handle alone", "volume.delete.wrong-volume-is-refused", [] },
        { "leaks on a lost reply", "interrupted.create.lost-reply-leaves-one", ["concurrent.create", "pool.remove"] },
        { "creates anew each time", "volume.create.repeat-is-same-volume", ["concurrent.create", "pool.remove", "qos.set.after-create"] },
        { "grants to everybody", "access.grant.exactly-the-initiator", ["concurrent.volumes"] }, // when two grants of it happen to meet
        { "accepts QoS and forgets it", "qos.set.read-back", ["qos.set"] },
        { "reports errors as success", "resize.never-shrinks", [] },
        { "revokes nothing", "access.revoke.takes-it-away", ["access.grant.several"] },
        { "lists from memory", "inventory.lists-ours-with-keys", ["interrupted.create.found", "copy.repeat", "interrupted.copy"] },
        { "rounds down", "resize.grows", ["resize."] },
        { "keeps deleted snapshots", "snapshot.delete.is-gone", ["clone.of-a-snapshot", "copy.of-what-is-gone", "snapshot.revert.gone", "group.members"] },
        { "clones the limits too", "clone.limits-are-its-own", [] },
        { "faults without a code", "fault.code-is-known", [] },
        { "throws", "fault.no-exception-leaves-a-driver", [] },
        { "hides a facet", "pool.facets.agree-with-capabilities", [] },
        { "prints secrets", "fault.secrets-stay-out-of-text", [] },
        { "creates, then tags", "interrupted.create.cut-anywhere-leaves-one", ["interrupted.create.reply-lost-anywhere", "pool.remove"] },
        { "copies nothing", "copy.has-the-data", ["copy.repeat", "interrupted.copy"] },
        { "copies the limits too", "copy.target-keeps-the-rest", [] },
        { "copies what fits", "copy.source-larger-than-the-target", [] },
        { "forgets its capacity", "pool.capacity.change-is-read-back", ["pool.capacity", "interrupted.capacity"] },
        { "removes pools in use", "pool.remove.in-use-is-refused", [] },
    };

    [Theory, MemberData(nameof(Mistakes))]
    public async Task The_rule_meant_for_a_mistake_catches_it_and_no_other_does(string mistake, string rule, string[] alsoBroken)
    {
        ReferenceFixture? fixture = null;
        var link = new StepLink();
        fixture = new ReferenceFixture(provider => new TwistedProvider(provider, driver => Twist(mistake, driver, () => fixture!.Array, link))
        {
            TwistLifeCycle = lifeCycle => Twist(mistake, lifeCycle),
        });
        await using (fixture)
        {
            var subject = mistake == "creates, then tags" ? fixture.Through(link) : fixture.Subject;
            var report = await ConformanceKit.RunAsync(subject, Repeatable, TestContext.Current.CancellationToken);

            var broken = report.Results.Where(r => r.Verdict == Verdict.Broken).ToList();
            Assert.Contains(rule, broken.Select(r => r.Id));
            var unrelated = broken.Where(r => r.Id != rule && !alsoBroken.Any(also => r.Id.StartsWith(also, StringComparison.Ordinal)));
            Assert.True(!unrelated.Any(), string.Join('\n', unrelated));
            Assert.False(report.Passed);
        }
    }

    private static IPrimaryDataStoreLifeCycle Twist(string mistake, IPrimaryDataStoreLifeCycle inner) => mistake switch
    {
        "forgets its capacity" => new ForgetsItsCapacity(inner),
        "removes pools in use" => new RemovesPoolsInUse(inner),
        _ => inner,
    };

    private static IPrimaryDataStoreDriver Twist(string mistake, IPrimaryDataStoreDriver inner, Func<ReferenceArray> array, StepLink link) => mistake switch
    {
        "deletes by handle alone" => new DeletesByHandleAlone(inner),
        "leaks on a lost reply" => new LeaksOnLostReply(inner, array),
        "creates anew each time" => new CreatesAnewEachTime(inner, array),
        "grants to everybody" => new GrantsToEverybody(inner, array),
        "accepts QoS and forgets it" => new AcceptsQosAndForgetsIt(inner),
        "reports errors as success" => new ReportsErrorsAsSuccess(inner),
        "revokes nothing" => new RevokesNothing(inner),
        "lists from memory" => new ListsFromMemory(inner),
        "rounds down" => new RoundsDown(inner),
        "keeps deleted snapshots" => new KeepsDeletedSnapshots(inner),
        "clones the limits too" => new ClonesTheLimitsToo(inner),
        "faults without a code" => new FaultsWithoutACode(inner),
        "throws" => new Throws(inner),
        "hides a facet" => new HidesAFacet(inner),
        "prints secrets" => new PrintsSecrets(inner),
        "creates, then tags" => new CreatesThenTags(inner, array, link),
        "copies nothing" => new CopiesNothing(inner),
        "copies the limits too" => new CopiesTheLimitsToo(inner),
        "copies what fits" => new CopiesWhatFits(inner, array),
        "forgets its capacity" or "removes pools in use" => inner,
        _ => throw new ArgumentOutOfRangeException(nameof(mistake), mistake, "no such mistake"),
    };
}
