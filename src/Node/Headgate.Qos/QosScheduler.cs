namespace Headgate.Qos;

/// <summary>What <see cref="QosScheduler.TryNext"/> answers.</summary>
public enum NextKind
{
    /// <summary>This one goes to the medium now.</summary>
    Dispatch,

    /// <summary>Nothing before a point in time: limits hold all that waits.</summary>
    NotBefore,

    /// <summary>Nothing until something is enqueued or completed.</summary>
    Nothing,
}

/// <summary>
/// Decides whose I/O goes to the medium next: the mClock family (Gulati, Merchant, Varman, "mClock: Handling Throughput
/// Variability for Hypervisor IO Scheduling", OSDI 2010) with burst credit and a cost curve. Pure: time is an argument,
/// in nanoseconds of any monotonic clock. One thread at a time.
/// <para>
/// A volume with I/O waiting is <em>held</em> (its max, burst or bandwidth says "not yet") or <em>ready</em>. Of the
/// ready ones, first those whose min is due, the longest due first; what is left, the surplus, goes to the one that has
/// had the least of it per weight. Surplus does not count against a min, so a min holds in any window, also in one that
/// follows a time of plenty. Three heaps over volumes with I/O waiting make a decision O(log n); idle volumes cost nothing.
/// </para>
/// </summary>
public sealed class QosScheduler
{
    /// <summary>
    /// How far mins may fall behind before the node counts as overloaded. Lag up to here is caught up, which a short
    /// stall of the medium needs; beyond it the reservation clock runs slower for all, so that each volume gets the
    /// same fraction of its min and one that wakes up does not wait until old debts are paid.
    /// </summary>
    public const long ReservationLagNsMax = 100_000_000;

    private readonly VolumeHeap<LimitSlot> _held = new();
    private readonly VolumeHeap<ReservationSlot> _reserved = new();
    private readonly VolumeHeap<ShareSlot> _ready = new();
    private PaceClock _capacity = new(10_000_000);
    private long _reservationOffset;
    private long _shareTime;

    /// <summary>I/Os at the medium at one time, at most.</summary>
    public int InFlightMax { get; set; } = int.MaxValue;

    /// <summary>I/Os dispatched and not yet completed.</summary>
    public int InFlight { get; private set; }

    /// <summary>I/Os that wait, of all volumes.</summary>
    public int Waiting { get; private set; }

    /// <summary>
    /// Nanoseconds by which mins together have been put off for good since the start. It grows only in overload: while
    /// the medium gives less than the sum of the mins in demand.
    /// </summary>
    public long OverloadNs => _reservationOffset;

    /// <summary>A new volume, with all its credit.</summary>
    public QosVolume Add(VolumeLimits limits, long now)
    {
        var volume = new QosVolume(limits, now);
        volume.Reservation.SetRate(limits.MinIops, now - _reservationOffset);
        volume.Share.SetRate(limits.EffectiveWeight, _shareTime);
        return volume;
    }

    /// <summary>Normalised IOPS that may go to the medium in all; 0 leaves the pace to completions.</summary>
    public void SetCapacity(long iops, long now) => _capacity.SetRate(iops, now);

    /// <summary>Puts new limits in force now, for what waits too; nothing is lost or reordered.</summary>
    public void Configure(QosVolume volume, VolumeLimits limits, long now)
    {
        RemoveFromHeaps(volume);
        volume.Configure(limits, now);
        volume.Reservation.SetRate(limits.MinIops, now - _reservationOffset);
        volume.Share.SetRate(limits.EffectiveWeight, _shareTime);
        Place(volume, now);
    }

    /// <summary>Puts one I/O at the end of its volume's queue.</summary>
    /// <param name="volume">Whose it is.</param>
    /// <param name="request">It must not wait anywhere.</param>
    /// <param name="cost">In hundredths, by <see cref="CostCurve.Of"/>.</param>
    /// <param name="bytes">Bytes that it moves, for bandwidth limits.</param>
    /// <param name="isWrite">Which bandwidth limit they count against.</param>
    /// <param name="now">The time.</param>
    public void Enqueue(QosVolume volume, QosRequest request, int cost, long bytes, bool isWrite, long now)
    {
        request.CostHundredths = cost;
        request.TransferBytes = bytes;
        request.TransfersToMedium = isWrite;
        volume.Append(request);
        Waiting++;
        if (volume.Waiting > 1) return;

        // It was idle: what its min did not use then is gone.
        volume.Reservation.Raise(now - _reservationOffset);
        Place(volume, now);
    }

