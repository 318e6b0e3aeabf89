using System.Text.Json.Nodes;
using Headgate.Element;
using Headgate.Element.Client;
using Headgate.Element.Contracts;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.SolidFire;

/// <summary>What is particular to SolidFire, on a real storage node over TLS: limits, groups, strangers, settings that do not work.</summary>
public sealed class SolidFireDriverTests(RunningNode node) : IClassFixture<RunningNode>
{
    private static readonly VolumeSpec Small = new("My Disk_1", ByteSize.GiB(1), QosSpec.Create(200, 1000, 1000)) { AccountId = Guid.NewGuid() };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_volume_has_a_recognisable_name_and_carries_its_key()
    {
        await using var pool = new NodeFixture(node.Node);
        var key = new ObjectKey(Guid.NewGuid());
        var made = (await pool.Store.Driver.CreateAsync(key, Small, Stop)).ValueOrThrow();
        Assert.Equal($"hg-{key.ToString()[..8]}-my-disk-1", made.Name);
        Assert.Equal(key, made.Key);
        Assert.Equal(Small.Qos, made.Qos);

        using var cluster = Cluster();
        var row = Assert.Single((await cluster.CallAsync(ElementMethods.ListVolumes, new ListVolumesParams { VolumeName = made.Name }, Stop)).ValueOrThrow().Volumes);
        Assert.True(row.Attributes!.ToJsonString().Length < 1000, "attributes above the API's 1000 bytes");
    }

    [Fact]
    public async Task No_limits_means_the_clusters_widest_and_is_shown_so()
    {
        await using var pool = new NodeFixture(node.Node);
        var made = (await pool.Store.Driver.CreateAsync(new(Guid.NewGuid()), Small with { Qos = QosSpec.None }, Stop)).ValueOrThrow();
        Assert.Equal(QosSpec.Create(50, 200_000, 200_000), made.Qos);
    }

