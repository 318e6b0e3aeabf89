using System.Diagnostics;
using System.Net;
using Headgate.Initiator;
using Headgate.Node;

namespace Headgate.Crash.Tests;

/// <summary>A volume under test.</summary>
internal sealed record TestedVolume(string Name, long Id, int BlockBytes, BlockHistory History);

/// <summary>
/// Kills <c>headgate node</c> with SIGKILL at random points of random work, and inside its start; starts it again and
/// compares all that is there with all that was acknowledged.
/// </summary>
internal sealed class CrashRun : IDisposable
{
    private const int SessionsPerVolume = 2;
    private const int PartSectors = 1024; // 512 KiB for each session
    private const string InitiatorName = "iqn.2026-01.org.headgate:crash";
    private const string AccountName = "crash";

    private readonly string _data;
    private readonly Random _random;
    private readonly int _iscsiPort;
    private readonly int _elementPort;
    private readonly CrashCounts _counts = new();
    private readonly Images _images;
    private readonly List<TestedVolume> _volumes = [];
    private readonly ElementCalls _calls;
    private readonly Dictionary<long, string> _targets = [];
    private string _secret = "";
    private NodeProcess _node = null!;
    private ushort _session;
    private int _killsInStart;

    public CrashRun(string data, int seed)
    {
        _data = data;
        _random = new Random(seed);
        _images = new Images(new Random(seed + 1), _counts);
        var ports = FreePorts.Take(2);
        (_iscsiPort, _elementPort) = (ports[0], ports[1]);
        _calls = new ElementCalls(_elementPort);
    }

    public override string ToString() => $"{_killsInStart} of the kills inside a start; {_counts}";

    /// <summary>Makes the data folder, with the password that we know, and the volumes.</summary>
    public async Task PrepareAsync()
    {
        await using (await StorageNode.StartAsync(new StorageNodeOptions
        {
            DataFolder = Path.Combine(_data, "node"), IscsiEndpoint = new IPEndPoint(IPAddress.Loopback, 0),
            ElementEndpoint = new IPEndPoint(IPAddress.Loopback, 0), CapacityIops = 100_000, AdminPassword = ElementCalls.Password,
        }))
        {
        }
        _node = NodeProcess.Begin(_data, _iscsiPort, _elementPort);
        await _node.ReadyAsync();
        var account = (await _calls.CallAsync("AddAccount", $$"""{"username":"{{AccountName}}"}""")).GetProperty("accountID").GetInt64();
        _secret = (await _calls.CallAsync("GetAccountByID", $$"""{"accountID":{{account}}}""")).GetProperty("account").GetProperty("initiatorSecret").GetString()!;
        foreach (var (name, is512) in ((string, string)[])[("v1", "true"), ("v2", "true"), ("v3", "false")])
        {
            var id = (await _calls.CallAsync("CreateVolume",
                $$$"""{"name":"{{{name}}}","accountID":{{{account}}},"totalSize":1000000000,"enable512e":{{{is512}}},"qos":{"minIOPS":100,"maxIOPS":100000,"burstIOPS":100000}}"""))
                .GetProperty("volumeID").GetInt64();
            _volumes.Add(new TestedVolume(name, id, is512 == "true" ? 512 : 4096, new BlockHistory(SessionsPerVolume * PartSectors)));
        }
    }

    /// <summary>Works, kills, starts, compares. Null, or what is wrong.</summary>
    public async Task<string?> RoundAsync(bool checksAll)
    {
        await WorkUntilKilledAsync();
        while (_random.Next(6) == 0) await KillInStartAsync();
        _node = NodeProcess.Begin(_data, _iscsiPort, _elementPort);
        await _node.ReadyAsync();
        if (await _images.ReconcileAsync(_calls, _volumes) is { } problem) return problem;
        return CheckFiles(await KnownIdsAsync()) ?? await CheckContentsAsync(checksAll);
    }

    public void Dispose()
    {
        _node?.Dispose();
        _calls.Dispose();
    }

    private async Task WorkUntilKilledAsync()
    {
        await FindTargetsAsync();
        var sessions = new List<InitiatorSession>();
        var work = new List<Task>();
        foreach (var volume in _volumes)
        {
            for (var part = 0; part < SessionsPerVolume; part++)
            {
                var session = await LoginAsync(volume.Id);
                sessions.Add(session);
                var disk = await new Disk(session, volume.BlockBytes).InquireAsync();
                var writer = new Writer(disk, volume.History, part * PartSectors, PartSectors, new Random(_random.Next()), _counts);
                work.Add(writer.RunAsync());
            }
        }
        work.Add(_images.RunAsync(_calls, _volumes));
        var enough = _counts.After(1 + _random.Next(_random.Next(4) == 0 ? 1500 : 250));
        var first = await Task.WhenAny([enough, .. work]);
        _node.Dispose(); // kill -9
        await Task.WhenAll(work);
        foreach (var session in sessions) await session.DisposeAsync();
        if (first != enough) throw new InvalidDataException($"the work ended before the kill:\n{_node.Output}");
    }

