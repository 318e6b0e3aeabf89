namespace Headgate.Qos;

/// <summary>Where a volume with I/O waiting is.</summary>
internal enum VolumePlace : byte
{
    /// <summary>Nothing waits.</summary>
    Idle,

    /// <summary>Its own limit says "not yet".</summary>
    Held,

    /// <summary>Its turn may come at any time.</summary>
    Ready,
}

/// <summary>
/// One volume in a <see cref="QosScheduler"/>: its limits as clocks, its credit, and its waiting I/O. Reads and writes
/// leave in the order in which they came, but where a bandwidth limit holds the one kind, the other passes: simple SCSI
/// tasks may be served in any order (SAM-5 section 8.6.2). Belongs to its scheduler; not for two threads at once.
/// </summary>
public sealed class QosVolume
{
    /// <summary>
    /// How late a dispatch may come without the volume losing rate: covers a timer's or a busy CPU's lateness. At the
    /// same time it bounds the catch-up: a second holds at most 2 % (and one I/O) more than the limit.
    /// </summary>
    public const long CatchUpNs = 20_000_000;

    /// <summary>Most credit that a volume can save up, in nanoseconds of running at burst: 60 s.</summary>
    public const long CreditNsMax = 60_000_000_000;

    private const int NsPerHundredth = 10_000_000; // one hundredth of an I/O at 1 IOPS

    // Share is no time: fine enough for weights up to 100,000, coarse enough not to overflow in years at 1M IOPS.
    private const int ShareUnitsPerHundredth = 1000;

    /// <summary>Cache lines that its fields take.</summary>
    internal const int CacheLines = 4;

    internal readonly int Index;
    internal VolumePlace Place;
    private bool _hasBurst;
    private RequestQueue _reads;
    private RequestQueue _writes;
    private long _lastArrival;
    private Ratio _creditPerHundredth;
    private PaceClock _sustained = new(NsPerHundredth);
    private PaceClock _burst = new(NsPerHundredth);

    /// <summary>Paces the min: when the next I/O is due, on the scheduler's reservation clock.</summary>
    internal PaceClock Reservation = new(NsPerHundredth);

    /// <summary>Surplus received per weight, on the scheduler's share clock; the least comes first.</summary>
    internal PaceClock Share = new(ShareUnitsPerHundredth);

    private BandwidthClocks? _bandwidth;

    internal QosVolume(int index, VolumeLimits limits, long creditNs, long now, long reservationTime, long shareTime)
    {
        (Index, CreditNs) = (index, creditNs);
        Configure(limits, now, reservationTime, shareTime);
    }

    /// <summary>The limits in force.</summary>
    public VolumeLimits Limits { get; private set; } = VolumeLimits.None;

    /// <summary>I/Os that wait.</summary>
    public int Waiting { get; private set; }

    /// <summary>Whether I/O waits and the volume's own limit is what holds it.</summary>
    public bool IsThrottled => Place == VolumePlace.Held;

    /// <summary>Saved-up credit in nanoseconds of burst as of the last time that it was reckoned.</summary>
    internal long CreditNs { get; private set; }

    internal bool HasMin { get; private set; }

    internal bool HasBandwidth => _bandwidth is not null;

    /// <summary>I/Os above max that the credit buys at <paramref name="now"/>: at most (burst - max) * 60.</summary>
    public long BurstCredit(long now)
    {
        if (!Limits.HasBurst) return 0;
        EarnCredit(now);
        return (long)((Int128)CreditNs * (Limits.BurstIops - Limits.MaxIops) / 1_000_000_000);
    }

    /// <summary>Saved-up time at burst at <paramref name="now"/>, to be kept over a restart; at most <see cref="CreditNsMax"/>.</summary>
    public long CreditNsAt(long now)
    {
        if (Limits.HasBurst) EarnCredit(now);
        return CreditNs;
    }

    internal void Append(QosRequest request)
    {
        request.WaitsIn = this;
        request.Arrival = ++_lastArrival;
        if (request.TransfersToMedium) _writes.Append(request);
        else _reads.Append(request);
        Waiting++;
    }

    internal void Unlink(QosRequest request)
    {
        if (request.TransfersToMedium) _writes.Unlink(request);
        else _reads.Unlink(request);
        request.WaitsIn = null;
        Waiting--;
    }