    /// <summary>Takes back an I/O that waits; false when it does not (it is under way, or was never here).</summary>
    public bool TryCancel(QosRequest request, long now)
    {
        if (request.WaitsIn is not { } volume) return false;
        var wasHead = volume.Head == request;
        volume.Unlink(request);
        Waiting--;
        if (wasHead) Place(volume, now);
        return true;
    }

    /// <summary>Takes a volume's first waiting I/O out, uncharged; null when none waits. For a volume that closes.</summary>
    public QosRequest? TakeFirst(QosVolume volume, long now)
    {
        var first = volume.Head;
        if (first is not null) TryCancel(first, now);
        return first;
    }

    /// <summary>One dispatched I/O has come back from the medium.</summary>
    public void Completed() => InFlight--;

    /// <summary>This one, not before <paramref name="notBefore"/>, or nothing. A dispatched I/O is charged here.</summary>
    public NextKind TryNext(long now, out QosRequest? request, out long notBefore)
    {
        request = null;
        notBefore = long.MaxValue;
        while (_held.Count > 0 && _held.TopKey <= now)
        {
            var due = _held.Top;
            _held.Remove(due);
            MakeReady(due, now);
        }
        if (InFlight >= InFlightMax) return NextKind.Nothing;

        if (_ready.Count == 0 || _capacity.Next > now)
        {
            if (_ready.Count > 0) notBefore = _capacity.Next;
            else if (_held.Count > 0) notBefore = _held.TopKey;
            else return NextKind.Nothing;
            return NextKind.NotBefore;
        }

        request = IsReservationDue(now)
            ? Serve(_reserved.Top, fromReservation: true, now)
            : Serve(_ready.Top, fromReservation: false, now);
        return NextKind.Dispatch;
    }

    private bool IsReservationDue(long now)
    {
        if (_reserved.Count == 0) return false;
        var lag = now - _reservationOffset - _reserved.TopKey;
        if (lag > ReservationLagNsMax) _reservationOffset += lag - ReservationLagNsMax;
        return lag >= 0;
    }

    private QosRequest Serve(QosVolume volume, bool fromReservation, long now)
    {
        var request = volume.Head!;
        volume.Unlink(request);
        Waiting--;
        InFlight++;
        volume.Charge(request, now);
        _capacity.Charge(request.CostHundredths, now - QosVolume.CatchUpNs);
        if (fromReservation)
        {
            volume.Reservation.Charge(request.CostHundredths, long.MinValue);
        }
        else
        {
            _shareTime = volume.Share.Next;
            volume.Share.Charge(request.CostHundredths, long.MinValue);
        }

        if (volume.Head is null) RemoveFromHeaps(volume);
        else if (volume.EligibleAt(volume.Head, now) is var at && at > now) Hold(volume, at);
        else if (fromReservation) _reserved.Set(volume, volume.Reservation.Next);
        else _ready.Set(volume, volume.Share.Next);
        return request;
    }

    // Puts a volume where its first waiting I/O belongs: nowhere, among the held, or among the ready.
    private void Place(QosVolume volume, long now)
    {
        if (volume.Head is null) RemoveFromHeaps(volume);
        else if (volume.EligibleAt(volume.Head, now) is var at && at > now) Hold(volume, at);
        else if (!volume.IsReady)
        {
            _held.Remove(volume);
            MakeReady(volume, now);
        }
    }

    private void Hold(QosVolume volume, long until)
    {
        _reserved.Remove(volume);
        _ready.Remove(volume);
        _held.Set(volume, until);
    }

    private void MakeReady(QosVolume volume, long now)
    {
        volume.Share.Raise(_shareTime); // no saving up of surplus that its own limit, or its rest, made it miss
        _ready.Set(volume, volume.Share.Next);
        if (volume.Limits.MinIops == 0) return;

        // A volume that its limit held keeps a small lag, so that with min = max lateness does not cost it its min.
        volume.Reservation.Raise(now - _reservationOffset - QosVolume.CatchUpNs);
        _reserved.Set(volume, volume.Reservation.Next);
    }

    private void RemoveFromHeaps(QosVolume volume)
    {
        _held.Remove(volume);
        _reserved.Remove(volume);
        _ready.Remove(volume);
    }
}
