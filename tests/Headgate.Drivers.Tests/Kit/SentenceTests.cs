using System.Text.RegularExpressions;
using System.Xml.Linq;
using Headgate.Storage.Conformance;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.Conformance;

/// <summary>The kit and the SDK's documentation say the same: what a rule quotes stands there, and what binds a driver there is a rule.</summary>
public sealed partial class SentenceTests
{
    /// <summary>What a driver author implements.</summary>
    private static readonly Type[] Contract =
    [
        typeof(IPrimaryDataStoreProvider), typeof(IPrimaryDataStore), typeof(IPrimaryDataStoreLifeCycle), typeof(IPrimaryDataStoreDriver),
        typeof(IHypervisorHostListener), typeof(IQosControl), typeof(IResize), typeof(ISnapshots), typeof(IClones), typeof(ICopies), typeof(IInventory), typeof(IStatistics),
        typeof(ICapacityControl), typeof(IAdoption), typeof(IGroupSnapshots),
    ];

    /// <summary>Members whose documentation is put by rules under the ids that begin so; a member that is not here has no rule.</summary>
    private static readonly Dictionary<string, string[]> PutBy = new()
    {
        ["IPrimaryDataStoreProvider.Info"] = ["provider.info"],
        ["IPrimaryDataStoreProvider.Settings"] = ["provider.settings"],
        ["IPrimaryDataStoreProvider.Capabilities"] = ["provider.capabilities", "pool.facets"],
        ["IPrimaryDataStoreProvider.OpenAsync"] = ["provider.open"],
        ["IPrimaryDataStore.LifeCycle"] = ["pool."],
        ["IPrimaryDataStore.Driver"] = ["volume."],
        ["IPrimaryDataStore.HostListener"] = ["host."],
        ["IPrimaryDataStoreLifeCycle.InitializeAsync"] = ["pool.initialize"],
        ["IPrimaryDataStoreLifeCycle.AttachAsync"] = ["pool.attach"],
        ["IPrimaryDataStoreLifeCycle.EnterMaintenanceAsync"] = ["pool.maintenance"],
        ["IPrimaryDataStoreLifeCycle.LeaveMaintenanceAsync"] = ["pool.maintenance.ends"],
        ["IPrimaryDataStoreLifeCycle.RemoveAsync"] = ["pool.remove"],
        ["IPrimaryDataStoreDriver.CreateAsync"] = ["volume.create", "qos.create", "interrupted.create", "concurrent.create"],
        ["IPrimaryDataStoreDriver.FindAsync"] = ["volume.find"],
        ["IPrimaryDataStoreDriver.DeleteAsync"] = ["volume.delete"],
        ["IPrimaryDataStoreDriver.GrantAccessAsync"] = ["access.grant", "access.chap"],
        ["IPrimaryDataStoreDriver.RevokeAccessAsync"] = ["access.revoke"],
        ["IHypervisorHostListener.HostAddedAsync"] = ["host.events"],
        ["IHypervisorHostListener.HostConnectedAsync"] = ["host.events"],
        ["IHypervisorHostListener.HostDisconnectedAsync"] = ["host.disconnected"],
        ["IHypervisorHostListener.HostAboutToBeRemovedAsync"] = ["host.events"],
        ["IHypervisorHostListener.HostRemovedAsync"] = ["host.removed"],
        ["IQosControl.SetQosAsync"] = ["qos.set"],
        ["IResize.ResizeAsync"] = ["resize."],
        ["ISnapshots.CreateSnapshotAsync"] = ["snapshot.create"],
        ["ISnapshots.FindSnapshotAsync"] = ["snapshot.find"],
        ["ISnapshots.RevertAsync"] = ["snapshot.revert"],
        ["ISnapshots.DeleteSnapshotAsync"] = ["snapshot.delete"],
        ["IClones.CloneAsync"] = ["clone.", "interrupted.clone", "concurrent.clone"],
        ["ICopies.CopyAsync"] = ["copy.", "interrupted.copy"],
        ["ICapacityControl.ChangeCapacityAsync"] = ["pool.capacity", "interrupted.capacity"],
        ["IInventory.ListAsync"] = ["inventory."],
        ["IAdoption.AdoptAsync"] = ["adoption.life", "adoption.marked", "adoption.data"],
        ["IAdoption.ReleaseAsync"] = ["adoption.life"],
        ["IGroupSnapshots.MostMembers"] = ["group.create.all-or-none"],
        ["IGroupSnapshots.CreateGroupAsync"] = ["group."],
        ["IStatistics.GetVolumeStatisticsAsync"] = ["statistics.volume"],
        ["IStatistics.GetPoolStatisticsAsync"] = ["statistics.pool"],
    };

    public static TheoryData<string, string> Quotations => [.. ConformanceKit.Rules.Select(r => (r.Id, r.Sentence))];

    [Theory, MemberData(nameof(Quotations))]
    public void What_a_rule_quotes_stands_in_the_SDKs_documentation(string rule, string sentence) =>
        Assert.True(Documentation().Contains(sentence, StringComparison.Ordinal), $"{rule} quotes \"{sentence}\", which the SDK's documentation does not say");

    [Fact]
    public void Every_member_that_a_driver_author_implements_has_rules()
    {
        var members = Contract.SelectMany(type => type.GetMembers().Where(m => m is not System.Reflection.MethodInfo { IsSpecialName: true }).Select(m => $"{type.Name}.{m.Name}")).ToList();
        Assert.Equal(members.Order(StringComparer.Ordinal), PutBy.Keys.Order(StringComparer.Ordinal));
        foreach (var (member, beginnings) in PutBy)
            foreach (var beginning in beginnings)
                Assert.True(ConformanceKit.Rules.Any(r => r.Id.StartsWith(beginning, StringComparison.Ordinal)), $"{member}: no rule begins with {beginning}");
    }

    [Fact]
    public void Every_rule_is_about_a_member_or_about_all_of_them()
    {
        string[] ofAll = ["fault.", "interrupted.", "concurrent.", "volume.call", "volume.handle", "qos.", "provider.close"];
        var known = PutBy.Values.SelectMany(b => b).Concat(ofAll).ToList();
        Assert.All(ConformanceKit.Rules, rule => Assert.Contains(known, beginning => rule.Id.StartsWith(beginning, StringComparison.Ordinal)));
        Assert.Equal(ConformanceKit.Rules.Count, ConformanceKit.Rules.Select(r => r.Id).Distinct().Count());
        Assert.All(ConformanceKit.Rules, rule => Assert.Matches("^[a-z]+(\\.[a-z]+(-[a-z]+)*)+$", rule.Id));
    }

    /// <summary>The SDK's documentation as running text: references by their last name, other marks gone.</summary>
    private static string Documentation()
    {
        var file = XDocument.Load(Path.ChangeExtension(typeof(IPrimaryDataStoreDriver).Assembly.Location, ".xml"));
        foreach (var reference in file.Descendants().Where(e => e.Name.LocalName is "see" or "paramref").ToList())
        {
            var name = (string?)reference.Attribute("cref") ?? (string?)reference.Attribute("name") ?? "";
            reference.ReplaceWith(name.Split('(')[0].Split('.', ':')[^1]);
        }
        return Spaces().Replace(string.Join(' ', file.Descendants("member").Select(m => string.Concat(m.DescendantNodes().OfType<XText>().Select(t => t.Value)))), " ");
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
