using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Headgate.Blocks.Tests;

/// <summary>A process that snapshots, clones and reverts under writes is killed at any moment; what it said was done, is.</summary>
public sealed class CrashTests
{
    private const string ChildVariable = "HG_BLOCKS_CRASH_CHILD";
    private const int Blocks = 64; // each in a MiB of its own, so that each is a chunk of a copy
    private const long Stride = 1 << 20;

    // The child is this same test program: with the variable set it works in that folder until it is killed.
#pragma warning disable CA2255 // not a library
    [ModuleInitializer]
    internal static void RunChild()
#pragma warning restore CA2255
    {
        if (Environment.GetEnvironmentVariable(ChildVariable) is not { } folder) return;
        using var store = VolumeStore.Open(folder);
        Work(store);
        Environment.Exit(1); // never: it is killed before
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(9)]
    public void Snapshots_and_durable_writes_survive_kill_9(int linesBeforeKill)
    {
        using var scratch = new Scratch();
        var (snapshots, acknowledged) = RunAndKill(scratch.Path, linesBeforeKill);
        for (var restart = 0; restart < 2; restart++)
        {
            using var store = VolumeStore.Open(scratch.Path, copyInBackground: restart > 0);
            var volume = store.Open(1);
            for (var block = 0; block < Blocks; block++)
            {
                // The write after the acknowledged one may or may not have got through.
                var seen = Read(volume, block);
                Assert.True(seen == acknowledged[block] || seen == acknowledged[block] + 1, $"block {block}: {seen}, said {acknowledged[block]}");
            }
            foreach (var snapshot in snapshots)
            {
                store.CloneSnapshot(snapshot, 1000 + snapshot);
                for (var block = 0; block < Blocks; block++) Assert.Equal(snapshot, Read(store.Open(1000 + snapshot), block));
                Assert.True(store.Delete(1000 + snapshot));
            }
        }
    }

    // Round after round: the round's number into every block, then a snapshot with that number.
    private static void Work(VolumeStore store)
    {
        store.Create(1, Blocks * Stride);
        var volume = store.Open(1);
        for (var round = 1; ; round++)
        {
            for (var block = 0; block < Blocks; block++)
            {
                Write(volume, block, round);
                Console.Out.WriteLine($"w {block} {round}");
            }
            store.Snapshot(1, round);
            Console.Out.WriteLine($"s {round}");
            if (round % 3 == 0) store.Revert(1, round); // to what it is: another generation, the same contents
            if (round > 4) store.DeleteSnapshot(round - 4);
            Console.Out.WriteLine($"d {round - 4}");
        }
    }

    private static (List<int> Snapshots, int[] Acknowledged) RunAndKill(string folder, int snapshotsBeforeKill)
    {
        var dll = typeof(CrashTests).Assembly.Location;
        var start = new ProcessStartInfo(Path.ChangeExtension(dll, null)) { RedirectStandardOutput = true };
        start.Environment[ChildVariable] = folder;
        using var child = Process.Start(start)!;
        var snapshots = new List<int>();
        var acknowledged = new int[Blocks];
        var isKilled = false;
        var after = 0;
        while (child.StandardOutput.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            if (words is ["w", _, _]) acknowledged[int.Parse(words[1])] = int.Parse(words[2]);
            if (words is ["s", _]) snapshots.Add(int.Parse(words[1]));
            // A deletion under way at the kill may be done already, though nobody said so: leave the oldest out early.
            if (words is ["s", _]) snapshots.Remove(int.Parse(words[1]) - 4);
            if (snapshots.Count >= Math.Min(snapshotsBeforeKill, 4) && acknowledged[0] > snapshotsBeforeKill) after++;
            if (isKilled || after < 20) continue;
            child.Kill(); // SIGKILL, in the middle of copies
            isKilled = true;
        }
        child.WaitForExit();
        Assert.True(isKilled, "the child ended by itself");
        return (snapshots, acknowledged);
    }

    private static void Write(IBlockDevice device, int block, int number)
    {
        var buffer = new byte[4096];
        BitConverter.TryWriteBytes(buffer, number);
        if (device.Write(block * Stride, buffer, durable: true) != IoFault.None) throw new IOException("write failed");
    }

    private static int Read(IBlockDevice device, int block)
    {
        var buffer = new byte[4096];
        Assert.Equal(IoFault.None, device.Read(block * Stride, buffer));
        return BitConverter.ToInt32(buffer);
    }
}
