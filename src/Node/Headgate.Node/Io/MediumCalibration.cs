using System.Diagnostics;
using System.Runtime.InteropServices;
using Headgate.Blocks;

namespace Headgate.Node.Io;

/// <summary>What a calibration found and how.</summary>
/// <param name="Iops">4 KiB I/Os per second that the medium took, rounded down to 100.</param>
/// <param name="Description">One sentence for people: what was done and for how long.</param>
public sealed record CalibrationResult(long Iops, string Description);

/// <summary>
/// Measures how many 4 KiB I/Os per second the way to the medium takes, as volumes use it: random, 70 % reads, eight at a
/// time, past the page cache where volumes go past it. It is a start value for admission, not a benchmark: a short run
/// says little about a device that slows down under sustained writes, and the description says what was done, so that an
/// admin can set a better number.
/// </summary>
public static class MediumCalibration
{
    private const int IoBytes = 4096;
    private const long ScratchBytesMax = 64L << 20; // large enough that one page is rarely hit twice, small enough to write in no time
    private const int ReadPercent = 70; // the mix that storage is commonly rated with
    private const int RandomSeed = 0x48454144; // the same order of pages each time
    private const int RoundTo = 100;
    private const int FillBytes = 1 << 20;

    // What the window at the medium allows small I/O in company: most of what an SSD gives, with hardly a queue.
    private const int Depth = 8;
    private const int AlignmentBytes = 4096; // what direct I/O asks of memory, at most

    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Runs for about <paramref name="duration"/> (at most 10 s), the writing of its scratch file in
    /// <paramref name="folder"/> included. Where that alone would take more than half of it, the file is smaller.
    /// </summary>
    /// <exception cref="IOException">The scratch file cannot be made or used.</exception>
    public static CalibrationResult Run(string folder, TimeSpan duration, FileIoMode mode = FileIoMode.Auto)
    {
        if (duration > LongestRun) duration = LongestRun;
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"calibration-{Environment.ProcessId}.tmp"); // a crash's leftover goes with the store's own
        var began = Stopwatch.GetTimestamp();
        var io = DirectIoProbe.Choose(folder, mode);
        using var device = FileBlockDevice.Create(path, ScratchBytesMax, io);
        File.Delete(path); // the open file stays until it is closed, whatever happens
        var filled = Fill(device, began, duration / 2);

        var counts = new long[Depth];
        var failed = false;
        var started = Stopwatch.GetTimestamp();
        var left = duration - Stopwatch.GetElapsedTime(began, started);
        if (left < duration / 4) left = duration / 4; // one slow write must not leave nothing to count
        var workers = new Thread[Depth];
        for (var i = 0; i < Depth; i++)
        {
            var index = i;
            workers[i] = new Thread(() =>
            {
                counts[index] = Load(device, new Random(RandomSeed + index), filled, started, left);
                if (counts[index] < 0) Volatile.Write(ref failed, true);
            }) { IsBackground = true, Name = $"hg-calibrate-{i}" };
            workers[i].Start();
        }
        foreach (var worker in workers) worker.Join();
        if (failed) throw new IOException($"Calibrating in {folder} failed: the scratch file could not be read or written.");

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var iops = Math.Max(RoundTo, (long)(counts.Sum() / seconds) / RoundTo * RoundTo);
        return new CalibrationResult(iops,
            $"random 4 KiB I/O, {Depth} at a time, {ReadPercent} % reads, {io.Name} I/O on a scratch file of "
            + $"{filled >> 20} MiB in {folder} for {seconds:0.0} s: {iops} IOPS.");
    }

    // Bytes written: all, or what could be in the time; at least one piece.
    private static long Fill(FileBlockDevice device, long began, TimeSpan most)
    {
        var block = AlignedBuffer(FillBytes);
        new Random(RandomSeed).NextBytes(block);
        long filled = 0;
        do
        {
            if (device.Write(filled, block, durable: false) is var fault and not IoFault.None)
                throw new IOException($"The scratch file for calibration could not be written: {fault}.");
            filled += FillBytes;
        }
        while (filled < ScratchBytesMax && Stopwatch.GetElapsedTime(began) < most);
        return filled;
    }

    // I/Os done, or -1 when one failed.
    private static long Load(FileBlockDevice device, Random random, long bytes, long started, TimeSpan duration)
    {
        var buffer = AlignedBuffer(IoBytes);
        long count = 0;
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            var offset = random.NextInt64(bytes / IoBytes) * IoBytes;
            var fault = random.Next(100) < ReadPercent ? device.Read(offset, buffer) : device.Write(offset, buffer, durable: false);
            if (fault != IoFault.None) return -1;
            count++;
        }
        return count;
    }

    private static Span<byte> AlignedBuffer(int bytes)
    {
        var room = GC.AllocateArray<byte>(bytes + AlignmentBytes, pinned: true);
        var past = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(room, 0) & (AlignmentBytes - 1));
        return room.AsSpan(past == 0 ? 0 : AlignmentBytes - past, bytes);
    }
}
