using Headgate.Hosts;
using Headgate.Primitives;

namespace Headgate.Hosts.Tests;

/// <summary>Each rule of a definition refuses what breaks it, at its bound.</summary>
public sealed class VmRulesTests
{
    public static TheoryData<string, VmDefinition> Broken { get; } = new()
    {
        { "vm-invalid", Some.Vm(Some.Disk()) with { Id = Guid.Empty } },
        { "vm-invalid", Some.Vm(Some.Disk()) with { Name = "a b" } },
        { "vm-invalid", Some.Vm(Some.Disk()) with { Name = new string('a', VmRules.MostNameCharacters + 1) } },
        { "vm-invalid", Some.Vm(Some.Disk()) with { Cpus = 0 } },
        { "vm-invalid", Some.Vm(Some.Disk()) with { Cpus = VmRules.MostCpus + 1 } },
        { "vm-invalid", Some.Vm(Some.Disk()) with { MemoryBytes = VmRules.LeastMemoryBytes - (1 << 20) } },
        { "vm-invalid", Some.Vm(Some.Disk()) with { MemoryBytes = (64 << 20) + 1 } },
        { "vm-invalid", Some.Vm(Some.Disk()) with { Generation = 0 } },
        { "vm-invalid", Some.Vm() },
        { "vm-invalid", Some.Vm(Some.Disk(0), Some.Disk(0)) },
        { "vm-invalid", Some.Vm([.. Enumerable.Range(0, VmRules.MostDisks + 1).Select(slot => Some.Disk(slot))]) },
        { "disk-invalid", Some.Vm(Some.Disk(VmRules.MostDisks)) },
        { "disk-invalid", Some.Vm(Some.Disk(-1)) },
        { "disk-invalid", Some.Vm(Some.Disk() with { SizeBytes = 513 }) },
        { "disk-invalid", Some.Vm(Some.Disk() with { Source = new FileSource("/pool/../etc/shadow") }) },
        { "disk-invalid", Some.Vm(Some.Disk() with { Source = new FileSource("pool/a") }) },
        { "disk-invalid", Some.Vm(Some.Disk() with { Source = new BlockSource("/etc/passwd") }) },
        { "disk-invalid", Some.Vm(Some.Disk() with { Source = Iscsi(portal: "10.0.0.1") }) },
        { "disk-invalid", Some.Vm(Some.Disk() with { Source = Iscsi(target: "iqn.bad") }) },
        { "disk-invalid", Some.Vm(Some.Disk() with { Source = Iscsi(lun: VmRules.MostLun + 1) }) },
        { "disk-invalid", Some.Vm(Some.Disk() with { Source = Iscsi(secret: "elevenchars") }) },
        { "limits-invalid", Some.Vm(Some.Disk(limits: new DiskLimits { TotalIops = 0 })) },
        { "limits-invalid", Some.Vm(Some.Disk(limits: new DiskLimits { TotalIops = VmRules.MostRate + 1 })) },
        { "limits-invalid", Some.Vm(Some.Disk(limits: new DiskLimits { TotalIops = 5, ReadIops = 5 })) },
        { "limits-invalid", Some.Vm(Some.Disk(limits: new DiskLimits { TotalBytes = 5, WriteBytes = 5 })) },
        { "limits-invalid", Some.Vm(Some.Disk(limits: new DiskLimits { BurstTotalIops = 5 })) },
        { "limits-invalid", Some.Vm(Some.Disk(limits: new DiskLimits { ReadIops = 5, BurstReadIops = 4 })) },
        { "limits-invalid", Some.Vm(Some.Disk(limits: new DiskLimits { TotalIops = 5, BurstSeconds = 2 })) },
        { "limits-invalid", Some.Vm(Some.Disk(limits: new DiskLimits { TotalIops = 5, BurstTotalIops = 6, BurstSeconds = VmRules.MostBurstSeconds + 1 })) },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void What_breaks_a_rule_is_refused_with_its_code(string code, VmDefinition vm)
    {
        var fault = VmRules.Problem(vm);

        Assert.Equal(code, fault?.Code);
        Assert.Equal(Recovery.FixRequest, fault!.Recovery);
    }

    [Fact]
    public void What_is_at_every_bound_is_taken() =>
        Assert.Null(VmRules.Problem(Some.Vm([.. Enumerable.Range(0, VmRules.MostDisks).Select(slot => Some.Disk(slot, new DiskLimits { TotalIops = VmRules.MostRate }))]) with
        {
            Name = new string('a', VmRules.MostNameCharacters), Cpus = VmRules.MostCpus, MemoryBytes = VmRules.MostMemoryBytes,
        }));

    [Theory]
    [InlineData("10.0.0.1:3260", "10.0.0.1", 3260)]
    [InlineData("[fd00::1]:3260", "fd00::1", 3260)]
    [InlineData("node1.example.org:1", "node1.example.org", 1)]
    public void A_portal_reads_back_as_it_is_written(string text, string host, int port)
    {
        Assert.True(Portal.TryParse(text, out var portal));
        Assert.Equal((host, port, text), (portal.Host, portal.Port, portal.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("fd00::1:3260")]
    [InlineData("[10.0.0.1]:3260")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:+1")]
    [InlineData("a/b:1")]
    [InlineData(":1")]
    public void What_is_not_a_portal_is_not_read_as_one(string? text) => Assert.False(Portal.TryParse(text, out _));

    private static IscsiSource Iscsi(string portal = "10.0.0.1:3260", string target = "iqn.2026-01.io.headgate:v1", int lun = 0, string? secret = null) => new()
    {
        Portals = [portal], TargetName = target, Lun = lun, Chap = secret is null ? null : new ChapCredentials("u", secret),
    };
}
