using Headgate.Initiator;

namespace Headgate.Crash.Tests;

/// <summary>One session's random work on its own part of a volume, until the connection ends.</summary>
internal sealed class Writer(Disk disk, BlockHistory history, int first, int sectors, Random random, CrashCounts counts)
{
    private const int LongMax = 512; // 256 KiB: solicited data, and several pages and chunks at once
    private const int AtomicMax = 256;
    private const int AtomicStep = 8; // alignment and granularity that VPD page B0 asks for, in 512-byte blocks

    public async Task RunAsync()
    {
        try
        {
            while (true) await StepAsync();
        }
        catch (IOException)
        {
            // the kill
        }
    }

    private async Task StepAsync()
    {
        switch (random.Next(20))
        {
            case < 7: await WriteAsync(fua: false); break;
            case < 10: await WriteAsync(fua: true); break;
            case < 12:
                await disk.FlushAsync();
                counts.Count("SYNCHRONIZE CACHE");
                break;
            case < 14: await ChangeAsync("UNMAP", LongMax, disk.Step, isZero: true, isWhole: false, (at, count, _) => disk.UnmapAsync(at, count)); break;
            case < 16: await ChangeAsync("WRITE SAME", LongMax, disk.Step, isZero: false, isWhole: false, disk.WriteSameAsync); break;
            case < 19 when disk.IsAtomic: await ChangeAsync("WRITE ATOMIC", AtomicMax, AtomicStep, isZero: false, isWhole: true, disk.WriteAtomicAsync); break;
            default: await CompareAsync(); break;
        }
    }

    private Task WriteAsync(bool fua) => ChangeAsync(
        fua ? "WRITE with FUA" : "WRITE", random.Next(4) == 0 ? LongMax : 24, disk.Step, isZero: false, isWhole: false,
        (at, count, value) => disk.WriteAsync(at, count, value, fua));

    private async Task ChangeAsync(string what, int most, int step, bool isZero, bool isWhole, Func<int, int, long, Task> change)
    {
        var count = (1 + random.Next(most / step)) * step;
        var at = first + random.Next((sectors - count) / step + 1) * step;
        var pending = history.Issue(at, count, isZero ? 0 : counts.NextValue(), isWhole);
        await change(at, count, pending.Value);
        history.Acknowledge(pending);
        counts.Count(what);
    }

    private async Task CompareAsync()
    {
        var found = await disk.ReadAsync(first, sectors);
        if (history.Compare(first, found) is { } problem) throw new InvalidDataException($"while running: {problem}");
        counts.Count("READ and compare");
    }
}
