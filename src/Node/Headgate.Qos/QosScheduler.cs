namespace Headgate.Qos;

/// <summary>What <see cref="QosScheduler.TryNext"/> answers.</summary>
public enum NextKind
{
    /// <summary>This one goes to the medium now.</summary>
    Dispatch,

    /// <summary>Nothing before a point in time: limits hold all that waits, or there is no room for surplus.</summary>
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
/// had the least of it per weight, as long as <see cref="MediumWindow"/> has room. What a min is owed does not wait for
/// that room, so no neighbour's surplus stands in front of it here. Surplus does not count against a min, so a min holds
/// in any window, also in one that follows a time of plenty. Three heaps over volumes with I/O waiting make a decision
/// O(log n); idle volumes cost nothing.
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

    /// <summary>
    /// How late an I/O within a min may be looked at while the window is full. Completions come sooner, as a rule; this
    /// keeps the timer's rate bounded and is a quarter of the millisecond that the contract allows.
    /// </summary>
    private const long ReservationNapNs = 250_000;

    /// <summary>
    /// How much before its time an I/O of a volume that runs within its min may come and is yet owed at once: clients and
    /// networks jitter by some milliseconds. What a volume that wakes up gets more than its min in the first second, too:
    /// 0.8 %. (One that its limit held has <see cref="QosVolume.CatchUpNs"/>, so that with min = max lateness costs nothing.)
    /// </summary>
    private const long EarlyNs = 8_000_000;

    private readonly VolumeHeap _held = new();
    private readonly VolumeHeap _reserved = new();
    private readonly VolumeHeap _ready = new();
    private readonly Stack<int> _freeIndexes = new();
    private QosVolume[] _volumes = new QosVolume[16];
    private int _volumeCount;
    private PaceClock _capacity = new(10_000_000);
    private PaceClock _reservedCapacity = new(10_000_000);
    private long _capacityIops;
    private long _reservationOffset;
    private long _shareTime;

    /// <summary>I/Os at the medium at one time, at most.</summary>
    public int InFlightMax { get; set; } = int.MaxValue;

    /// <summary>Of <see cref="InFlightMax"/>, places that surplus leaves free for what a min is owed.</summary>
    public int ReservedPlaces { get; set; }

    /// <summary>
    /// Surplus goes to the medium while less than this is there, in hundredths; one I/O always may. Kept adapted to the
    /// medium's latency by <see cref="MediumWindow"/>.
    /// </summary>
    public long WindowHundredths { get; set; } = long.MaxValue;

    /// <summary>What of one I/O can be at the medium at one time, in hundredths: larger ones go there in pieces.</summary>
    public int PieceHundredths { get; set; } = int.MaxValue;

    /// <summary>I/Os dispatched and not yet completed.</summary>
    public int InFlight { get; private set; }

    /// <summary>Hundredths that they have at the medium.</summary>
    public long LoadHundredths { get; private set; }

    /// <summary>I/Os that wait, of all volumes.</summary>
    public int Waiting { get; private set; }

    /// <summary>Whether surplus waits only because the window is full.</summary>
    public bool IsWindowFull => _ready.Count > 0 && !HasSurplusRoom;

    /// <summary>
    /// Nanoseconds by which mins together have been put off for good since the start. It grows only in overload: while
    /// the medium gives less than the sum of the mins in demand.
    /// </summary>
    public long OverloadNs => _reservationOffset;

    private bool HasSurplusRoom =>
        InFlight == 0 || (LoadHundredths < WindowHundredths && InFlight < InFlightMax - ReservedPlaces);

    /// <summary>A new volume.</summary>
    /// <param name="limits">Its limits.</param>
    /// <param name="now">The time.</param>
    /// <param name="creditNs">Its credit in nanoseconds at burst, up to <see cref="QosVolume.CreditNsMax"/>, which is what a new one has.</param>
    public QosVolume Add(VolumeLimits limits, long now, long creditNs = QosVolume.CreditNsMax)
    {
        if (!_freeIndexes.TryPop(out var index)) index = _volumeCount++;
        if (index >= _volumes.Length) Array.Resize(ref _volumes, _volumes.Length * 2);
        _held.EnsureRoom(_volumes.Length);
        _reserved.EnsureRoom(_volumes.Length);
        _ready.EnsureRoom(_volumes.Length);
        return _volumes[index] = new QosVolume(index, limits, creditNs, now, now - _reservationOffset, _shareTime);
    }

