using System.Net;
using Headgate.Api.Auth;

namespace Headgate.Api.Tests;

/// <summary>Wrong keys are slowed down by address, in fixed memory.</summary>
public sealed class FailureGateTests
{
    private static readonly IPAddress Attacker = IPAddress.Parse("203.0.113.7");

    private readonly HandClock _clock = new();

    [Fact]
    public void After_its_burst_an_address_waits_and_then_has_one_try_for_each_pause()
    {
        var gate = new FailureGate(_clock);
        for (var i = 0; i < FailureGate.Burst; i++)
        {
            Assert.Equal(TimeSpan.Zero, gate.Wait(Attacker, $"wrong-{i}"));
            gate.Failed(Attacker, $"wrong-{i}");
        }
        Assert.Equal(FailureGate.Pause, gate.Wait(Attacker, "wrong-again"));
        _clock.Now += FailureGate.Pause;
        Assert.Equal(TimeSpan.Zero, gate.Wait(Attacker, "wrong-again"));
        gate.Failed(Attacker, "wrong-again");
        Assert.Equal(FailureGate.Pause, gate.Wait(Attacker, "wrong-again"));
        _clock.Now += FailureGate.Pause * FailureGate.Burst;
        Assert.Equal(TimeSpan.Zero, gate.Wait(Attacker, "wrong-again"));
    }

    [Fact]
    public void A_key_that_opened_something_passes_from_the_same_address_until_it_fails()
    {
        var gate = new FailureGate(_clock);
        gate.Opened("good");
        for (var i = 0; i <= FailureGate.Burst; i++) gate.Failed(Attacker, $"wrong-{i}");
        Assert.Equal(TimeSpan.Zero, gate.Wait(Attacker, "good"));
        gate.Failed(Attacker, "good"); // revoked
        Assert.NotEqual(TimeSpan.Zero, gate.Wait(Attacker, "good"));
    }

    [Fact]
    public void All_addresses_of_an_IPv6_network_count_as_one()
    {
        var gate = new FailureGate(_clock);
        for (var i = 0; i <= FailureGate.Burst; i++) gate.Failed(IPAddress.Parse($"2001:db8:1:2::{i:x}"), "wrong");
        Assert.NotEqual(TimeSpan.Zero, gate.Wait(IPAddress.Parse("2001:db8:1:2:ffff::1"), "another"));
    }

    private sealed class HandClock : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromDays(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
