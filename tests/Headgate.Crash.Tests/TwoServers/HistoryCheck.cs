using System.Text.Json;
using Headgate.Crash.Tests.Everywhere;

namespace Headgate.Crash.Tests.TwoServers;

/// <summary>Compares what everybody was told with what is there.</summary>
internal static class HistoryCheck
{
    /// <summary>What is lost, doubled, oversold or made up; empty when nothing is.</summary>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(Site site, IReadOnlyList<User> users)
    {
        var problems = new List<string>();
        if (await SoundCheck.ProblemAsync(site) is { } unsound) problems.Add(unsound);
        var volumes = (await site.Api.ListAsync("/api/v1/volumes")).ToDictionary(v => v.GetProperty("name").GetString()!);
        var snapshots = (await site.Api.ListAsync("/api/v1/snapshots")).ToLookup(s => s.GetProperty("volume").GetString()!);
        var operations = (await site.Api.ListAsync("/api/v1/operations")).Where(o => o.GetProperty("kind").GetString() == "volume.create")
            .ToDictionary(o => o.GetProperty("id").GetString()!);
        foreach (var known in users.SelectMany(u => u.History))
        {
            if (known.Operation is { } id && !operations.ContainsKey(id)) problems.Add($"{known.Name}: operation {id} was acknowledged and is not there");
            if (known.IsThere != volumes.Remove(known.Name, out var found)) problems.Add($"{known.Name} is {(known.IsThere ? "lost" : "there, though it was refused or expunged")}");
            else if (known.IsThere) problems.AddRange(Differences(known, found, snapshots[known.Name].Count()));
        }
        problems.AddRange(volumes.Keys.Select(name => $"{name} was asked for by nobody"));
        var asked = users.SelectMany(u => u.History).Count(known => known.Operation is not null);
        if (asked != operations.Count) problems.Add($"{asked} creations were acknowledged, and there are {operations.Count}");
        problems.AddRange(operations.Values.GroupBy(o => o.GetProperty("subjectId").GetString()).Where(same => same.Count() > 1).Select(same => $"volume {same.Key} was made {same.Count()} times"));
        return problems;
    }

    private static IEnumerable<string> Differences(Known known, JsonElement found, int snapshots)
    {
        var size = found.GetProperty("sizeBytes").GetInt64();
        if (size != known.SizeBytes) yield return $"{known.Name} has {size} bytes, and {known.SizeBytes} were acknowledged";
        if (snapshots != known.Snapshots) yield return $"{known.Name} has {snapshots} snapshots, and {known.Snapshots} were acknowledged";
    }
}
