namespace Headgate.Qos;

/// <summary>
/// One volume in a <see cref="QosScheduler"/>: its limits as clocks, its credit, and its waiting I/O, first come first
/// served. Belongs to its scheduler; not for use by two threads at once.
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

    private const long NsPerHundredth = 10_000_000; // one hundredth of an I/O at 1 IOPS
    private const long NsPerByte = 1_000_000_000;

    // Share is no time: fine enough for weights up to 100,000, coarse enough not to overflow in years at 1M IOPS.
    private const long ShareUnitsPerHundredth = 1000;

    private PaceClock _sustained = new(NsPerHundredth);
    private PaceClock _burst = new(NsPerHundredth);
    private PaceClock _total = new(NsPerByte);
    private PaceClock _read = new(NsPerByte);
    private PaceClock _write = new(NsPerByte);
    private QosRequest? _tail;

    internal QosVolume(VolumeLimits limits, long now)
    {
        CreditNs = CreditNsMax; // a new volume starts with all its credit
        Configure(limits, now);
    }

    /// <summary>The limits in force.</summary>
    public VolumeLimits Limits { get; private set; } = VolumeLimits.None;

    /// <summary>I/Os that wait.</summary>
    public int Waiting { get; private set; }

    /// <summary>Whether I/O waits and the volume's own limit is what holds it.</summary>
    public bool IsThrottled => LimitSlot >= 0;

    /// <summary>Saved-up credit in nanoseconds of burst as of the last time that it was reckoned.</summary>
    internal long CreditNs { get; private set; }

    internal QosRequest? Head { get; private set; }

    /// <summary>Place in the heap of held volumes, by when the limit lets the head go; -1 when it is not there.</summary>
    internal int LimitSlot = -1;

    /// <summary>Place in the heap of ready volumes with a min; -1 when it is not there.</summary>
    internal int ReservationSlot = -1;

    /// <summary>Place in the heap of ready volumes, by share of the surplus; -1 when it is not there.</summary>
    internal int ShareSlot = -1;

    /// <summary>Paces the min: when the next I/O is due, on the scheduler's reservation clock.</summary>
    internal PaceClock Reservation = new(NsPerHundredth);

    /// <summary>Surplus received per weight, on the scheduler's share clock; the least comes first.</summary>
    internal PaceClock Share = new(ShareUnitsPerHundredth);

    internal bool IsReady => ShareSlot >= 0;

    /// <summary>I/Os above max that the credit buys at <paramref name="now"/>: at most (burst - max) * 60.</summary>
    public long BurstCredit(long now)
    {
        if (!Limits.HasBurst) return 0;
        EarnCredit(now);
        return (long)((Int128)CreditNs * (Limits.BurstIops - Limits.MaxIops) / 1_000_000_000);
    }

    internal void Append(QosRequest request)
    {
        request.WaitsIn = this;
        request.Previous = _tail;
        request.Next = null;
        if (_tail is null) Head = request;
        else _tail.Next = request;
        _tail = request;
        Waiting++;
    }

    internal void Unlink(QosRequest request)
    {
        if (request.Previous is null) Head = request.Next;
        else request.Previous.Next = request.Next;
        if (request.Next is null) _tail = request.Previous;
        else request.Next.Previous = request.Previous;
        request.Next = request.Previous = null;
        request.WaitsIn = null;
        Waiting--;
    }

    /// <summary>When the limits let <paramref name="request"/> go; at or before <paramref name="now"/>: at once.</summary>
    internal long EligibleAt(QosRequest request, long now)
    {
        var at = Math.Max(_total.Next, request.TransfersToMedium ? _write.Next : _read.Next);
        if (Limits.MaxIops == 0) return at;
        if (!Limits.HasBurst) return Math.Max(at, _sustained.Next);

        EarnCredit(now);
        at = Math.Max(at, _burst.Next);
        return CreditNs >= CreditPrice(request) ? at : Math.Max(at, _sustained.Next);
    }

    /// <summary>Takes what <paramref name="request"/>, dispatched at <paramref name="now"/>, costs from the limits.</summary>
    internal void Charge(QosRequest request, long now)
    {
        var floor = now - CatchUpNs;
        if (Limits.HasBurst)
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

        _total.Charge(request.TransferBytes, floor);
        if (request.TransfersToMedium) _write.Charge(request.TransferBytes, floor);
        else _read.Charge(request.TransferBytes, floor);
    }

    /// <summary>Puts new limits in force; credit is kept as seconds of burst. The scheduler places the volume anew.</summary>
    internal void Configure(VolumeLimits limits, long now)
    {
        EarnCredit(now);
        Limits = limits;
        _sustained.SetRate(limits.MaxIops, now);
        _burst.SetRate(limits.HasBurst ? limits.BurstIops : 0, now);
        _total.SetRate(limits.TotalBytesPerSecond, now);
        _read.SetRate(limits.ReadBytesPerSecond, now);
        _write.SetRate(limits.WriteBytesPerSecond, now);
    }

    // Time in which max was not used up is credit: a second at rest earns a second, a second at half of max half of one.
    private void EarnCredit(long now)
    {
        if (Limits.MaxIops == 0) return;
        var floor = now - CatchUpNs;
        if (_sustained.Next >= floor) return;
        CreditNs = Math.Min(CreditNsMax, CreditNs + (floor - _sustained.Next));
        _sustained.Raise(floor);
    }

    private long CreditPrice(QosRequest request) =>
        request.CostHundredths * NsPerHundredth / (Limits.BurstIops - Limits.MaxIops);
}
