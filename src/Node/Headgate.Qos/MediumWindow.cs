namespace Headgate.Qos;

/// <summary>
/// How much may be at the medium at one time, so that it is kept busy and no queue forms in it, where nobody knows who is
/// owed what. As TCP Vegas does (Brakmo, Peterson, 1995): latency is compared with the least that the medium was seen
/// to need for an access of that size; what is above it is time in a queue. Below a set ratio the window grows by steps,
/// above it it shrinks by a share. Pure: time is an argument.
/// <para>
/// Two windows are kept. The one for company keeps the queue so short that a neighbour's I/O finds the medium nearly
/// free; the one for a volume alone gives it all that the medium has, since the only one who waits is itself.
/// </para>
/// </summary>
public sealed class MediumWindow
{
    /// <summary>The least window, in hundredths: four small I/Os, or one large piece. It keeps two cores busy.</summary>
    public const long LeastHundredths = 4 * CostCurve.HundredthsPerIo;

    /// <summary>One I/O at a time: for a moment now and then, to see what the medium takes when nothing else is there.</summary>
    public const long ProbeHundredths = 1;

    /// <summary>Where the windows begin: a depth of 16, which SSDs need for most of their IOPS.</summary>
    public const long FirstHundredths = 16 * CostCurve.HundredthsPerIo;

    /// <summary>
    /// Latency by that of the idle medium up to which the window for company grows. At 2 a cloud disk (28 k IOPS at depth
    /// 1, 84 k at 16) gives 4 KiB at depth 4 and 64 KiB at depth 2: within 15 % of all that it can. At 3 the same neighbours
    /// got no more, and the p99 of a small I/O beside one reading 1 MiB was 0.8 ms instead of 0.5.
    /// </summary>
    public const double SharedRatio = 2;

    /// <summary>The same for a volume alone: a depth of 12 to 32.</summary>
    public const double AloneRatio = 12;

    /// <summary>Time that a volume counts as company after its last I/O: as long as the shortest window of the contract.</summary>
    public const long CompanyNs = 1_000_000_000;

    private const long EpochNs = 10_000_000; // ten decisions in the 100 ms in which changes have to take hold
    private const int SamplesMin = 16; // so that one hiccup does not decide
    private const long FloorAgeNs = 10_000_000_000; // BBR's time for a least round trip: media get slower, and are replaced
    private const int ProbeSamples = 56; // what was at the medium before, and two means of what it takes with nothing else
    private const long ProbeNsMax = 200_000_000; // 2 % of the time, also with a disk that turns
    private const int SizeClasses = 16; // powers of two from 4 KiB
    private const int FloorBatch = 8; // means of so many: a single access may have hit a cache below us

    private readonly SizeClass[] _classes = new SizeClass[2 * SizeClasses];
    private readonly long _mostHundredths;
    private long _shared;
    private long _alone;
    private long _epochEnds;
    private long _floorEnds;
    private long _probeEnds = long.MaxValue;
    private int _probeLeft = ProbeSamples; // the first ones tell what the idle medium takes
    private long _companyEnds = long.MinValue;
    private object? _lastOwner;
    private double _latencyNs, _floorNs;
    private int _samples;
    private bool _wasFull;

    private struct SizeClass
    {
        public double Floor, NextFloor, Batch;
        public int Count;
    }

    /// <summary>Begins with a middling window.</summary>
    /// <param name="mostHundredths">The most that it ever is.</param>
    public MediumWindow(long mostHundredths)
    {
        _mostHundredths = Math.Max(LeastHundredths, mostHundredths);
        _shared = _alone = Math.Min(FirstHundredths, _mostHundredths);
        Hundredths = ProbeHundredths;
    }

    /// <summary>The window now, in hundredths.</summary>
    public long Hundredths { get; private set; }

    /// <summary>Whether more than one volume was served in the last second.</summary>
    public bool IsShared { get; private set; }

    /// <summary>Mean latency of the last epoch by that of the idle medium; 1 is an idle medium, 0 not known.</summary>
    public double LatencyRatio { get; private set; }

