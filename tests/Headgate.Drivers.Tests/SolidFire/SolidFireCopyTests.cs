using Headgate.Element;
using Headgate.Element.Client;
using Headgate.Element.Contracts;
using Headgate.Primitives;
using Headgate.Storage.Sdk;

namespace Headgate.Drivers.Tests.SolidFire;

/// <summary>Copies onto volumes of a real node over TLS: what the cluster is asked, and what is written down beside the target.</summary>
public sealed class SolidFireCopyTests(RunningNode node) : IClassFixture<RunningNode>
{
    private const string Host = "iqn.2004-10.org.example:copy-host";

    private static readonly VolumeSpec Small = new("v", ByteSize.GiB(1), QosSpec.Create(200, 1000, 1000)) { AccountId = Guid.NewGuid() };

    private readonly IscsiHost _host = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_repeat_by_another_server_copies_nothing_again_and_the_target_keeps_its_marks()
    {
        await using var pool = new NodeFixture(node.Node);
        var ((_, source), (targetKey, target)) = (await MakeAsync(pool), await MakeAsync(pool));
        var key = new ObjectKey(Guid.NewGuid());
        (await CopyAsync(pool.Store, key, targetKey, target, source)).ValueOrThrow();
        var block = new byte[4096];
        Array.Fill(block, (byte)9);
        await WriteAsync(pool, targetKey, target, block);

        var changes = 0;
        await using var other = pool.OpenAsAnotherServer(new Doorway("CopyVolume", () =>
        {
            changes++;
            return Task.FromResult<HttpResponseMessage?>(null);
        }).Wrap);
        var again = (await CopyAsync(other, key, targetKey, target, source)).ValueOrThrow();

        Assert.Equal(0, changes);
        Assert.Equal((targetKey, target.Qos), (again.Key, again.Qos));
        Assert.Equal(block, await ReadAsync(pool, targetKey, target));
        Assert.Equal(FaultCodes.KeyReused, (await CopyAsync(pool.Store, key, targetKey, target, (await MakeAsync(pool)).Volume)).Problem!.Code);
    }

    [Fact]
    public async Task A_target_with_a_session_is_refused_and_names_who_has_it_open()
    {
        await using var pool = new NodeFixture(node.Node);
        var ((_, source), (targetKey, target)) = (await MakeAsync(pool), await MakeAsync(pool));
        var connection = (Connection.Iscsi)(await pool.Store.Driver.GrantAccessAsync(targetKey, target.Handle, new AccessRequest(Host, true), Stop)).ValueOrThrow();
        var login = await Headgate.Initiator.InitiatorSession.LoginAsync(
            new Headgate.Initiator.LunAddress(connection.Portals[0], connection.TargetName, 0, connection.Chap!.Username, connection.Chap.Secret, Host), 1, Stop);
        await using (login.Session)
        {
            var refused = (await CopyAsync(pool.Store, new(Guid.NewGuid()), targetKey, target, source)).Problem!;
            Assert.Equal(FaultCodes.InUse, refused.Code);
            Assert.Contains(Host, refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(ElementErrorNames.DbConnectionLoss, true)]
    [InlineData(ElementErrorNames.PermissionDenied, false)]
    public async Task What_the_cluster_says_to_the_copy_is_told_and_a_doubt_is_no_refusal(string name, bool isUnknown)
    {
        await using var pool = new NodeFixture(node.Node);
        var ((_, source), (targetKey, target)) = (await MakeAsync(pool), await MakeAsync(pool));
        await using var refusing = pool.OpenThrough(new Doorway("CopyVolume", () => Task.FromResult<HttpResponseMessage?>(Doorway.Refusal(name))).Wrap);

        var outcome = await CopyAsync(refusing, new(Guid.NewGuid()), targetKey, target, source);

        Assert.Equal(isUnknown, outcome is Outcome<VolumeView>.Unknown);
        Assert.Null((await CopyAsync(pool.Store, new(Guid.NewGuid()), targetKey, target, source)).Problem);
    }

    [Fact]
    public async Task A_larger_target_is_refused_since_a_cluster_copies_between_equal_sizes_only()
    {
        await using var pool = new NodeFixture(node.Node);
        var (_, source) = await MakeAsync(pool);
        var (targetKey, target) = await MakeAsync(pool, Small with { Size = ByteSize.GiB(2) });

        var refused = (await CopyAsync(pool.Store, new(Guid.NewGuid()), targetKey, target, source)).Problem!;

        Assert.Equal(FaultCodes.SizeOutOfRange, refused.Code);
        Assert.Contains("equal sizes only", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<Outcome<VolumeView>> CopyAsync(IPrimaryDataStore store, ObjectKey key, ObjectKey targetKey, VolumeView target, VolumeView source) =>
        await store.Driver.Facet<ICopies>()!.CopyAsync(key, targetKey, target.Handle, source.Handle, null, Stop);

    private static async Task<(ObjectKey Key, VolumeView Volume)> MakeAsync(NodeFixture pool, VolumeSpec? spec = null)
    {
        var key = new ObjectKey(Guid.NewGuid());
        return (key, (await pool.Store.Driver.CreateAsync(key, spec ?? Small, Stop)).ValueOrThrow());
    }

    private async Task WriteAsync(NodeFixture pool, ObjectKey key, VolumeView volume, byte[] block)
    {
        var connection = (await pool.Store.Driver.GrantAccessAsync(key, volume.Handle, new AccessRequest(Host, true), Stop)).ValueOrThrow();
        await _host.WriteAsync(connection, Host, block, Stop);
        (await pool.Store.Driver.RevokeAccessAsync(key, volume.Handle, Host, Stop)).ValueOrThrow();
    }

    private async Task<byte[]> ReadAsync(NodeFixture pool, ObjectKey key, VolumeView volume)
    {
        var connection = (await pool.Store.Driver.GrantAccessAsync(key, volume.Handle, new AccessRequest(Host, true), Stop)).ValueOrThrow();
        return await _host.ReadAsync(connection, Host, Stop);
    }
}