    /// <summary>Forgets a volume in which nothing waits; nothing may be enqueued for it afterwards.</summary>
    public void Remove(QosVolume volume)
    {
        if (volume.Waiting > 0 || _volumes[volume.Index] != volume) return;
        _volumes[volume.Index] = null!;
        _freeIndexes.Push(volume.Index);
    }

    /// <summary>
    /// Normalised IOPS that may go to the medium in all; 0 leaves the pace to completions. Surplus waits for what has
    /// been charged in all, mins only for what mins were charged: a neighbour's large I/O does not put them off.
    /// </summary>
    public void SetCapacity(long iops, long now)
    {
        _capacity.SetRate(_capacityIops, iops, now);
        _reservedCapacity.SetRate(_capacityIops, iops, now);
        _capacityIops = iops;
    }

    /// <summary>Puts new limits in force now, for what waits too; nothing is lost or reordered.</summary>
    public void Configure(QosVolume volume, VolumeLimits limits, long now)
    {
        Withdraw(volume);
        volume.Configure(limits, now, now - _reservationOffset, _shareTime);
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
        // A ready volume's turn does not change; that of a held one only when bandwidth holds the other kind.
        if (volume.Place == VolumePlace.Idle || (volume.Place == VolumePlace.Held && volume.HasBandwidth)) Place(volume, now);
    }

    /// <summary>Takes back an I/O that waits; false when it does not (it is under way, or was never here).</summary>
    public bool TryCancel(QosRequest request, long now)
    {
        if (request.WaitsIn is not { } volume) return false;
        volume.Unlink(request);
        Waiting--;
        Place(volume, now);
        return true;
    }

    /// <summary>Takes a volume's first waiting I/O out, uncharged; null when none waits. For a volume that closes.</summary>
    public QosRequest? TakeFirst(QosVolume volume, long now)
    {
        var first = volume.Eldest;
        if (first is not null) TryCancel(first, now);
        return first;
    }

    /// <summary>A dispatched I/O has come back from the medium.</summary>
    public void Completed(QosRequest request)
    {
        InFlight--;
        LoadHundredths -= request.LoadHundredths;
    }

    /// <summary>This one, not before <paramref name="notBefore"/>, or nothing. A dispatched I/O is charged here.</summary>
    public NextKind TryNext(long now, out QosRequest? request, out long notBefore)
    {
        (request, notBefore) = (null, long.MaxValue);
        if (_held.Count > 0 && _held.TopKey <= now && TryServeHeld(now, out request)) return NextKind.Dispatch;
        while (_held.Count > 0 && _held.TopKey <= now) Promote(_volumes[_held.Top], now);
        if (InFlight >= InFlightMax) return NextKind.Nothing;

        if (_held.Count > 0) notBefore = _held.TopKey;
        if (_reserved.Count > 0 && _reservedCapacity.Next <= now)
        {
            if (IsReservationDue(_reserved.TopKey, now))
            {
                request = Serve(_volumes[_reserved.Top], isOwed: true, now);
                return NextKind.Dispatch;
            }
            if (!HasSurplusRoom || _capacity.Next > now)
                notBefore = Math.Min(notBefore, Math.Max(_reserved.TopKey + _reservationOffset, now + ReservationNapNs));
        }
        else if (_reserved.Count > 0)
        {
            notBefore = Math.Min(notBefore, _reservedCapacity.Next);
        }
        if (_ready.Count > 0 && HasSurplusRoom)
        {
            if (_capacity.Next <= now)
            {
                request = Serve(_volumes[_ready.Top], isOwed: false, now);
                return NextKind.Dispatch;
            }
            notBefore = Math.Min(notBefore, _capacity.Next);
        }
        return notBefore == long.MaxValue ? NextKind.Nothing : NextKind.NotBefore;
    }

    // Where limits are what holds volumes, nothing is ready and the node has room for each as it falls due: it goes straight
    // from the heap of the held back into it, which saves two heaps. Who has had how much counts only where room is short.
    private bool TryServeHeld(long now, out QosRequest? request)
    {
        request = null;
        if (_ready.Count > 0 || InFlight >= InFlightMax || _capacity.Next > now || _reservedCapacity.Next > now || !HasSurplusRoom) return false;
        var volume = _volumes[_held.Top];
        if (volume.EligibleAt(now) > now) return false;
        RaiseTags(volume, QosVolume.CatchUpNs, now);
        request = Serve(volume, volume.HasMin && IsReservationDue(volume.Reservation.Next, now), now);
        return true;
    }

