using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Headgate.Initiator;
using Headgate.Interop.Harness;

namespace Headgate.Interop;

/// <summary>
/// kill -9 and start again: what was acknowledged as durable (FUA, or a write followed by SYNCHRONIZE CACHE) is there, and database
/// and storage agree. Every 4 KiB block written says where it belongs and which write of it this is.
/// </summary>
public sealed class DurabilityTests
{
    private const int IoBytes = 4096;
    private const int Workers = 3;
    private const int BlocksEach = 2000;
    private const int Rounds = 3;
    private const int DurableWritesPerRound = 300;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_write_acknowledged_as_durable_survives_a_kill()
    {
        var folder = Directory.CreateTempSubdirectory("hg-durability-").FullName;
        var ports = Ports.Free();
        var up = await HeadgateProcess.StartAsync(Path.Combine(folder, "data"), ports, "--capacity-iops", "50000");
        try
        {
            var lun = await Lun.CreateAsync(up, "durable", "1GiB", max: 40000);
            var durable = new ConcurrentDictionary<long, long>(); // block -> its last acknowledged write
            var tried = new ConcurrentDictionary<long, long>(); // block -> its last write, acknowledged or not
            for (var round = 0; round < Rounds; round++)
            {
                await WriteUntilKilledAsync(up, lun, round, durable, tried);
                await up.DisposeAsync();
                up = await HeadgateProcess.StartAsync(up.Data, ports, "--capacity-iops", "50000");

                Assert.Equal(lun, await Lun.ConnectAsync(up, "durable")); // the same target, LUN and secret
                await AssertAllThereAsync(lun, durable, tried);
                await AssertAgreesAsync(up);
            }
            TestContext.Current.TestOutputHelper?.WriteLine($"{durable.Count} blocks with durable writes over {Rounds} kills, none lost");
        }
        finally
        {
            await up.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_kill_in_the_middle_of_operations_leaves_every_volume_whole_or_gone()
    {
        var folder = Directory.CreateTempSubdirectory("hg-operations-").FullName;
        var ports = Ports.Free();
        var up = await HeadgateProcess.StartAsync(Path.Combine(folder, "data"), ports, "--capacity-iops", "50000");
        try
        {
            var starting = Enumerable.Range(0, 6).Select(i => up.CliAsync(
                "volume", "create", "--name", $"v{i}", "--disk-offering", "custom", "--size", "1GiB", "--max-iops", "500", "--no-wait")).ToArray();
            await Task.WhenAny(starting);
            await up.KillAsync();
            await Task.WhenAll(starting);
            await up.DisposeAsync();

            up = await HeadgateProcess.StartAsync(up.Data, ports, "--capacity-iops", "50000");

            await AllOperationsEndedAsync(up);
            var volumes = await up.CliJsonAsync("volume", "list");
            Assert.All(volumes.EnumerateArray(), volume => Assert.Equal("ready", volume.GetProperty("state").GetString()));
            Assert.Equal(
                starting.Count(task => task.Result.Exit == 0), // accepted before the kill
                volumes.EnumerateArray().Count(volume => starting[int.Parse(volume.GetProperty("name").GetString()![1..])].Result.Exit == 0));
            await AssertAgreesAsync(up);
        }
        finally
        {
            await up.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task WriteUntilKilledAsync(
        HeadgateProcess up, Lun lun, int round, ConcurrentDictionary<long, long> durable, ConcurrentDictionary<long, long> tried)
    {
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var acknowledged = 0;
        var workers = Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var login = await InitiatorSession.LoginAsync(lun.Address, (ushort)(round * Workers + worker + 1), Stop);
            await using var session = login.Session ?? throw new InvalidOperationException($"login refused: {login}");
            var random = new Random(round * Workers + worker);
            try
            {
                for (long write = (long)(round + 1) << 32; ; write++)
                {
                    if (worker % 2 == 0) await WriteForcedAsync(session, worker, random, write, durable, tried);
                    else await WriteFlushedAsync(session, worker, random, write, durable, tried);
                    if (Interlocked.Increment(ref acknowledged) == DurableWritesPerRound) enough.TrySetResult();
                }
            }
            catch (Exception end) when (end is IOException or EndOfStreamException)
            {
                // the kill
            }
        }, Stop)).ToArray();
        await await Task.WhenAny(enough.Task, Task.WhenAll(workers));
        Assert.True(enough.Task.IsCompletedSuccessfully, $"the writers ended after {acknowledged} writes:\n{up.Output}");
        await up.KillAsync();
        await Task.WhenAll(workers);
    }

    private static async Task WriteForcedAsync(
        InitiatorSession session, int worker, Random random, long write, ConcurrentDictionary<long, long> durable, ConcurrentDictionary<long, long> tried)
    {
        var block = Pick(worker, random);
        tried[block] = write;
        await session.WriteAsync(block * IoBytes, Content(block, write), fua: true, Stop);
        durable[block] = write;
    }

    private static async Task WriteFlushedAsync(
        InitiatorSession session, int worker, Random random, long write, ConcurrentDictionary<long, long> durable, ConcurrentDictionary<long, long> tried)
    {
        long[] blocks = [.. Enumerable.Range(0, 4).Select(_ => Pick(worker, random)).Distinct()];
        foreach (var block in blocks)
        {
            tried[block] = write;
            await session.WriteAsync(block * IoBytes, Content(block, write), fua: false, Stop);
        }
        await session.SynchronizeAsync(Stop);
        foreach (var block in blocks) durable[block] = write;
    }

    private static async Task AssertAllThereAsync(Lun lun, ConcurrentDictionary<long, long> durable, ConcurrentDictionary<long, long> tried)
    {
        var login = await InitiatorSession.LoginAsync(lun.Address, 999, Stop);
        await using var session = login.Session ?? throw new InvalidOperationException($"login refused: {login}");
        foreach (var (block, write) in durable)
        {
            var found = await session.ReadAsync(block * IoBytes, IoBytes, Stop);
            var seen = BinaryPrimitives.ReadInt64BigEndian(found.AsSpan(8));
            Assert.True(seen == write || seen == tried[block], $"block {block}: write {write:x} was acknowledged, {seen:x} is there");
            Assert.Equal(Content(block, seen), found);
        }
    }

    private static long Pick(int worker, Random random) => (worker * BlocksEach) + random.Next(BlocksEach);

    private static byte[] Content(long block, long write)
    {
        var content = new byte[IoBytes];
        content.AsSpan(16).Fill((byte)((block * 31) + write));
        BinaryPrimitives.WriteInt64BigEndian(content, block);
        BinaryPrimitives.WriteInt64BigEndian(content.AsSpan(8), write);
        content[^1] = (byte)(block ^ write); // the end belongs to the same write as the beginning
        return content;
    }

    private static async Task AssertAgreesAsync(HeadgateProcess up)
    {
        var check = await up.CliJsonAsync("pool", "check", "san1");
        Assert.Equal("[]", check.GetProperty("findings").GetRawText().Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal));
    }

    private static async Task AllOperationsEndedAsync(HeadgateProcess up)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Patience.Long;)
        {
            var operations = await up.CliJsonAsync("operation", "list");
            if (operations.EnumerateArray().All(Ended)) return;
        }
        Assert.Fail($"operations are still under way:\n{up.Output}");

        static bool Ended(JsonElement operation) => operation.GetProperty("status").GetString() is "succeeded" or "failed";
    }
}
