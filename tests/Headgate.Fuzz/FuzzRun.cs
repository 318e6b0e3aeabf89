using System.Diagnostics;
using System.Globalization;

namespace Headgate.Fuzz;

/// <summary>A run over one surface: epochs, watchdog, memory, and what to keep when something is found.</summary>
internal sealed class FuzzRun(Surface surface, ulong seed, TextWriter output, string folder)
{
    /// <summary>An input that takes so long hangs; the slowest lawful one, an overwrite of the whole unit, takes milliseconds.</summary>
    private static readonly TimeSpan HangAfter = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The heap after the run may be so much above what it was at a tenth of it: pools and the corpus still fill a
    /// little. A leak of 100 bytes per input would be 1 GB after ten million.
    /// </summary>
    private const long GrowthBytesMax = 48 << 20;

    private readonly Corpus _corpus = new(keep: 4096);
    private long _inputs;
    private Epoch? _epoch;

    public long Inputs => Interlocked.Read(ref _inputs);

    public int Signatures => _corpus.Signatures;

    /// <summary>Feeds so many inputs; false when something was found.</summary>
    public bool Run(long inputs)
    {
        var clock = Stopwatch.StartNew();
        using var watchdog = new Timer(_ => Watch(), null, HangAfter, HangAfter);
        var (reported, warmHeap) = (TimeSpan.Zero, 0L);
        for (var number = 0UL; Inputs < inputs; number++)
        {
            if (!RunEpoch(number, inputs)) return false;
            if (warmHeap == 0 && Inputs >= inputs / 10) warmHeap = Heap();
            if (clock.Elapsed - reported < ReportEvery) continue;
            reported = clock.Elapsed;
            Report(clock.Elapsed);
        }
        var grown = Heap() - warmHeap;
        Report(clock.Elapsed, $", heap {warmHeap >> 20} MiB when warm, {grown / 1024.0 / 1024:+0.0;-0.0;0} MiB at the end");
        if (grown <= GrowthBytesMax) return true;
        output.WriteLine($"FOUND {surface.Name}: the heap has grown by {grown >> 20} MiB; at most {GrowthBytesMax >> 20} are expected.");
        return false;
    }

    private bool RunEpoch(ulong number, long inputs)
    {
        var epochSeed = new Dice(seed ^ (number * 0xD6E8_FEB8_6659_FD93)).Next();
        var count = (int)Math.Min(surface.EpochInputs, inputs - Inputs);
        _epoch = Epoch.Fresh(epochSeed, count, _corpus, _ => Interlocked.Increment(ref _inputs));
        try
        {
            surface.Run(_epoch);
            return true;
        }
#pragma warning disable CA1031 // whatever is thrown is what we look for
        catch (Exception finding)
#pragma warning restore CA1031
        {
            Keep(finding.ToString());
            return false;
        }
    }

    private void Watch()
    {
        var seen = Interlocked.Exchange(ref _watched, Inputs);
        if (seen != Inputs) return;
        Keep($"no input finished in {HangAfter.TotalSeconds} s");
        Environment.Exit(3);
    }

    private long _watched = -1;

    private void Keep(string what)
    {
        var epoch = _epoch!;
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"fuzz-{surface.Name}-{seed}-{Inputs}.bin"));
        Trace.Write(path, epoch.Inputs);
        output.WriteLine($"FOUND {surface.Name} with --seed {seed} at input {Inputs}: {what}");
        output.WriteLine($"  last input {Convert.ToHexString(epoch.Inputs.Count == 0 ? [] : epoch.Inputs[^1].AsSpan(0, Math.Min(256, epoch.Inputs[^1].Length)))}");
        output.WriteLine($"  all inputs since the subject was fresh: {path} (give it to --surface {surface.Name} --replay)");
        output.Flush();
    }

    private void Report(TimeSpan took, string more = "")
    {
        var rate = Inputs / Math.Max(0.001, took.TotalSeconds);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{surface.Name,-6} {Inputs,11} inputs, {took.TotalSeconds,7:0.0} s, {rate,8:0} per s, {_corpus.Signatures} answers told apart, {_corpus.Count} inputs kept{more}"));
        output.Flush();
    }

    private static long Heap()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}

/// <summary>Inputs in a file: each with its length in front.</summary>
internal static class Trace
{
    public static void Write(string path, IReadOnlyList<byte[]> inputs)
    {
        using var file = new BinaryWriter(File.Create(path));
        foreach (var input in inputs)
        {
            file.Write(input.Length);
            file.Write(input);
        }
    }

    public static IReadOnlyList<byte[]> Read(string path)
    {
        using var file = new BinaryReader(File.OpenRead(path));
        var inputs = new List<byte[]>();
        while (file.BaseStream.Position < file.BaseStream.Length) inputs.Add(file.ReadBytes(file.ReadInt32()));
        return inputs;
    }
}