    private async Task KillInStartAsync()
    {
        using var node = NodeProcess.Begin(_data, _iscsiPort, _elementPort);
        await Task.Delay(_random.Next(2500), TestContext.Current.CancellationToken); // a random moment, not a wait for anything
        node.Kill();
        _killsInStart++;
    }

    private async Task FindTargetsAsync()
    {
        _targets.Clear();
        foreach (var row in (await _calls.CallAsync("ListActiveVolumes")).GetProperty("volumes").EnumerateArray())
            _targets[row.GetProperty("volumeID").GetInt64()] = row.GetProperty("iqn").GetString()!;
    }

    private async Task<InitiatorSession> LoginAsync(long volumeId)
    {
        var lun = new LunAddress($"127.0.0.1:{_iscsiPort}", _targets[volumeId], 0, AccountName, _secret, InitiatorName);
        var login = await InitiatorSession.LoginAsync(lun, ++_session, TestContext.Current.CancellationToken);
        return login.Session ?? throw new InvalidDataException($"login refused: {login}");
    }

    private async Task<HashSet<string>> KnownIdsAsync() =>
    [
        .. (await _calls.IdsAsync("ListActiveVolumes", "volumes", "volumeID")).Select(id => $"volume-{id}"),
        .. (await _calls.IdsAsync("ListSnapshots", "snapshots", "snapshotID")).Select(id => $"snapshot-{id}"),
    ];

    // What is deleted may stay as long as copies out of it are under way: it is marked .gone then.
    private string? CheckFiles(HashSet<string> known)
    {
        var files = Directory.GetFiles(Path.Combine(_data, "node", "volumes")).Select(Path.GetFileName).OfType<string>().ToList();
        foreach (var file in files.Where(file => file != "store.lock"))
        {
            if (file.EndsWith(".tmp", StringComparison.Ordinal) || file.EndsWith(".intent", StringComparison.Ordinal)) return $"{file} is left over";
            var image = string.Join('.', file.Split('.')[..2]);
            if (!known.Contains(file.Split('.')[0]) && !files.Contains($"{image}.gone")) return $"{file} belongs to nothing";
        }
        return null;
    }

    private async Task<string?> CheckContentsAsync(bool checksAll)
    {
        await FindTargetsAsync();
        foreach (var volume in _volumes)
            if (await CheckAsync(volume.Id, volume.BlockBytes, volume.History) is { } problem) return $"volume {volume.Name}: {problem}";
        foreach (var clone in Some(_images.Clones, checksAll))
            if (await CheckAsync(clone.Id, clone.BlockBytes, clone.History) is { } problem) return $"clone {clone.Name}: {problem}";
        foreach (var snapshot in Some(_images.Snapshots, checksAll))
            if (await CheckSnapshotAsync(snapshot) is { } problem) return $"snapshot {snapshot.Name}: {problem}";
        return null;
    }

    private List<Image> Some(Dictionary<string, Image> images, bool all) =>
        all || images.Count == 0 ? [.. images.Values] : [images.Values.ElementAt(_random.Next(images.Count))];

    private async Task<string?> CheckSnapshotAsync(Image snapshot)
    {
        var made = await _calls.CallAsync("CloneVolume", $$"""{"volumeID":{{snapshot.VolumeId}},"snapshotID":{{snapshot.Id}},"name":"look"}""");
        var id = made.GetProperty("volumeID").GetInt64();
        await FindTargetsAsync();
        var problem = await CheckAsync(id, snapshot.BlockBytes, snapshot.History);
        await _calls.CallAsync("DeleteVolume", $$"""{"volumeID":{{id}}}""");
        await _calls.CallAsync("PurgeDeletedVolume", $$"""{"volumeID":{{id}}}""");
        return problem;
    }

    private async Task<string?> CheckAsync(long volumeId, int blockBytes, BlockHistory history)
    {
        await using var session = await LoginAsync(volumeId);
        return history.Settle(await new Disk(session, blockBytes).ReadAsync(0, history.Sectors));
    }
}
