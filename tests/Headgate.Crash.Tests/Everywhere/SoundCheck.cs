using System.Text.Json;

namespace Headgate.Crash.Tests.Everywhere;

/// <summary>Whether everything agrees: no orphan, no double, nothing stuck, ledger equal to the array.</summary>
internal static class SoundCheck
{
    private static readonly string[] AtRest = ["ready", "allocated", "deleted", "expunged"];

    /// <summary>Null, or what is wrong. Nothing may be under way.</summary>
    public static async Task<string?> ProblemAsync(Site site)
    {
        foreach (var operation in await site.Api.ListAsync("/api/v1/operations"))
        {
            if (operation.GetProperty("status").GetString() is not ("succeeded" or "failed")) return $"an operation is under way: {operation}";
        }
        foreach (var pool in await site.Api.ListAsync("/api/v1/pools"))
        {
            var (_, check) = await site.Api.SettleAsync(HttpMethod.Post, $"/api/v1/pools/{pool.GetProperty("name").GetString()}/check");
            if (check.GetProperty("findings").GetArrayLength() > 0) return $"pool check: {check}";
        }
        return await LedgersAsync(site);
    }

    /// <summary>Each pool's reservations are the sums over what it holds; the node has exactly that, each once and of its size.</summary>
    private static async Task<string?> LedgersAsync(Site site)
    {
        var all = await site.Api.ListAsync("/api/v1/volumes");
        if (all.Find(v => !AtRest.Contains(v.GetProperty("state").GetString())) is { ValueKind: JsonValueKind.Object } stuck) return $"a volume is stuck: {stuck}";
        if (all.GroupBy(v => v.GetProperty("name").GetString()).FirstOrDefault(same => same.Count() > 1) is { } twice) return $"{twice.Key} is there twice";
        var copies = (await site.Api.ListAsync("/api/v1/templates")).SelectMany(t => t.GetProperty("pools").EnumerateArray()).ToList();
        if (copies.Find(c => c.GetProperty("state").GetString() != "ready") is { ValueKind: JsonValueKind.Object } half) return $"a template's copy is stuck: {half}";
        foreach (var pool in await site.Api.ListAsync("/api/v1/pools"))
        {
            var name = pool.GetProperty("name").GetString();
            var volumes = all.FindAll(v => v.GetProperty("pool").GetString() == name);
            if (LedgerProblem(pool, volumes, isWithCopies: copies.Count > 0 && name == Site.Lun) is { } off) return off;
        }
        return await NodeAsync(site, all.FindAll(v => v.GetProperty("pool").GetString() == Site.Lun), copies.Count);
    }

    /// <summary>How large the copies of templates are is the storage's to say, so with them only the node's sum is compared.</summary>
    private static string? LedgerProblem(JsonElement pool, List<JsonElement> volumes, bool isWithCopies)
    {
        var (name, bytes, iops) = (pool.GetProperty("name").GetString(), pool.GetProperty("reservedBytes").GetInt64(), pool.GetProperty("reservedIops").GetInt64());
        if (iops != volumes.Sum(MinIops)) return $"the ledger of {name} has {iops} IOPS; its volumes are promised {volumes.Sum(MinIops)}";
        var sizes = volumes.Sum(Size);
        return isWithCopies || bytes == sizes ? null : $"the ledger of {name} has {bytes} bytes; its volumes are {sizes}";
    }

    /// <summary>The node has the volumes of its pool, but for those that are made later, and the copies of templates.</summary>
    private static async Task<string?> NodeAsync(Site site, List<JsonElement> volumes, int copies)
    {
        var later = volumes.FindAll(IsLater);
        var bytes = (await site.Api.GetAsync($"/api/v1/pools/{Site.Lun}")).GetProperty("reservedBytes").GetInt64() - later.Sum(Size);
        var ours = volumes.Where(v => !IsLater(v)).Select(Size).Order().ToList();
        var theirs = (await site.Element.CallAsync("ListActiveVolumes")).GetProperty("volumes").EnumerateArray().Select(v => v.GetProperty("totalSize").GetInt64()).Order().ToList();
        if (theirs.Count != ours.Count + copies) return $"the node has {theirs.Count} volumes; we know of {ours.Count} and {copies} copies of templates";
        if (theirs.Sum() != bytes) return $"the ledger has {bytes} bytes; the node's volumes are {theirs.Sum()}";
        return copies > 0 || ours.SequenceEqual(theirs) ? null : $"the node's volumes are of {string.Join(", ", theirs)} bytes; ours of {string.Join(", ", ours)}";
    }

    private static bool IsLater(JsonElement volume) => volume.GetProperty("state").GetString() == "allocated";

    private static long Size(JsonElement volume) => volume.GetProperty("sizeBytes").GetInt64();

    private static long MinIops(JsonElement volume) => volume.GetProperty("promises").EnumerateArray()
        .Where(p => p.GetProperty("promise").GetString() == "minIops" && p.TryGetProperty("granted", out var granted) && granted.ValueKind is JsonValueKind.Number)
        .Sum(p => p.GetProperty("granted").GetInt64());
}
