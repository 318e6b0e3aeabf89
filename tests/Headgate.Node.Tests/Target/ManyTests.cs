using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Headgate.Node.Target;

namespace Headgate.Node.Tests.Target;

/// <summary>
/// Many targets and many sessions at one time. <c>HEADGATE_MANY=4000</c> has as many sessions as a node has volumes; what
/// they cost is printed.
/// </summary>
public sealed class ManyTests(ITestOutputHelper output)
{
    /// <summary>
    /// What libiscsi can read: it takes one text response of 256 KiB at most, and refuses those with the C bit (RFC 7143
    /// section 11.11.2). More come in parts, see <see cref="PortalTests"/>.
    /// </summary>
    private const int Targets = 2500;

    private static readonly int Sessions =
        int.Parse(Environment.GetEnvironmentVariable("HEADGATE_MANY") ?? "300", CultureInfo.InvariantCulture);

    [Fact]
    public async Task As_many_sessions_as_there_are_volumes_are_served_side_by_side()
    {
        await using var target = new TestTarget();
        for (var i = 0; i < Sessions; i++) target.AddVolume($"disk{i}", bytes: 64 << 10);
        var initiators = new List<TestInitiator>(Sessions);
        var (before, clock) = (ResidentBytes(), Stopwatch.StartNew());
        for (var i = 0; i < Sessions; i++)
        {
            initiators.Add(new TestInitiator(target.Target.Port));
            Assert.Equal(0, initiators[i].Login($"{TestTarget.Prefix}disk{i}").LoginStatus);
        }
        var took = clock.Elapsed;
        Assert.Equal(Sessions, target.Sessions.List().Select(session => session.Tsih).Distinct().Count());
        foreach (var initiator in initiators) initiator.ClearAttention();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Sessions} sessions: {took.TotalMilliseconds / Sessions:0.00} ms per login, {(ResidentBytes() - before) / Sessions / 1024} KiB of memory each, its initiator included"));
        foreach (var initiator in initiators) initiator.Dispose();
        Assert.True(SpinWait.SpinUntil(() => target.Target.ConnectionCount == 0 && target.Sessions.HeldCount == 0, Patience.Long));
    }

    [Fact]
    public async Task Libiscsi_reads_thousands_of_targets_over_both_families()
    {
        Machine.RequireIpv6();
        await using var target = new TestTarget(new IscsiTargetOptions { Portals = [new(IPAddress.IPv6Any, 0)] });
        for (var i = 0; i < Targets; i++) target.AddName($"many.{i:0000}");
        var clock = Stopwatch.StartNew();
        foreach (var host in (string[])["127.0.0.1", "[::1]"])
        {
            var portal = $"{host}:{target.Target.Port}";
            var told = await RunAsync("iscsi-ls", $"iscsi://{portal}");
            Assert.Equal(Targets, told.Split('\n').Count(line => line.Contains("many.", StringComparison.Ordinal) && line.Contains($"{portal},1", StringComparison.Ordinal)));
        }
        output.WriteLine($"iscsi-ls of {Targets} targets, over IPv4 and IPv6: {clock.ElapsedMilliseconds / 2} ms on average");
    }

    private static async Task<string> RunAsync(string program, string argument)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo(program, argument) { RedirectStandardOutput = true, StandardOutputEncoding = Encoding.UTF8 })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"{program} is not installed (package libiscsi-bin)");
            throw;
        }
        using (process)
        {
            var text = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, process.ExitCode);
            return text;
        }
    }

    private static long ResidentBytes()
    {
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}
