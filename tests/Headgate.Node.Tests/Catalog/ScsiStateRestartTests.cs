using System.Buffers.Binary;
using Headgate.Node.Tests.ElementApi;
using Headgate.Node.Tests.Target;

namespace Headgate.Node.Tests.Catalog;

/// <summary>What a logical unit must not forget when its node restarts.</summary>
public sealed class ScsiStateRestartTests : IDisposable
{
    private const string Host = "iqn.2000-01.x:host";

    private readonly string _folder = Directory.CreateTempSubdirectory("hg-node-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_reservation_with_aptpl_holds_after_a_restart_and_one_without_does_not()
    {
        await using (var node = await RunningNode.StartAsync(_folder))
        {
            await MakeVolumesAsync(node, 2);
            foreach (var (id, aptpl) in new[] { (1L, (byte)1), (2L, (byte)0) })
            {
                using var holder = LogIn(node, id, isid: 1);
                Assert.Equal(0, Order(holder, 0, 0, 0, 0xA, aptpl));
                Assert.Equal(0, Order(holder, 1, 1, 0xA, 0, 0)); // write exclusive
            }
        }
        await using var again = await RunningNode.StartAsync(_folder);
        using var other = LogIn(again, 1, isid: 2);
        other.Write10(0, 1, new byte[512]);
        Assert.Equal(0x18, other.Receive()!.Header[3]);
        using var old = LogIn(again, 1, isid: 1);
        old.Write10(0, 1, new byte[512]);
        Assert.Equal(0, old.Receive()!.Header[3]);
        using var free = LogIn(again, 2, isid: 2);
        free.Write10(0, 1, new byte[512]);
        Assert.Equal(0, free.Receive()!.Header[3]);
    }

    [Fact]
    public async Task A_sanitize_goes_on_after_a_restart_and_the_volume_is_not_ready_meanwhile()
    {
        await using (var node = await RunningNode.StartAsync(_folder))
        {
            // At 100 IOPS a MiB takes more than a second, and there are a thousand.
            await MakeVolumesAsync(node, 1, ",\"qos\":{\"minIOPS\":50,\"maxIOPS\":100,\"burstIOPS\":100}");
            using var host = LogIn(node, 1, isid: 1);
            host.Command(0xA0, [0x48, 0x81, 0, 0, 0, 0, 0, 0, 5, 0], 5, immediate: [1, 0, 0, 1, 0]);
            Assert.Equal(0, host.Receive()!.Header[3]);
        }
        await using var again = await RunningNode.StartAsync(_folder);
        var unit = again.Node.Parts.Runtimes.Find(1)!.Unit;
        Assert.True(unit.IsSanitizing);
        using var after = LogIn(again, 1, isid: 1, clear: false);
        after.Command(0x80, new byte[6], 0);
        after.Receive(); // unit attention
        after.Command(0x80, new byte[6], 0);
        var response = after.Receive()!;
        Assert.Equal((2, 0x041B), (response.Header[3], response.Data[14] << 8 | response.Data[15]));
    }

    [Fact]
    public async Task Shapes_asked_for_in_attributes_stay_and_wrong_ones_are_refused()
    {
        const string shape = ",\"attributes\":{\"headgate\":{\"geometry\":\"512\",\"removable\":true,\"unmap\":false}}";
        await using (var node = await RunningNode.StartAsync(_folder))
        {
            var account = await node.AccountAsync();
            await node.VolumeAsync(account, "shaped", shape);
            await node.CallAsync("ModifyVolume", """{"volumeID":1,"attributes":{}}"""); // the shape is not an attribute any more
            foreach (var wrong in new[] { "1", "{\"geometry\":\"520\"}", "{\"removable\":1}", "{\"colour\":\"red\"}", "{\"geometry\":\"4Kn\"}" })
            {
                var (name, message) = await node.RefusalAsync(
                    "CreateVolume", $$"""{"name":"v","accountID":{{account}},"totalSize":1000000000,"enable512e":true,"attributes":{"headgate":{{wrong}} } }""");
                Assert.Equal("xInvalidParameter", name);
                Assert.StartsWith("attributes.headgate", message, StringComparison.Ordinal);
            }
        }
        await using var again = await RunningNode.StartAsync(_folder);
        var geometry = again.Node.Parts.Runtimes.Find(1)!.Unit.Geometry;
        Assert.Equal((512, 512, true, false), (geometry.LogicalBlockBytes, geometry.PhysicalBlockBytes, geometry.Removable, geometry.OffersUnmap));
    }

    private static async Task MakeVolumesAsync(RunningNode node, int count, string more = "")
    {
        var account = await node.AccountAsync();
        for (var i = 1; i <= count; i++) await node.VolumeAsync(account, $"v{i}", more);
        await node.CallAsync(
            "CreateVolumeAccessGroup", $$"""{"name":"g","initiators":["{{Host}}"],"volumes":[{{string.Join(',', Enumerable.Range(1, count))}}]}""");
    }

    private static TestInitiator LogIn(RunningNode node, long id, byte isid, bool clear = true)
    {
        var initiator = new TestInitiator(node.Node.IscsiEndpoint.Port) { Isid = isid, Name = Host };
        Assert.Equal(0, initiator.Login(node.Catalog.Current.Volumes[id].TargetName, "ImmediateData=Yes\0InitialR2T=Yes\0").LoginStatus);
        if (clear) initiator.ClearAttention();
        return initiator;
    }

    private static byte Order(TestInitiator initiator, byte action, byte type, ulong key, ulong actionKey, byte aptpl)
    {
        var list = new byte[24];
        BinaryPrimitives.WriteUInt64BigEndian(list, key);
        BinaryPrimitives.WriteUInt64BigEndian(list.AsSpan(8), actionKey);
        list[20] = aptpl;
        initiator.Command(0xA0, [0x5F, action, type, 0, 0, 0, 0, 0, 24, 0], 24, taskTag: 50, immediate: list);
        return initiator.Receive()!.Header[3];
    }
}
