using System.Text.Json;

namespace Headgate.Crash.Tests.Everywhere;

/// <summary>Whether everything agrees: no orphan, no double, nothing stuck, ledger equal to the array.</summary>
internal static class SoundCheck
{
    private static readonly string[] AtRest = ["ready", "deleted", "expunged"];

    /// <summary>Null, or what is wrong. Nothing may be under way.</summary>
    public static async Task<string?> ProblemAsync(Site site)
    {
        foreach (var operation in await site.Api.ListAsync("/api/v1/operations"))
        {
            if (operation.GetProperty("status").GetString() is not ("succeeded" or "failed")) return $"an operation is under way: {operation}";
        }
        var (_, check) = await site.Api.SettleAsync(HttpMethod.Post, "/api/v1/pools/san1/check");
        if (check.GetProperty("findings").GetArrayLength() > 0) return $"pool check: {check}";
        return await LedgerAsync(site);
    }

    /// <summary>The pool's reservations are the sums over what it holds; the node has exactly that, each once and of its size.</summary>
    private static async Task<string?> LedgerAsync(Site site)
    {
        var volumes = await site.Api.ListAsync("/api/v1/volumes");
        if (volumes.Find(v => !AtRest.Contains(v.GetProperty("state").GetString())) is { ValueKind: JsonValueKind.Object } stuck) return $"a volume is stuck: {stuck}";
        if (volumes.GroupBy(v => v.GetProperty("name").GetString()).FirstOrDefault(same => same.Count() > 1) is { } twice) return $"{twice.Key} is there twice";
        var copies = (await site.Api.ListAsync("/api/v1/templates")).SelectMany(t => t.GetProperty("pools").EnumerateArray()).ToList();
        if (copies.Find(c => c.GetProperty("state").GetString() != "ready") is { ValueKind: JsonValueKind.Object } half) return $"a template's copy is stuck: {half}";
        var pool = await site.Api.GetAsync("/api/v1/pools/san1");
        var (bytes, iops) = (pool.GetProperty("reservedBytes").GetInt64(), pool.GetProperty("reservedIops").GetInt64());
        if (iops != volumes.Sum(MinIops)) return $"the ledger has {iops} IOPS; its volumes are promised {volumes.Sum(MinIops)}";

        var ours = volumes.Select(v => v.GetProperty("sizeBytes").GetInt64()).Order().ToList();
        var theirs = (await site.Element.CallAsync("ListActiveVolumes")).GetProperty("volumes").EnumerateArray().Select(v => v.GetProperty("totalSize").GetInt64()).Order().ToList();
        if (theirs.Count != ours.Count + copies.Count) return $"the node has {theirs.Count} volumes; we know of {ours.Count} and {copies.Count} copies of templates";
        if (theirs.Sum() != bytes) return $"the ledger has {bytes} bytes; the node's volumes are {theirs.Sum()}";
        return copies.Count > 0 || ours.SequenceEqual(theirs) ? null : $"the node's volumes are of {string.Join(", ", theirs)} bytes; ours of {string.Join(", ", ours)}";
    }

    private static long MinIops(JsonElement volume) => volume.GetProperty("promises").EnumerateArray()
        .Where(p => p.GetProperty("promise").GetString() == "minIops" && p.TryGetProperty("granted", out var granted) && granted.ValueKind is JsonValueKind.Number)
        .Sum(p => p.GetProperty("granted").GetInt64());
}
