using System.Net;
using System.Text;
using Headgate.Node.Target;

namespace Headgate.Node.Tests.Target;

/// <summary>Several portals, both families, what is told of them, and logins that are sent on.</summary>
public sealed class PortalTests
{
    private const string Disk = TestTarget.Prefix + "disk";
    private static readonly IPEndPoint AnyV4 = new(IPAddress.Loopback, 0);
    private static readonly IPEndPoint AnyV6 = new(IPAddress.IPv6Loopback, 0);

    [Fact]
    public async Task Discovery_tells_of_all_portals_and_first_of_the_one_that_it_came_in_at()
    {
        Machine.RequireIpv6();
        await using var target = Start(new IscsiTargetOptions { Portals = [AnyV4, AnyV6] });
        var (v4, v6) = (target.Target.Portals[0], target.Target.Portals[1]);
        Assert.Equal([$"{v4},1", $"{v6},1"], Addresses(v4));
        Assert.Equal([$"{v6},1", $"{v4},1"], Addresses(v6));
        Assert.StartsWith("[::1]:", v6.ToString(), StringComparison.Ordinal);
        using var initiator = new TestInitiator(v6);
        Assert.Equal(0, initiator.Login(Disk).LoginStatus);
        Assert.Equal(v6, target.Sessions.List().Single().Portal);
    }

    [Fact]
    public async Task Both_families_on_one_portal_look_like_what_they_are()
    {
        Machine.RequireIpv6();
        await using var target = Start(new IscsiTargetOptions { Portals = [new(IPAddress.IPv6Any, 0)] });
        var port = target.Target.Port;
        Assert.Equal([$"127.0.0.1:{port},1"], Addresses(new(IPAddress.Loopback, port)));
        Assert.Equal([$"[::1]:{port},1"], Addresses(new(IPAddress.IPv6Loopback, port)));
    }

    [Fact]
    public void Advertised_addresses_take_the_place_of_our_own_at_one_portal_or_at_all()
    {
        var (lan, guests) = (new IPEndPoint(IPAddress.Loopback, 3260), new IPEndPoint(IPAddress.Loopback, 3261));
        var map = new PortalMap(new IscsiTargetOptions { Portals = [lan, guests], Advertised = [new(guests, "10.0.2.2:3261")] });
        Assert.Equal(["127.0.0.1:3260,1", "127.0.0.1:3261,1"], map.ToldAt(lan));
        Assert.Equal(["10.0.2.2:3261,1"], map.ToldAt(guests));

        map = new PortalMap(new IscsiTargetOptions { Portals = [lan, guests], Advertised = [new(guests, "10.0.2.2:3261"), new(null, "san.example:3260")] });
        Assert.Equal(["san.example:3260,1"], map.ToldAt(lan));
        Assert.Equal(["10.0.2.2:3261,1"], map.ToldAt(guests));
    }

    [Fact]
    public void Loopback_and_all_addresses_are_told_to_nobody_who_could_not_use_them()
    {
        var map = new PortalMap(new IscsiTargetOptions
        {
            Portals = [new(IPAddress.Loopback, 3260), new(IPAddress.Any, 3261), new(IPAddress.Parse("fe80::1%2"), 3260)],
        });
        Assert.Equal(["10.0.0.5:3261,1", "[fe80::1]:3260,1"], map.ToldAt(new(IPAddress.Parse("10.0.0.5"), 3261)));
        Assert.Equal(["127.0.0.1:3260,1"], map.ToldAt(new(IPAddress.Loopback, 3260)));
    }

    [Fact]
    public async Task A_portal_that_sends_on_does_so_for_logins_and_not_for_discovery()
    {
        Machine.RequireIpv6();
        var (entry, node) = (new IPEndPoint(IPAddress.Loopback, 0), AnyV6);
        await using var target = Start(new IscsiTargetOptions { Portals = [entry, node], Redirects = [new(entry, "[::1]:3999")] });
        using var initiator = new TestInitiator(target.Target.Portals[0]);
        var reply = initiator.Login(Disk);
        Assert.Equal((0x0101, "[::1]:3999"), (reply.LoginStatus, reply.Keys["TargetAddress"]));
        Assert.Null(initiator.Receive());
        Assert.NotEmpty(Addresses(target.Target.Portals[0]));
        using var direct = new TestInitiator(target.Target.Portals[1]);
        Assert.Equal(0, direct.Login(Disk).LoginStatus);
    }

    [Theory]
    [InlineData(false, 0x0101)]
    [InlineData(true, 0x0102)]
    public async Task A_target_that_has_moved_says_so_to_those_who_may_use_it(bool isPermanent, int status)
    {
        await using var target = Start(new IscsiTargetOptions { Portals = [AnyV4] });
        target.Redirects[Disk] = new TargetRedirect("192.0.2.7:3260", isPermanent);
        using (var initiator = new TestInitiator(target.Target.Port))
        {
            var reply = initiator.Login(Disk);
            Assert.Equal((status, "192.0.2.7:3260"), (reply.LoginStatus, reply.Keys["TargetAddress"]));
        }
        target.Refused[Disk] = TargetRefusal.NotAuthorized;
        using var stranger = new TestInitiator(target.Target.Port);
        Assert.Equal(0x0202, stranger.Login(Disk).LoginStatus);
        Assert.Empty(target.Sessions.List());
    }

    [Fact]
    public async Task Four_thousand_targets_are_told_in_parts_that_fit()
    {
        Machine.RequireIpv6();
        await using var target = Start(new IscsiTargetOptions { Portals = [AnyV4, AnyV6] });
        for (var i = 0; i < 4000; i++) target.AddName($"many.{i:0000}");
        using var initiator = new TestInitiator(target.Target.Port);
        Assert.Equal(0, initiator.Login(null, "MaxRecvDataSegmentLength=8192\0").LoginStatus);
        var (text, parts) = initiator.Ask("SendTargets=All\0");
        var names = Encoding.UTF8.GetString(text).Split('\0').Where(pair => pair.StartsWith("TargetName=", StringComparison.Ordinal)).ToList();
        Assert.Equal((4001, 4001), (names.Count, names.Distinct().Count()));
        Assert.Equal((text.Length + 8191) / 8192, parts);
    }

    private static TestTarget Start(IscsiTargetOptions options)
    {
        var target = new TestTarget(options);
        target.AddVolume("disk");
        return target;
    }

    private static List<string> Addresses(IPEndPoint portal)
    {
        using var initiator = new TestInitiator(portal);
        Assert.Equal(0, initiator.Login(null).LoginStatus);
        var pairs = Encoding.UTF8.GetString(initiator.Ask("SendTargets=All\0").Text).Split('\0');
        return [.. pairs.Where(pair => pair.StartsWith("TargetAddress=", StringComparison.Ordinal)).Select(pair => pair["TargetAddress=".Length..])];
    }
}