    /// <summary>The I/O that came first, whatever the limits say; null when none waits.</summary>
    internal QosRequest? Eldest
    {
        get
        {
            var (read, write) = (_reads.Head, _writes.Head);
            if (read is null) return write;
            return write is null || read.Arrival < write.Arrival ? read : write;
        }
    }

    /// <summary>Has the I/O that is likely next brought to the cache.</summary>
    internal void ExpectHead()
    {
        if ((_reads.Head ?? _writes.Head) is { } head) CacheHint.Fetch(head, 2);
    }

    /// <summary>The I/O whose turn it is when the limits allow one: the eldest, unless its kind's bandwidth holds it longer.</summary>
    internal QosRequest Head(long now)
    {
        var eldest = Eldest!;
        if (_bandwidth is null) return eldest;
        var isWrite = eldest.TransfersToMedium;
        var other = isWrite ? _reads.Head : _writes.Head;
        if (other is null) return eldest;
        var at = _bandwidth.NextOf(isWrite);
        return at > now && _bandwidth.NextOf(!isWrite) < at ? other : eldest;
    }

    /// <summary>When the limits let the next I/O go; at or before <paramref name="now"/>: at once.</summary>
    internal long EligibleAt(long now)
    {
        var at = _bandwidth?.EligibleAt(Head(now).TransfersToMedium) ?? long.MinValue;
        if (!_hasBurst) return Math.Max(at, _sustained.Next);

        EarnCredit(now);
        at = Math.Max(at, _burst.Next);
        // Without credit, as long as it runs at its max, the I/O itself need not be looked at: it is seldom in the cache yet.
        return CreditNs > 0 && CreditNs >= CreditPrice(Head(now)) ? at : Math.Max(at, _sustained.Next);
    }

    /// <summary>Takes what <paramref name="request"/>, dispatched at <paramref name="now"/>, costs from the limits.</summary>
    internal void Charge(QosRequest request, long now)
    {
        var floor = now - CatchUpNs;
        if (_hasBurst)
        {
            EarnCredit(now);
            _burst.Charge(request.CostHundredths, floor);
            // Within max is free; only what goes beyond it is paid from credit, so credit shrinks by rate - max.
            if (now < _sustained.Next) CreditNs -= Math.Min(CreditNs, CreditPrice(request));
            else _sustained.Charge(request.CostHundredths, floor);
        }
        else
        {
            _sustained.Charge(request.CostHundredths, floor);
        }
        _bandwidth?.Charge(request.TransferBytes, request.TransfersToMedium, floor);
    }

    /// <summary>Puts new limits in force; credit is kept as seconds of burst. The scheduler places the volume anew.</summary>
    internal void Configure(VolumeLimits limits, long now, long reservationTime, long shareTime)
    {
        EarnCredit(now);
        var former = Limits;
        Limits = limits;
        _hasBurst = limits.HasBurst;
        HasMin = limits.MinIops > 0;
        _creditPerHundredth = _hasBurst ? Ratio.Of(NsPerHundredth, limits.BurstIops - limits.MaxIops) : default;
        _sustained.SetRate(former.MaxIops, limits.MaxIops, now);
        _burst.SetRate(former.HasBurst ? former.BurstIops : 0, _hasBurst ? limits.BurstIops : 0, now);
        Reservation.SetRate(former.MinIops, limits.MinIops, reservationTime);
        Share.SetRate(Share.IsUnlimited ? 0 : former.EffectiveWeight, limits.EffectiveWeight, shareTime);
        _bandwidth = limits.HasBandwidth ? _bandwidth ?? new BandwidthClocks() : null;
        _bandwidth?.Configure(former.HasBandwidth ? former : VolumeLimits.None, limits, now);
    }

    // Time in which max was not used up is credit: a second at rest earns a second, a second at half of max half of one.
    private void EarnCredit(long now)
    {
        if (_sustained.IsUnlimited) return;
        var floor = now - CatchUpNs;
        if (_sustained.Next >= floor) return;
        CreditNs = Math.Min(CreditNsMax, CreditNs + (floor - _sustained.Next));
        _sustained.Raise(floor);
    }

    private long CreditPrice(QosRequest request) => _creditPerHundredth.Times(request.CostHundredths, out _);
}
