namespace Headgate.Node.Io;

/// <summary>What a calibration found and how.</summary>
/// <param name="Iops">4 KiB I/Os per second that the medium took, rounded down to 100.</param>
/// <param name="Description">One sentence for people: what was done and for how long.</param>
public sealed record CalibrationResult(long Iops, string Description);

/// <summary>Measures how many 4 KiB I/Os per second the medium under a folder takes.</summary>
public static class MediumCalibration
{
    /// <summary>Runs for about <paramref name="duration"/> (at most 10 s) with a scratch file in <paramref name="folder"/>.</summary>
    public static CalibrationResult Run(string folder, TimeSpan duration) => throw new NotSupportedException(folder + duration);
}
