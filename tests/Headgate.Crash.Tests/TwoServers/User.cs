using System.Net;
using System.Text.Json;
using Headgate.Crash.Tests.Everywhere;

namespace Headgate.Crash.Tests.TwoServers;

/// <summary>What a user was told of one of its volumes in the end.</summary>
/// <param name="Name">Unlike every other's.</param>
/// <param name="Key">The Idempotency-Key under which it was asked for.</param>
internal sealed record Known(string Name, string Key)
{
    /// <summary>The operation that was acknowledged; null when the request was refused.</summary>
    public string? Operation { get; set; }

    /// <summary>Whether it is there, as far as the user was told.</summary>
    public bool IsThere { get; set; }

    /// <summary>The size that was acknowledged last.</summary>
    public long SizeBytes { get; set; }

    /// <summary>How many snapshots of it were acknowledged.</summary>
    public int Snapshots { get; set; }
}

/// <summary>One of many: makes volumes, grows them, takes snapshots, expunges them; repeats with its key what was not answered, at the other server.</summary>
internal sealed class User(ApiCalls api, string name, Random random)
{
    private const long GiB = 1L << 30;
    private const int MostVolumes = 3;

    private readonly List<Known> _history = [];

    /// <summary>All that was ever asked for.</summary>
    public IReadOnlyList<Known> History => _history;

    /// <summary>Requests that were answered.</summary>
    public int Answered { get; private set; }

    public async Task WorkAsync(CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            var there = _history.Where(v => v.IsThere).ToList();
            if (there.Count == 0 || (there.Count < MostVolumes && random.Next(3) == 0)) await CreateAsync();
            else await ChangeAsync(there[random.Next(there.Count)]);
        }
    }

    private Task ChangeAsync(Known volume) => random.Next(4) switch
    {
        0 => GrowAsync(volume),
        1 when volume.Snapshots == 0 => SnapshotAsync(volume),
        2 when volume.Snapshots == 0 => ExpungeAsync(volume),
        _ => api.GetAsync($"/api/v1/volumes/{volume.Name}"),
    };

    private async Task CreateAsync()
    {
        var volume = new Known($"{name}-{_history.Count}", Guid.NewGuid().ToString()) { SizeBytes = GiB };
        _history.Add(volume);
        var (status, body) = await AskAsync(HttpMethod.Post, "/api/v1/volumes", new { name = volume.Name, diskOffering = "plain", sizeBytes = GiB }, volume.Key);
        if (status is HttpStatusCode.Conflict && ApiCalls.CodeOf(body) == "no-pool-fits") return;
        volume.Operation = Accepted(status, body);
        volume.IsThere = await SucceededAsync(volume.Operation);
    }

    private async Task GrowAsync(Known volume)
    {
        var size = volume.SizeBytes + GiB;
        var (status, body) = await AskAsync(HttpMethod.Post, $"/api/v1/volumes/{volume.Name}/resize", new { sizeBytes = size }, Guid.NewGuid().ToString());
        if (status is HttpStatusCode.Conflict) return; // full
        if (await SucceededAsync(Accepted(status, body))) volume.SizeBytes = size;
    }

    private async Task SnapshotAsync(Known volume)
    {
        var (status, body) = await AskAsync(HttpMethod.Post, "/api/v1/snapshots", new { volume = volume.Name, name = volume.Name + "-s" }, Guid.NewGuid().ToString());
        if (await SucceededAsync(Accepted(status, body))) volume.Snapshots++;
    }

    private async Task ExpungeAsync(Known volume)
    {
        // Not repeatable by a key, so a repeat may find it done.
        var (status, body) = await AskAsync(HttpMethod.Delete, $"/api/v1/volumes/{volume.Name}", null, null);
        if (status is HttpStatusCode.Accepted) await SucceededAsync(Accepted(status, body));
        else await QuietAsync(volume);
        (status, body) = await AskAsync(HttpMethod.Post, $"/api/v1/volumes/{volume.Name}/expunge", null, Guid.NewGuid().ToString());
        if (await SucceededAsync(Accepted(status, body))) volume.IsThere = false;
    }

    /// <summary>The delete that was repeated may still be under way: its end is waited for.</summary>
    private async Task QuietAsync(Known volume)
    {
        var id = (await api.GetAsync($"/api/v1/volumes/{volume.Name}")).GetProperty("id").GetString();
        foreach (var operation in (await api.GetAsync($"/api/v1/operations?subject={id}&limit=1000")).GetProperty("items").EnumerateArray())
            await api.EndedAsync(operation.GetProperty("id").GetString()!);
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> AskAsync(HttpMethod method, string address, object? body, string? key)
    {
        var answer = await api.SettleAsync(method, address, body, key);
        Answered++;
        return answer;
    }

    private static string Accepted(HttpStatusCode status, JsonElement body) => status is HttpStatusCode.Accepted
        ? body.GetProperty("id").GetString()!
        : throw new InvalidDataException($"a request was answered with {(int)status} {body}");

    private async Task<bool> SucceededAsync(string operation)
    {
        var ended = await api.EndedAsync(operation);
        return ended.GetProperty("status").GetString() == "succeeded" ? true : throw new InvalidDataException($"an operation failed: {ended}");
    }
}
