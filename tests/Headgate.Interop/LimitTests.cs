using System.Text.Json;
using Headgate.Interop.Harness;

namespace Headgate.Interop;

/// <summary>The limit, measured at a real client: docs/qos.md says within -5/+2 % over 10 s, and a change within a second.</summary>
[Collection(SharedServer.Name)]
public sealed class LimitTests(HeadgateUp server)
{
    [Fact]
    public async Task A_client_is_served_its_max_and_a_new_max_within_a_second_of_set_qos()
    {
        var up = server.Up;
        var lun = await Lun.CreateAsync(up, "limited", "1GiB", max: 1000, min: 200);
        var perf = new IscsiPerf();
        using var enough = new CancellationTokenSource();
        var running = perf.RunAsync(lun, enough.Token);

        await Task.WhenAny(perf.CountedAsync(1), running); // the first is cut short by the login
        using var machine = new MachineWatch();
        await Task.WhenAny(perf.CountedAsync(11), running);
        var share = machine.Share;
        var before = perf.Seconds;
        Assert.True(before.Length >= 11, before.Length + " seconds: " + (running.IsCompleted ? await running : "") + up.Output);
        var tenSeconds = before.Skip(1).Take(10).Average();

        var after = await ChangedAsync(up, perf, running, "volume", "set-qos", "limited", "--max-iops", "3000");
        await enough.CancelAsync();
        await running;
        TestContext.Current.TestOutputHelper?.WriteLine($"IOPS by second: {string.Join(' ', perf.Seconds)}; the machine was there for {share:P1}, then {after.Share:P1}");

        Assert.InRange(tenSeconds, 950 * share, 1020);
        Assert.All(before.Skip(1).Take(10), second => Assert.InRange(second, 0, 1050));
        Assert.InRange(after.Iops, 2850 * after.Share, 3060);
    }

    [Fact]
    public async Task A_volume_under_load_has_the_limits_of_another_offering_within_a_second_and_keeps_its_own_when_it_cannot_have_them()
    {
        var up = server.Up;
        foreach (var (offering, min, max) in new[] { ("wire-slow", 100, 600), ("wire-fast", 200, 2400), ("wire-impossible", 900_000, 900_000) })
        {
            await up.CliJsonAsync(
                "disk-offering", "create", "--name", offering, "--size", "1GiB", "--min-iops", $"{min}", "--max-iops", $"{max}", "--burst-iops", $"{max}", "--require", "min,max");
        }
        await up.CliJsonAsync("volume", "create", "--name", "changing", "--disk-offering", "wire-slow");
        var lun = await Lun.ConnectAsync(up, "changing");
        var perf = new IscsiPerf();
        using var enough = new CancellationTokenSource();
        var running = perf.RunAsync(lun, enough.Token);
        await Task.WhenAny(perf.CountedAsync(2), running);

        var fast = await ChangedAsync(up, perf, running, "volume", "change-offering", "changing", "--disk-offering", "wire-fast");
        var impossible = await up.CliAsync("volume", "change-offering", "changing", "--disk-offering", "wire-impossible");
        Assert.NotEqual(0, impossible.Exit);
        Assert.Contains("900000", impossible.ToString(), StringComparison.Ordinal);
        Assert.Equal("wire-fast", (await up.CliJsonAsync("volume", "show", "changing")).GetProperty("diskOffering").GetString());
        var kept = await NextAsync(perf, running);
        var slow = await ChangedAsync(up, perf, running, "volume", "change-offering", "changing", "--disk-offering", "wire-slow");
        Assert.False(running.IsCompleted);
        await enough.CancelAsync();
        await running;
        TestContext.Current.TestOutputHelper?.WriteLine($"IOPS by second: {string.Join(' ', perf.Seconds)}; {fast}, {kept}, {slow}");

        Assert.InRange(fast.Iops, 2280 * fast.Share, 2448);
        Assert.InRange(kept.Iops, 2280 * kept.Share, 2448);
        Assert.InRange(slow.Iops, 570 * slow.Share, 612);
    }

    /// <summary>Runs the command, and measures what it made of the load. The second in which it was done is mixed; so may be the next, as the client's seconds are not ours.</summary>
    private static async Task<Measured> ChangedAsync(HeadgateProcess up, IscsiPerf perf, Task running, params string[] command)
    {
        var set = await up.CliAsync(command);
        Assert.True(set.Exit == 0, set.ToString());
        await Task.WhenAny(perf.CountedAsync(perf.Seconds.Length + 2), running);
        return await NextAsync(perf, running);
    }

    /// <summary>The next four whole seconds of the client's.</summary>
    private static async Task<Measured> NextAsync(IscsiPerf perf, Task running)
    {
        var from = perf.Seconds.Length;
        using var machine = new MachineWatch();
        await Task.WhenAny(perf.CountedAsync(from + 4), running);
        var seconds = perf.Seconds.Skip(from).Take(4).ToArray();
        Assert.Equal(4, seconds.Length);
        return new Measured(seconds.Average(), machine.Share);
    }

    /// <param name="Iops">On average.</param>
    /// <param name="Share">How much of the time the machine was there for.</param>
    private sealed record Measured(double Iops, double Share);

    [Fact]
    public async Task What_is_measured_on_the_volume_agrees_with_the_client()
    {
        const int Looks = 5; // each at half a second: one of them may have met a stall of the machine
        var up = server.Up;
        var lun = await Lun.CreateAsync(up, "measured", "1GiB", max: 500);
        var perf = new IscsiPerf();
        using var enough = new CancellationTokenSource();
        var running = perf.RunAsync(lun, enough.Token);
        await Task.WhenAny(perf.CountedAsync(3), running);

        var seen = new List<double>();
        var qos = default(JsonElement);
        for (var look = 0; look < Looks; look++)
        {
            qos = await up.CliJsonAsync("volume", "qos", "measured");
            seen.Add(qos.GetProperty("measured").GetProperty("iops").GetDouble());
            await Task.WhenAny(perf.CountedAsync(perf.Seconds.Length + 1), running); // the next one at another half second
        }
        Assert.False(running.IsCompleted);
        await enough.CancelAsync();
        await running;
        TestContext.Current.TestOutputHelper?.WriteLine($"IOPS by second: {string.Join(' ', perf.Seconds)}; told {string.Join(' ', seen)}");

        Assert.InRange(seen.Order().ElementAt(Looks / 2), 450, 550);
        Assert.All(seen, iops => Assert.InRange(iops, 0, 550));
        var max = qos.GetProperty("promises").EnumerateArray().Single(promise => promise.GetProperty("promise").GetString() == "maxIops");
        Assert.Equal((500, 500, "storage"), (max.GetProperty("granted").GetInt64(), max.GetProperty("applied").GetInt64(), max.GetProperty("enforcedBy").GetString()));
    }
}
