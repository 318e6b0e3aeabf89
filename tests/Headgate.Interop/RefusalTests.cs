using System.Diagnostics;
using System.Text.Json;
using Headgate.Initiator;
using Headgate.Interop.Harness;

namespace Headgate.Interop;

/// <summary>Logins that must not succeed: class 2 of RFC 7143 section 11.13.5 with the right detail, and an event for each.</summary>
[Collection(SharedServer.Name)]
public sealed class RefusalTests(HeadgateUp server)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_right_secret_logs_in()
    {
        var lun = await Lun.CreateAsync(server.Up, "login-ok", "1GiB", max: 5000);

        var login = await InitiatorSession.LoginAsync(lun.Address, 1, Stop);

        Assert.Equal((0, 0), (login.Class, login.Detail));
        await using var session = login.Session!;
        var block = new byte[4096];
        new Random(1).NextBytes(block);
        await session.WriteAsync(7 * 4096, block, fua: true, Stop);
        Assert.Equal(block, await session.ReadAsync(7 * 4096, 4096, Stop));
    }

    [Fact]
    public async Task A_wrong_secret_is_an_authentication_failure_and_an_event()
    {
        var lun = await Lun.CreateAsync(server.Up, "wrong-secret", "1GiB", max: 500);

        var login = await InitiatorSession.LoginAsync((lun with { Secret = "not-the-secret-x" }).Address, 1, Stop);

        Assert.Equal((2, 1), (login.Class, login.Detail)); // initiator error, authentication failure
        await AssertEventAsync(lun.Initiator);
    }

    [Fact]
    public async Task An_initiator_without_a_grant_is_refused_and_an_event()
    {
        var lun = await Lun.CreateAsync(server.Up, "no-grant", "1GiB", max: 500);
        var stranger = "iqn.2026-01.org.headgate:stranger";

        var login = await InitiatorSession.LoginAsync((lun with { Initiator = stranger }).Address, 1, Stop);

        Assert.Equal((2, 1), (login.Class, login.Detail)); // another's user name and secret prove nothing for this initiator
        await AssertEventAsync(stranger);
    }

    [Fact]
    public async Task An_initiator_with_a_grant_elsewhere_is_not_authorized_and_an_event()
    {
        var elsewhere = "iqn.2026-01.org.headgate:elsewhere";
        await Lun.CreateAsync(server.Up, "granted", "1GiB", max: 500);
        var granted = await Lun.ConnectAsync(server.Up, "granted", elsewhere);
        var closed = await Lun.CreateAsync(server.Up, "not-granted", "1GiB", max: 500);

        var login = await InitiatorSession.LoginAsync((granted with { Iqn = closed.Iqn }).Address, 1, Stop);

        Assert.Equal((2, 2), (login.Class, login.Detail)); // proven who it is, and still not allowed here
        await AssertEventAsync(elsewhere);
    }

    [Fact]
    public async Task The_credentials_of_one_accounts_volume_do_not_open_anothers()
    {
        var up = server.Up;
        await up.CliJsonAsync("account", "create", "--name", "other");
        var key = await up.CliJsonAsync("key", "create", "--name", "other1", "--account", "other");
        var config = Path.Combine(server.Folder, "other.json");
        await File.WriteAllTextAsync(config, JsonSerializer.Serialize(new { endpoint = $"http://127.0.0.1:{up.Ports.Http}", key = key.GetProperty("key").GetString() }), Stop);
        var intruder = "iqn.2026-01.org.headgate:intruder";
        var created = await HeadgateProcess.CliAsAsync(config, "volume", "create", "--name", "theirs", "--disk-offering", "custom", "--size", "1GiB", "--max-iops", "500");
        Assert.True(created.Exit == 0, created + up.Output);
        var connected = await HeadgateProcess.CliAsAsync(config, "volume", "connect", "theirs", "--initiator", intruder, "-o", "json");
        Assert.True(connected.Exit == 0, connected.ToString());
        using var json = JsonDocument.Parse(connected.Out);
        var chap = json.RootElement.GetProperty("chap");
        var mine = await Lun.CreateAsync(up, "mine", "1GiB", max: 500);

        var login = await InitiatorSession.LoginAsync(
            (mine with { Initiator = intruder, Username = chap.GetProperty("username").GetString()!, Secret = chap.GetProperty("secret").GetString()! }).Address, 1, Stop);
        var shown = await HeadgateProcess.CliAsAsync(config, "volume", "show", "mine");

        Assert.Equal((2, 2), (login.Class, login.Detail));
        await AssertEventAsync(intruder);
        Assert.Equal(1, shown.Exit);
        Assert.Contains("volume-not-found", shown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disconnected_initiator_is_let_in_no_more()
    {
        var up = server.Up;
        var lun = await Lun.CreateAsync(up, "disconnected", "1GiB", max: 500);
        var before = await InitiatorSession.LoginAsync(lun.Address, 1, Stop);
        Assert.NotNull(before.Session);
        await using var session = before.Session;

        var gone = await up.CliAsync("volume", "disconnect", "disconnected", "--initiator", lun.Initiator);
        var again = await InitiatorSession.LoginAsync(lun.Address, 2, Stop);

        Assert.True(gone.Exit == 0, gone.ToString());
        Assert.Equal(2, again.Class);
        await Assert.ThrowsAnyAsync<Exception>(() => session.ReadAsync(0, 4096, Stop)); // its session has ended too
    }

    /// <summary>Events of the node reach the log a moment after they happened: ask until it is there.</summary>
    private async Task AssertEventAsync(string initiator)
    {
        var last = "";
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Patience.Long;)
        {
            var listed = await server.Up.CliAsync("event", "list", "-o", "json", "--limit", "200");
            last = listed.ToString();
            if (listed.Exit == 0)
            {
                using var events = JsonDocument.Parse(listed.Out);
                if (events.RootElement.EnumerateArray().Any(happened =>
                    happened.GetProperty("code").GetString()!.Contains("login", StringComparison.Ordinal)
                    && happened.GetProperty("message").GetString()!.Contains(initiator, StringComparison.Ordinal))) return;
            }
        }
        Assert.Fail($"No event tells of {initiator}: {last}\n{server.Up.Output}");
    }
}