    /// <summary>Notes that a volume asks for I/O, whatever it is: with more than one in a second there is company.</summary>
    public void NoteOwner(object owner, long now)
    {
        if (owner == _lastOwner) return;
        if (_lastOwner is not null)
        {
            _companyEnds = now + CompanyNs;
            IsShared = true; // at once
        }
        Hundredths = Math.Min(Hundredths, _shared);
        _lastOwner = owner;
    }

    /// <summary>Notes one access that has come back from the medium.</summary>
    /// <param name="bytes">Its size, or that of one piece.</param>
    /// <param name="isWrite">Writes and reads have floors of their own.</param>
    /// <param name="latencyNs">From dispatch to end, or the mean of its pieces.</param>
    /// <param name="isFull">Whether surplus waits for the window.</param>
    /// <param name="now">The time.</param>
    public void Note(long bytes, bool isWrite, long latencyNs, bool isFull, long now)
    {
        ref var size = ref _classes[ClassOf(bytes) + (isWrite ? SizeClasses : 0)];
        NoteFloor(ref size, latencyNs);
        if (size.Floor > 0)
        {
            _latencyNs += latencyNs;
            _floorNs += size.Floor;
            _samples++;
        }
        _wasFull |= isFull;
        if (_probeLeft > 0) Probe(now);
        else if (now >= _epochEnds) EndEpoch(now);
    }

    private static int ClassOf(long bytes) => Math.Clamp(Log2(bytes - 1) - 11, 0, SizeClasses - 1);

    private static int Log2(long value) => value <= 0 ? 0 : 63 - System.Numerics.BitOperations.LeadingZeroCount((ulong)value);

    private static void NoteFloor(ref SizeClass size, long latencyNs)
    {
        size.Batch += latencyNs;
        if (++size.Count < FloorBatch) return;
        var mean = size.Batch / FloorBatch;
        (size.Batch, size.Count) = (0, 0);
        if (size.NextFloor == 0 || mean < size.NextFloor) size.NextFloor = mean;
        if (size.Floor == 0 || mean < size.Floor) size.Floor = mean;
    }

    private void Probe(long now)
    {
        if (_probeEnds == long.MaxValue) _probeEnds = now + ProbeNsMax;
        if (--_probeLeft > 0 && now < _probeEnds) return;
        _probeLeft = 0;
        _floorEnds = now + FloorAgeNs;
        BeginEpoch(now);
    }

    private void EndEpoch(long now)
    {
        if (_samples >= SamplesMin)
        {
            LatencyRatio = _latencyNs / _floorNs;
            ref var window = ref now >= _companyEnds ? ref _alone : ref _shared;
            window = Adapt(window, now >= _companyEnds ? AloneRatio : SharedRatio);
        }
        else if (now < _floorEnds)
        {
            _epochEnds = now + EpochNs; // too few to tell: some more
            return;
        }
        BeginEpoch(now);
        if (now >= _floorEnds) RenewFloors();
    }

    private void BeginEpoch(long now)
    {
        (_samples, _latencyNs, _floorNs, _wasFull) = (0, 0, 0, false);
        _epochEnds = now + EpochNs;
        IsShared = now < _companyEnds;
        Hundredths = IsShared ? _shared : _alone;
    }

    private long Adapt(long window, double ratioMax)
    {
        if (LatencyRatio > ratioMax)
            return Math.Max(LeastHundredths, (long)(window * Math.Max(0.75, ratioMax / LatencyRatio))); // gently: it may have been one stall
        if (!_wasFull || LatencyRatio > 0.8 * ratioMax) return window; // near enough: no swinging to and fro
        return Math.Min(_mostHundredths, window + Math.Max(CostCurve.HundredthsPerIo, window / 16));
    }

    // Under steady load the least latency seen would creep up with the queue: now and then the queue is let run empty.
    private void RenewFloors()
    {
        for (var i = 0; i < _classes.Length; i++)
        {
            ref var size = ref _classes[i];
            if (size.NextFloor > 0) size.Floor = size.NextFloor;
            size.NextFloor = 0;
        }
        (_probeLeft, _probeEnds, Hundredths) = (ProbeSamples, long.MaxValue, ProbeHundredths);
    }
}