    [Theory]
    [InlineData(49, 1000, "50 to 15000")]
    [InlineData(null, 99, "100 to 200000")]
    public async Task A_limit_that_the_cluster_does_not_take_is_refused_with_the_range(int? min, int max, string range)
    {
        await using var pool = new NodeFixture(node.Node);
        var outcome = await pool.Store.Driver.CreateAsync(new(Guid.NewGuid()), Small with { Qos = QosSpec.Create(min, max) }, Stop);
        var fault = Assert.IsType<Outcome<VolumeView>.Refused>(outcome).Fault;
        Assert.Equal(FaultCodes.QosOutOfRange, fault.Code);
        Assert.Contains(range, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_unauthorised_and_not_repeated_in_the_message()
    {
        await using var pool = new NodeFixture(node.Node, ("password", "not-the-password"));
        var fault = (await pool.Store.LifeCycle.InitializeAsync(Stop)).Problem!;
        Assert.Equal((FaultCodes.Unauthorized, Recovery.AskOperator), (fault.Code, fault.Recovery));
        Assert.DoesNotContain("not-the-password", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_certificate_than_the_pinned_one_is_unreachable()
    {
        await using var pool = new NodeFixture(node.Node, ("certificateSha256", new string('0', 64)));
        Assert.Equal(FaultCodes.Unreachable, (await pool.Store.LifeCycle.InitializeAsync(Stop)).Problem!.Code);
    }

    [Fact]
    public async Task The_portal_override_reaches_the_connection()
    {
        await using var pool = new NodeFixture(node.Node, ("svip", "storage.example, fd00::1, [fd00::2]:3261"));
        var (key, volume) = await MakeAsync(pool);
        var connection = await GrantAsync(pool, key, volume, Initiator());
        Assert.Equal(["storage.example:3260", "[fd00::1]:3260", "[fd00::2]:3261"], connection.Portals);
        Assert.Equal(0, connection.Lun);
    }

    [Fact]
    public async Task The_last_revocation_takes_group_and_initiator_away_and_the_last_but_one_does_not()
    {
        await using var pool = new NodeFixture(node.Node);
        var initiator = Initiator();
        var (firstKey, first) = await MakeAsync(pool);
        var (secondKey, second) = await MakeAsync(pool);
        var chap = (await GrantAsync(pool, firstKey, first, initiator)).Chap;
        Assert.Equal(chap, (await GrantAsync(pool, secondKey, second, initiator)).Chap);

        (await pool.Store.Driver.RevokeAccessAsync(firstKey, first.Handle, initiator, Stop)).ValueOrThrow();
        Assert.Single(await InitiatorsAsync(initiator));
        (await pool.Store.Driver.DeleteAsync(secondKey, second.Handle, Stop)).ValueOrThrow();
        Assert.Empty(await InitiatorsAsync(initiator));
        using var cluster = Cluster();
        var groups = (await cluster.CallAsync(ElementMethods.ListVolumeAccessGroups, new ListVolumeAccessGroupsParams(), Stop)).ValueOrThrow();
        Assert.DoesNotContain(groups.VolumeAccessGroups, g => g.Initiators.Contains(initiator));
    }

    [Fact]
    public async Task A_group_shared_with_other_initiators_is_never_widened()
    {
        await using var pool = new NodeFixture(node.Node);
        var (mine, theirs) = (Initiator(), Initiator());
        using var cluster = Cluster();
        (await cluster.CallAsync(
            ElementMethods.CreateVolumeAccessGroup, new CreateVolumeAccessGroupParams { Name = "by-hand", Initiators = [mine, theirs] }, Stop)).ValueOrThrow();
        var (key, volume) = await MakeAsync(pool);

        var outcome = await pool.Store.Driver.GrantAccessAsync(key, volume.Handle, new AccessRequest(mine, RequireChap: false), Stop);

        Assert.Equal("solidfire-shared-group", Assert.IsType<Outcome<Connection>.Refused>(outcome).Fault.Code);
        Assert.Empty((await pool.Store.Driver.FindAsync(key, Stop)).ValueOrThrow()!.Initiators);
    }

    [Fact]
    public async Task Volumes_of_strangers_and_of_other_pools_are_listed_without_a_key()
    {
        await using var pool = new NodeFixture(node.Node);
        await using var otherPool = new NodeFixture(node.Node);
        var (key, mine) = await MakeAsync(pool);
        var (_, others) = await MakeAsync(otherPool);
        using var cluster = Cluster();
        var account = (await cluster.CallAsync(ElementMethods.AddAccount, new AddAccountParams { Username = $"s{Guid.NewGuid():N}" }, Stop)).ValueOrThrow();
        var strange = (await cluster.CallAsync(
            ElementMethods.CreateVolume,
            new CreateVolumeParams { Name = "strange", AccountID = account.AccountID, TotalSize = 1_000_000_000, Enable512e = true, Attributes = new JsonObject { ["hgKey"] = 7 } },
            Stop)).ValueOrThrow();

        var listed = (await pool.Store.Driver.Facet<IInventory>()!.ListAsync(Stop)).ValueOrThrow();

        Assert.Equal(key, Assert.Single(listed, v => v.Handle == mine.Handle).Key);
        Assert.Null(Assert.Single(listed, v => v.Handle == others.Handle).Key);
        Assert.Null(Assert.Single(listed, v => v.Handle.Value == $"{strange.VolumeID}").Key);
    }

    [Fact]
    public async Task A_volume_that_waits_to_be_purged_still_takes_its_space_and_no_longer_its_promise()
    {
        await using var pool = new NodeFixture(node.Node);
        using var cluster = Cluster();
        var statistics = pool.Store.Driver.Facet<IStatistics>()!;
        var account = (await cluster.CallAsync(ElementMethods.AddAccount, new AddAccountParams { Username = $"s{Guid.NewGuid():N}" }, Stop)).ValueOrThrow();
        var before = (await statistics.GetPoolStatisticsAsync(Stop)).ValueOrThrow();
        var strange = (await cluster.CallAsync(
            ElementMethods.CreateVolume,
            new CreateVolumeParams { Name = "strange", AccountID = account.AccountID, TotalSize = 200L << 30, Enable512e = true }, Stop)).ValueOrThrow();
        (await cluster.CallAsync(ElementMethods.DeleteVolume, new VolumeParams { VolumeID = strange.VolumeID }, Stop)).ValueOrThrow();

        var deleted = (await statistics.GetPoolStatisticsAsync(Stop)).ValueOrThrow();
        Assert.Equal((before.ProvisionedBytes + ByteSize.GiB(200), before.PromisedIops), (deleted.ProvisionedBytes, deleted.PromisedIops));
        (await cluster.CallAsync(ElementMethods.PurgeDeletedVolume, new VolumeParams { VolumeID = strange.VolumeID }, Stop)).ValueOrThrow();
        Assert.Equal(before.ProvisionedBytes, (await statistics.GetPoolStatisticsAsync(Stop)).ValueOrThrow().ProvisionedBytes);
    }

    [Fact]
    public async Task Accounts_are_kept_apart_and_go_with_the_pool()
    {
        await using var pool = new NodeFixture(node.Node);
        var keys = new List<(ObjectKey Key, VolumeHandle Handle)>();
        var names = new List<string>();
        foreach (var account in new[] { Guid.NewGuid(), Guid.NewGuid() })
        {
            var key = new ObjectKey(Guid.NewGuid());
            keys.Add((key, (await pool.Store.Driver.CreateAsync(key, Small with { AccountId = account }, Stop)).ValueOrThrow().Handle));
            names.Add($"hg-{account:N}");
        }
        using var cluster = Cluster();
        foreach (var name in names) await AccountIsThereAsync(name, wanted: true);
        foreach (var (key, handle) in keys) (await pool.Store.Driver.DeleteAsync(key, handle, Stop)).ValueOrThrow();
        (await pool.Store.LifeCycle.RemoveAsync(Stop)).ValueOrThrow();
        foreach (var name in names) await AccountIsThereAsync(name, wanted: false);

        async Task AccountIsThereAsync(string name, bool wanted) => Assert.Equal(
            wanted,
            await cluster.CallAsync(ElementMethods.GetAccountByName, new GetAccountByNameParams { Username = name }, Stop) is ElementReply<AccountResult>.Result);
    }

    [Theory]
    [InlineData("svip", "10.0.0.9", true)]
    [InlineData("certificateSha256", "abc", false)]
    [InlineData("accountPrefix", "under_score", false)]
    [InlineData("callTimeoutSeconds", "0", false)]
    [InlineData("endpoint", "http://10.0.0.5", false)]
    public async Task Settings_that_cannot_work_are_refused_before_anything_is_called(string name, string value, bool lawful)
    {
        var provider = new Drivers.SolidFire.SolidFireProvider();
        var given = new Dictionary<string, string> { ["endpoint"] = "https://10.0.0.5", ["username"] = "admin", ["password"] = "secret", [name] = value };
        var outcome = await provider.OpenAsync(new PoolSettings(Guid.NewGuid(), provider.Settings, given), Stop);
        Assert.Equal(lawful, outcome.IsDone);
        if (outcome is Outcome<IPrimaryDataStore>.Done { Value: var store }) await store.DisposeAsync();
        else Assert.DoesNotContain("secret", outcome.Problem!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task The_secret_of_an_initiator_that_somebody_else_registered_is_never_handed_out(bool requireChap)
    {
        await using var pool = new NodeFixture(node.Node);
        var initiator = Initiator();
        using var cluster = Cluster();
        (await cluster.CallAsync(ElementMethods.CreateInitiators, new CreateInitiatorsParams
        {
            Initiators = [new CreateInitiator { Name = initiator, RequireChap = true, ChapUsername = "theirs", InitiatorSecret = "theirSecret12", TargetSecret = "theirSecret34" }],
        }, Stop)).ValueOrThrow();
        var (key, volume) = await MakeAsync(pool);

        var outcome = await pool.Store.Driver.GrantAccessAsync(key, volume.Handle, new AccessRequest(initiator, requireChap), Stop);

        var fault = Assert.IsType<Outcome<Connection>.Refused>(outcome).Fault;
        Assert.Equal("solidfire-foreign-initiator", fault.Code);
        Assert.DoesNotContain("theirSecret", fault.ToString(), StringComparison.Ordinal);
        Assert.Empty((await pool.Store.Driver.FindAsync(key, Stop)).ValueOrThrow()!.Initiators);
    }

    [Fact]
    public async Task A_clone_that_was_left_half_made_is_found_and_can_be_deleted()
    {
        await using var pool = new NodeFixture(node.Node);
        var (_, source) = await MakeAsync(pool);
        var key = new ObjectKey(Guid.NewGuid());
        var door = new Doorway("ModifyVolume", () => throw new HttpRequestException("the server died here"));
        await using (var dying = pool.OpenThrough(door.Wrap))
            Assert.IsType<Outcome<VolumeView>.Unknown>(await dying.Driver.Facet<IClones>()!.CloneAsync(key, Small, source.Handle, null, Stop));

        var left = Assert.IsType<Outcome<VolumeView?>.Done>(await pool.Store.Driver.FindAsync(key, Stop)).Value!;
        (await pool.Store.Driver.DeleteAsync(key, left.Handle, Stop)).ValueOrThrow();
        Assert.Null((await pool.Store.Driver.FindAsync(key, Stop)).ValueOrThrow());
    }

    [Fact]
    public async Task A_clone_whose_limits_the_cluster_will_not_take_is_refused_and_leaves_nothing()
    {
        await using var pool = new NodeFixture(node.Node);
        var (_, source) = await MakeAsync(pool);
        var key = new ObjectKey(Guid.NewGuid());
        var door = new Doorway("ModifyVolume", () => Task.FromResult<HttpResponseMessage?>(Doorway.Refusal("xMinIOPSCapacityExceeded")));
        await using var full = pool.OpenThrough(door.Wrap);

        var outcome = await full.Driver.Facet<IClones>()!.CloneAsync(key, Small, source.Handle, null, Stop);

        Assert.NotEqual(Recovery.RetryWithBackoff, Assert.IsType<Outcome<VolumeView>.Refused>(outcome).Fault.Recovery);
        Assert.Null((await pool.Store.Driver.FindAsync(key, Stop)).ValueOrThrow());
    }

    [Fact]
    public async Task A_group_to_which_another_server_added_meanwhile_stays_with_what_was_added()
    {
        await using var pool = new NodeFixture(node.Node);
        var initiator = Initiator();
        var (firstKey, first) = await MakeAsync(pool);
        var (secondKey, second) = await MakeAsync(pool);
        await GrantAsync(pool, firstKey, first, initiator);
        using var cluster = Cluster();
        var door = new Doorway("RemoveVolumesFromVolumeAccessGroup", async () =>
        {
            var groups = (await cluster.CallAsync(ElementMethods.ListVolumeAccessGroups, new ListVolumeAccessGroupsParams(), Stop)).ValueOrThrow();
            var theirs = groups.VolumeAccessGroups.Single(g => g.Initiators.Contains(initiator)).VolumeAccessGroupID;
            var added = long.Parse(second.Handle.Value, System.Globalization.CultureInfo.InvariantCulture);
            (await cluster.CallAsync(
                ElementMethods.AddVolumesToVolumeAccessGroup, new GroupVolumesParams { VolumeAccessGroupID = theirs, Volumes = [added] }, Stop)).ValueOrThrow();
            return null;
        });
        await using var store = pool.OpenThrough(door.Wrap);

        (await store.Driver.RevokeAccessAsync(firstKey, first.Handle, initiator, Stop)).ValueOrThrow();

        Assert.Empty((await pool.Store.Driver.FindAsync(firstKey, Stop)).ValueOrThrow()!.Initiators);
        Assert.Equal([initiator], (await pool.Store.Driver.FindAsync(secondKey, Stop)).ValueOrThrow()!.Initiators);
    }

    private static string Initiator() => $"iqn.2026-11.org.headgate.test:{Guid.NewGuid():N}";

    private static async Task<(ObjectKey Key, VolumeView Volume)> MakeAsync(NodeFixture pool)
    {
        var key = new ObjectKey(Guid.NewGuid());
        return (key, (await pool.Store.Driver.CreateAsync(key, Small, Stop)).ValueOrThrow());
    }

    private static async Task<Connection.Iscsi> GrantAsync(NodeFixture pool, ObjectKey key, VolumeView volume, string initiator) =>
        (Connection.Iscsi)(await pool.Store.Driver.GrantAccessAsync(key, volume.Handle, new AccessRequest(initiator, RequireChap: true), Stop)).ValueOrThrow();

    private async Task<IEnumerable<Headgate.Element.Contracts.Initiator>> InitiatorsAsync(string name)
    {
        using var cluster = Cluster();
        return (await cluster.CallAsync(ElementMethods.ListInitiators, new ListInitiatorsParams(), Stop)).ValueOrThrow()
            .Initiators.Where(i => i.InitiatorName == name);
    }

    private ElementClient Cluster() => new(new ElementClientOptions
    {
        Endpoint = new Uri(node.Node.Credentials.ElementEndpoint),
        Username = node.Node.Credentials.Username,
        Password = node.Node.Credentials.Password,
        Trust = ServerTrust.Pinned(node.Node.Credentials.CertificateSha256),
    });
}
