using CsCheck;
using Headgate.Scsi.Reservations;

namespace Headgate.Scsi.Tests;

/// <summary>What holds after any sequence of orders, lawful or not (SPC-4 5.12).</summary>
public sealed class ReservationRulesTests
{
    private static readonly string[] Ports = ["a", "b", "c"];
    private static readonly ReservationType[] Types = [.. Enum.GetValues<ReservationType>().Where(type => type != 0)];

    private static readonly Gen<ReservationOrder> Orders = Gen.Select(
        Gen.Int[0, 5], Gen.Int[0, 2], Gen.Int[0, Types.Length - 1], Gen.ULong[0, 3], Gen.ULong[0, 3],
        (action, port, type, key, actionKey) => new ReservationOrder(
            Enum.GetValues<ReservationAction>()[action], Ports[port], Types[type], key, actionKey, false));

    [Fact]
    public void A_reservation_always_has_a_registered_holder_and_nobody_is_told_of_own_deeds() =>
        Orders.Array[1, 30].Sample(orders =>
        {
            var state = PersistentReservations.None;
            foreach (var order in orders)
            {
                var decision = ReservationRules.Decide(state, order);
                Assert.DoesNotContain(decision.Notices, notice => notice.Port == order.Port);
                if (decision.Next is not { } next)
                    continue;
                Assert.InRange(next.Generation - state.Generation, 0u, 1u);
                if (order.Action is ReservationAction.Reserve or ReservationAction.Release)
                    Assert.Equal(state.Generation, next.Generation);
                state = next;
                Assert.Equal(state.Registrations.Length, state.Registrations.Select(one => one.InitiatorPort).Distinct().Count());
                Assert.DoesNotContain(state.Registrations, one => one.Key == 0);
                Assert.Equal(state.IsReserved && !state.HeldByAllRegistrants, state.HolderPort is not null);
                if (state.IsReserved)
                    Assert.Contains(Ports, state.IsHolder);
                foreach (var port in Ports.Where(state.IsHolder))
                    Assert.True(state.Allows(port, writes: true));
            }
        }, iter: 5_000);

    [Fact]
    public void A_conflict_or_a_refusal_changes_nothing() =>
        Gen.Select(Orders.Array[0, 10], Orders).Sample((before, order) =>
        {
            var state = before.Aggregate(
                PersistentReservations.None, (present, each) => ReservationRules.Decide(present, each).Next ?? present);
            var decision = ReservationRules.Decide(state, order);
            Assert.Equal(decision.Next is null, decision.IsConflict || decision.Sense.Key != 0);
        }, iter: 2_000);

    [Fact]
    public void A_kept_reservation_whose_holder_is_not_registered_is_dropped()
    {
        var kept = new KeptReservations([new KeptRegistration("a", 1)], (byte)ReservationType.ExclusiveAccess, "b");
        Assert.False(kept.ToReservations().IsReserved);
        Assert.True((kept with { HolderPort = "a" }).ToReservations().IsReserved);
        Assert.False((kept with { Type = 9, HolderPort = "a" }).ToReservations().IsReserved);
    }

    [Fact]
    public void Registrations_are_bounded()
    {
        var state = PersistentReservations.None;
        for (var i = 0; i < ScsiLimits.MaxRegistrations; i++)
            state = Register(state, i).Next!;
        var decision = Register(state, ScsiLimits.MaxRegistrations);
        Assert.Equal(0x5504, decision.Sense.Code.Code);
    }

    private static ReservationDecision Register(PersistentReservations state, int port) => ReservationRules.Decide(
        state, new ReservationOrder(ReservationAction.Register, $"p{port}", ReservationType.None, 0, 1, false));
}
