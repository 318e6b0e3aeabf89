using System.Text.Json;
using System.Text.Json.Nodes;
using Headgate.Hosts;

namespace Headgate.Hosts.Tests;

/// <summary>What stands on the wire between server and agent, member by member: servers and agents of other versions read it.</summary>
public sealed class WireShapeTests
{
    private static readonly Guid Volume = Guid.Parse("0198aa00-1111-7222-8333-444455556666");

    private const string Definition = """
        {"id":"0198aa00-0000-7000-8000-000000000001","name":"web-1","cpus":2,"memoryBytes":536870912,
         "boot":{"kernelPath":"vmlinuz","initrdPath":"initrd","commandLine":"console=ttyS0"},
         "disks":[
          {"volumeId":"0198aa00-1111-7222-8333-444455556666","slot":0,"sizeBytes":1073741824,
           "source":{"kind":"iscsi","portals":["10.0.0.1:3260","[fd00::1]:3260"],"targetName":"iqn.2026-01.io.headgate:v1","lun":0,
                     "chap":{"user":"u","secret":"a-secret-of-18-char"},"mode":"qemu-iscsi"},
           "limits":{"totalIops":500,"burstTotalIops":900,"burstSeconds":2,"sizeIopsBytes":16384},"isReadOnly":false},
          {"volumeId":"0198aa00-2222-7222-8333-444455556666","slot":3,"sizeBytes":4096,"source":{"kind":"file","path":"/pool/a.raw"},"isReadOnly":true},
          {"volumeId":"0198aa00-3333-7222-8333-444455556666","slot":4,"sizeBytes":4096,"source":{"kind":"block","path":"/dev/sda"},"isReadOnly":false}],
         "generation":7}
        """;

    [Fact]
    public void A_definition_is_written_as_it_was_read()
    {
        var vm = JsonSerializer.Deserialize(Definition, HostsJson.Default.VmDefinition)!;

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Definition), JsonSerializer.SerializeToNode(vm, HostsJson.Default.VmDefinition)));
        Assert.Null(VmRules.Problem(vm));
    }

    [Fact]
    public void An_observation_has_its_states_and_limits_in_words()
    {
        var seen = new VmObservation
        {
            Id = Volume, State = VmState.Running, Generation = 3,
            Disks = [new DiskObservation { VolumeId = Volume, Slot = 1, IsLive = true, SizeBytes = 512, Limits = new DiskLimits { ReadIops = 100 }, Counters = new DiskCounters(1, 2, 3, 4) }],
        };

        Assert.Equal(
            """{"id":"0198aa00-1111-7222-8333-444455556666","state":"running","generation":3,"disks":[{"volumeId":"0198aa00-1111-7222-8333-444455556666","slot":1,"isLive":true,"sizeBytes":512,"limits":{"readIops":100},"counters":{"readRequests":1,"readBytes":2,"writeRequests":3,"writeBytes":4}}]}""",
            JsonSerializer.Serialize(seen, HostsJson.Default.VmObservation));
    }

    [Fact]
    public void Facts_name_the_ways_to_attach_with_hyphens()
    {
        var text = JsonSerializer.Serialize(Some.Facts, HostsJson.Default.HostFacts);

        Assert.Contains("\"hypervisor\":\"qemu\"", text, StringComparison.Ordinal);
        Assert.Contains("""{"mode":"kernel-iscsi","isAvailable":false,"whyNot":"no module"}""", text, StringComparison.Ordinal);
        Assert.Contains("\"cgroup\":{\"version\":2,\"hasIo\":true}", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"id":"0198aa00-0000-7000-8000-000000000001","name":"a","cpus":1,"memoryBytes":1048576,"disks":[]}""")] // no generation
    [InlineData("""{"id":"0198aa00-0000-7000-8000-000000000001","name":null,"cpus":1,"memoryBytes":1048576,"disks":[],"generation":1}""")]
    [InlineData("""{"id":"x","name":"a","cpus":1,"memoryBytes":1048576,"disks":[],"generation":1}""")]
    [InlineData("""{"id":"0198aa00-0000-7000-8000-000000000001","name":"a","cpus":"1","memoryBytes":1048576,"disks":[],"generation":1}""")]
    [InlineData("""{"volumeId":"0198aa00-0000-7000-8000-000000000001"}""")]
    public void What_is_not_a_definition_is_not_read_as_one(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, HostsJson.Default.VmDefinition));

    [Fact]
    public void A_member_of_a_later_version_is_passed_over() =>
        Assert.Equal(5, JsonSerializer.Deserialize("""{"totalIops":5,"fromTheFuture":1}""", HostsJson.Default.DiskLimits)!.TotalIops);

    [Fact]
    public void No_secret_is_in_the_text_of_what_carries_one()
    {
        var vm = JsonSerializer.Deserialize(Definition, HostsJson.Default.VmDefinition)!;
        var token = new JoinToken { Servers = ["https://h:1"], AuthoritySha256 = new string('a', 64), Secret = "hush-hush" };
        var join = new JoinRequest { Secret = "hush-hush", Name = "h", Address = "https://h:1", RequestPem = "", Facts = Some.Facts };

        Assert.DoesNotContain("a-secret-of-18-char", ((IscsiSource)vm.Disks[0].Source).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hush-hush", token.ToString() + join, StringComparison.Ordinal);
    }

    [Fact]
    public void A_serial_is_the_beginning_of_the_volumes_id_and_fits_virtio() =>
        Assert.Equal("0198aa00111172228333", DiskSerial.Of(Volume));

    [Fact]
    public void A_token_reads_back_as_it_was_made()
    {
        var token = new JoinToken { Servers = ["https://10.0.0.1:8444", "https://10.0.0.2:8444"], AuthoritySha256 = new string('a', 64), Secret = "s" };

        var read = JoinToken.Parse($" {token.Format()}\n").ValueOrThrow();

        Assert.Equal(token.Servers, read.Servers);
        Assert.Equal((token.AuthoritySha256, token.Secret), (read.AuthoritySha256, read.Secret));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hgj1.")]
    [InlineData("hgj1.%%%")]
    [InlineData("hgj1.bm90IGpzb24")]
    [InlineData("hgj2.e30")]
    [InlineData("hgj1.e30")]
    public void What_is_not_a_token_is_refused(string text) =>
        Assert.Equal("join-token-malformed", JoinToken.Parse(text).Problem?.Code);
}
