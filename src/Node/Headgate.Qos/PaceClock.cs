namespace Headgate.Qos;

/// <summary>
/// A rate kept as a point in time: <see cref="Next"/> is when everything charged so far will have been paid for at the
/// rate (the virtual scheduling form of a leaky bucket, ITU-T I.371's GCRA). What a unit takes is kept to 2^-32 ns and
/// rounded up, so that no rate drifts however small its unit, none is passed, and a charge costs one multiplication.
/// The rate itself is its owner's to know: at 24 bytes, the four of these that a decision touches are 96.
/// </summary>
/// <param name="nanosecondsPerUnit">Nanoseconds that one unit takes at a rate of 1: 1e7 for hundredths of an I/O, 1e9 for bytes.</param>
internal struct PaceClock(int nanosecondsPerUnit)
{
    private Ratio _perUnit;
    private uint _fraction;

    /// <summary>When the next charge may come, in nanoseconds.</summary>
    public long Next { get; private set; } = long.MinValue;

    /// <summary>Whether there is no limit.</summary>
    public readonly bool IsUnlimited => _perUnit.IsZero;

    /// <summary>Charges <paramref name="units"/>; time not used before <paramref name="floor"/> is lost.</summary>
    public void Charge(long units, long floor)
    {
        if (_perUnit.IsZero) return;
        Raise(floor);
        var whole = _perUnit.Times(units, out var fraction);
        _fraction += fraction;
        Next += whole + (_fraction < fraction ? 1 : 0);
    }

    /// <summary>Gives up the time before <paramref name="floor"/>.</summary>
    public void Raise(long floor)
    {
        if (Next >= floor) return;
        Next = floor;
        _fraction = 0;
    }

    /// <summary>
    /// Changes the rate at <paramref name="now"/>, in units per second; 0 for no limit. What is owed stays the same number of
    /// units, so it is paid at the new rate from here on: a raised limit takes hold at once, even after a large I/O under
    /// a small one.
    /// </summary>
    public void SetRate(long former, long rate, long now)
    {
        if (rate == former) return;
        if (rate == 0) Next = long.MinValue;
        else if (former == 0) Next = now;
        else if (Next > now) Next = now + (long)((Int128)(Next - now) * former / rate);
        _perUnit = rate == 0 ? default : Ratio.Of(nanosecondsPerUnit, rate);
        _fraction = 0;
    }
}
