namespace Headgate.Qos.Tests.Mutants;

/// <summary>A scheduler that is broken in one place, and the property that has to find out.</summary>
/// <param name="Name">What is broken.</param>
/// <param name="File">In which file.</param>
/// <param name="From">The text there; must be there exactly once, else the mutant has to follow the code.</param>
/// <param name="To">What it becomes.</param>
/// <param name="CaughtBy">The test, as <c>Class.Method</c>.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record Mutant(string Name, string File, string From, string To, string CaughtBy, params object[] Arguments)
{
    /// <summary>Which property of the contract catches which broken scheduler.</summary>
    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("no reservation clock: a min is just a weight", "QosScheduler.cs",
            "if (IsReservationDue(_reserved.TopKey, now))", "if (now < 0)",
            "ShareTests.Min_equal_to_max_is_served_in_full_on_a_full_node"),
        new("surplus counts against the min", "QosScheduler.cs",
            "_shareTime = volume.Share.Next;", "_shareTime = volume.Share.Next; volume.Reservation.Charge(request.CostHundredths, long.MinValue);",
            "ShareTests.A_min_holds_in_the_second_after_a_time_of_plenty"),
        new("a rest saves up min", "QosScheduler.cs",
            "if (volume.HasMin) volume.Reservation.Raise(now", "if (now < 0) volume.Reservation.Raise(now",
            "ContractTests.A_rest_is_no_overload_and_saves_up_no_min"),
        new("what a min is owed waits for room like surplus", "QosScheduler.cs",
            "if (_reserved.Count > 0 && _reservedCapacity.Next <= now)", "if (_reserved.Count > 0 && _reservedCapacity.Next <= now && HasSurplusRoom)",
            "ContractTests.An_io_within_min_is_not_held_for_a_millisecond_while_surplus_fills_the_window"),
        new("debts of mins are paid for ever", "QosScheduler.cs",
            "if (lag > ReservationLagNsMax) _reservationOffset += lag - ReservationLagNsMax;", "",
            "ShareTests.In_overload_all_get_the_same_fraction_of_their_min_and_a_newcomer_too"),
        new("surplus without weights", "VolumeLimits.cs",
            "Weight > 0 ? Weight : MinIops > 0 ? MinIops : DefaultWeight", "DefaultWeight",
            "ShareTests.Surplus_is_shared_by_weight"),
        new("an idle volume keeps its old share", "QosScheduler.cs",
            "volume.Share.Raise(_shareTime);", "",
            "ShareTests.A_volume_that_wakes_up_shares_from_now_on_and_is_owed_nothing_for_its_rest"),
        new("a held volume stops the others", "QosScheduler.cs",
            "if (_ready.Count > 0 && HasSurplusRoom)", "if (_ready.Count > 0 && HasSurplusRoom && _held.Count == 0)",
            "ShareTests.What_one_volume_may_not_have_goes_to_the_others"),
        new("the limit's clock is not asked", "QosVolume.cs",
            "if (!_hasBurst) return Math.Max(at, _sustained.Next);", "if (!_hasBurst) return at;",
            "LimitTests.The_rate_does_not_drift_in_an_hour"),
        new("charged by count, not by size", "QosScheduler.cs",
            "request.CostHundredths = cost;", "request.CostHundredths = CostCurve.HundredthsPerIo;",
            "LimitTests.A_new_volume_runs_at_burst_for_60_s_and_then_at_max", 500, 600, 65536),
        new("what a division leaves over is lost", "Ratio.cs",
            "(((ulong)dividend << FractionBits) + (ulong)divisor - 1) / (ulong)divisor", "(ulong)(dividend / divisor) << FractionBits",
            "PaceClockTests.What_a_division_leaves_over_is_not_lost", 300_007L),
        new("burst has no bound", "QosVolume.cs",
            "at = Math.Max(at, _burst.Next);", "",
            "LimitTests.A_new_volume_runs_at_burst_for_60_s_and_then_at_max", 1000, 3000, 4096),
        new("credit is never earned", "QosVolume.cs",
            "CreditNs = Math.Min(CreditNsMax, CreditNs + (floor - _sustained.Next));", "",
            "LimitTests.A_rest_earns_as_many_seconds_of_burst", 10),
        new("credit has no bound", "QosVolume.cs",
            "CreditNs = Math.Min(CreditNsMax, CreditNs + (floor - _sustained.Next));", "CreditNs += floor - _sustained.Next;",
            "LimitTests.A_rest_earns_as_many_seconds_of_burst", 200),
        new("credit is never spent", "QosVolume.cs",
            "CreditNs -= Math.Min(CreditNs, CreditPrice(request));", "CreditNs -= 0;",
            "LimitTests.A_new_volume_runs_at_burst_for_60_s_and_then_at_max", 1000, 3000, 4096),
        new("a change forgets credit", "QosVolume.cs",
            "        Limits = limits;\n", "        Limits = limits; CreditNs = 0;\n",
            "ContractTests.A_change_keeps_credit_and_what_waits"),
        new("a change does not touch what is owed", "PaceClock.cs",
            "else if (Next > now) Next = now + (long)((Int128)(Next - now) * former / rate);", "",
            "LimitTests.A_change_takes_hold_within_100_ms", 100, 10_000, 1 << 20),
        new("a read stands behind a write that bandwidth holds", "QosVolume.cs",
            "? other : eldest;", "? eldest : eldest;",
            "ContractTests.A_read_does_not_stand_behind_a_write_that_bandwidth_holds"),
        new("bandwidth is not charged", "BandwidthClocks.cs",
            "_total.Charge(bytes, floor);", "",
            "LimitTests.Bandwidth_binds_beside_iops", 0L, 0L, 10L << 20),
        new("a neighbour's large I/O puts off what mins are owed of a set capacity", "QosScheduler.cs",
            "if (isOwed)\n        {\n            _reservedCapacity.Charge(request.CostHundredths, now - QosVolume.CatchUpNs);",
            "_reservedCapacity.Charge(request.CostHundredths, now - QosVolume.CatchUpNs);\n        if (isOwed)\n        {",
            "ContractTests.A_min_does_not_wait_for_a_set_capacity_that_a_neighbours_large_io_used_up"),
        new("the window does not shrink with latency", "MediumWindow.cs",
            "if (LatencyRatio > ratioMax)\n", "if (LatencyRatio < 0)\n",
            "MediumWindowTests.With_company_the_queue_at_the_medium_stays_short_and_the_medium_busy", 28_000L, 3L, 100),
    ];

    /// <summary>The broken source.</summary>
    public string Break(string source)
    {
        var at = source.IndexOf(From, StringComparison.Ordinal);
        if (at < 0 || source.IndexOf(From, at + 1, StringComparison.Ordinal) >= 0)
            throw new InvalidOperationException($"'{From}' must be in {File} exactly once, for the mutant '{Name}'.");
        return source.Replace(From, To, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