    private bool IsReservationDue(long tag, long now)
    {
        var lag = now - _reservationOffset - tag;
        if (lag > ReservationLagNsMax) _reservationOffset += lag - ReservationLagNsMax;
        return lag >= 0;
    }

    private QosRequest Serve(QosVolume volume, bool isOwed, long now)
    {
        var request = volume.Head(now);
        volume.Unlink(request);
        Waiting--;
        InFlight++;
        request.LoadHundredths = Math.Min(request.CostHundredths, PieceHundredths); // by the pieces of now, not of when it came
        LoadHundredths += request.LoadHundredths;
        volume.Charge(request, now);
        _capacity.Charge(request.CostHundredths, now - QosVolume.CatchUpNs);
        if (isOwed)
        {
            _reservedCapacity.Charge(request.CostHundredths, now - QosVolume.CatchUpNs);
            volume.Reservation.Charge(request.CostHundredths, long.MinValue);
        }
        else
        {
            _shareTime = volume.Share.Next;
            volume.Share.Charge(request.CostHundredths, long.MinValue);
        }

        if (volume.Waiting == 0) Withdraw(volume);
        else if (volume.EligibleAt(now) is var at && at > now) Hold(volume, at);
        else if (volume.Place != VolumePlace.Ready) MakeReady(volume, now);
        else if (isOwed) _reserved.Set(volume.Index, volume.Reservation.Next);
        else _ready.Set(volume.Index, volume.Share.Next);
        if (_volumeCount > CacheHint.VolumesMin)
        {
            Expect(_held);
            Expect(_reserved);
            Expect(_ready);
        }
        return request;
    }

    // The first of a heap may be next, and the second the one after it: the volume is asked for two decisions before it is
    // read, and its first I/O, which only the volume tells, one decision before.
    private void Expect(VolumeHeap heap)
    {
        if (heap.Count == 0) return;
        _volumes[heap.Top].ExpectHead();
        CacheHint.Fetch(_volumes[heap.Second], QosVolume.CacheLines);
    }

    // The limit of a held volume's first I/O is over; that of the one that came to be first meanwhile may not be.
    private void Promote(QosVolume volume, long now)
    {
        if (volume.EligibleAt(now) is var at && at > now) _held.Set(volume.Index, at);
        else MakeReady(volume, now);
    }

    // Puts a volume where it belongs: nowhere, among the held, or among the ready.
    private void Place(QosVolume volume, long now)
    {
        if (volume.Waiting == 0) Withdraw(volume);
        else if (volume.EligibleAt(now) is var at && at > now) Hold(volume, at);
        else if (volume.Place != VolumePlace.Ready) MakeReady(volume, now);
    }

    private void Hold(QosVolume volume, long until)
    {
        if (volume.Place == VolumePlace.Ready) LeaveReady(volume);
        volume.Place = VolumePlace.Held;
        _held.Set(volume.Index, until);
    }

    private void MakeReady(QosVolume volume, long now)
    {
        var wasHeld = volume.Place == VolumePlace.Held;
        if (wasHeld) _held.Remove(volume.Index);
        volume.Place = VolumePlace.Ready;
        RaiseTags(volume, wasHeld ? QosVolume.CatchUpNs : EarlyNs, now);
        _ready.Set(volume.Index, volume.Share.Next);
        if (volume.HasMin) _reserved.Set(volume.Index, volume.Reservation.Next);
    }

    private void RaiseTags(QosVolume volume, long lagNs, long now)
    {
        volume.Share.Raise(_shareTime); // no saving up of surplus that its own limit, or its rest, made it miss
        if (volume.HasMin) volume.Reservation.Raise(now - _reservationOffset - lagNs);
    }

    private void Withdraw(QosVolume volume)
    {
        if (volume.Place == VolumePlace.Held) _held.Remove(volume.Index);
        else if (volume.Place == VolumePlace.Ready) LeaveReady(volume);
        volume.Place = VolumePlace.Idle;
    }

    private void LeaveReady(QosVolume volume)
    {
        _ready.Remove(volume.Index);
        if (volume.HasMin) _reserved.Remove(volume.Index);
    }
}
