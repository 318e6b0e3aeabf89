using System.Net;
using System.Text.Json;

namespace Headgate.Crash.Tests.Everywhere;

/// <summary>
/// Takes one kind of change through a death of its server at every point that it passes, one after the other: the first, the second,
/// until it comes to its end before its server reaches the one that is asked for.
/// </summary>
internal sealed class Sweep(Site site, Action<string> say)
{
    private const int MostPoints = 400; // an operation has some forty; more is a kill switch that does not work
    private int _made;

    /// <summary>Points at which a server was killed.</summary>
    public int Killed { get; private set; }

    /// <summary>All points of <paramref name="scenario"/>; null, or what went wrong.</summary>
    public async Task<string?> AllAsync(Scenario scenario)
    {
        var points = new List<string>();
        for (var point = 1; point <= MostPoints; point++)
        {
            var (died, problem) = await PointAsync(scenario, point);
            if (problem is not null) return problem;
            if (died is null)
            {
                say($"{scenario.Name}: killed at each of {points.Count} points, and came to its end each time");
                return null;
            }
            points.Add(died);
            say($"{scenario.Name} {point}: {died}");
        }
        return $"{scenario.Name} still passes points after {MostPoints}";
    }

    /// <summary>One point. <c>Died</c> is null when the change was through before it.</summary>
    public async Task<(string? Died, string? Problem)> PointAsync(Scenario scenario, int point)
    {
        // Which server dies, and whether it is the one that goes on: with several it is another, which waits for the lease.
        var victim = _made % site.Servers;
        var name = $"{scenario.Name}-{++_made}";
        await scenario.Prepare(site.Api, name);
        var (ask, key) = (scenario.Change(name), Guid.NewGuid().ToString());
        await site.Server(victim).ArmAsync(point);
        var first = await site.Api.TryAsync(ask.Method, ask.Address, ask.Body, ask.Method == HttpMethod.Post ? key : null, victim);
        if (first is { Status: HttpStatusCode.Accepted } accepted) await Task.WhenAny(EndedAsync(accepted.Body), site.Server(victim).ExitedAsync());
        var survived = await site.Server(victim).ArmAsync(0) is not null;
        var died = survived ? null : site.Server(victim).DiedAt() ?? "outside of any point";
        if (!survived)
        {
            Killed++;
            await site.Server(victim).ExitedAsync();
            // With others there, it stays dead until they have brought the change to its end.
            if (site.Servers == 1) await site.StartServerAsync(victim);
        }
        var problem = await SettledAsync(scenario, name, ask, key, first);
        if (!survived && site.Servers > 1) await site.StartServerAsync(victim);
        await NothingUnderWayAsync(); // what a move leaves behind is deleted by an operation of its own
        problem ??= await scenario.Holds(site.Api, name) ?? await SoundCheck.ProblemAsync(site);
        if (problem is not null) return (died, $"{scenario.Name}, killed at point {point} ({died ?? "not"}): {problem}\n{string.Join('\n', Enumerable.Range(0, site.Servers).Select(i => site.Server(i).Output))}");
        await CleanUpAsync();
        return (died, null);
    }

    private async Task EndedAsync(JsonElement operation)
    {
        try
        {
            await site.Api.EndedAsync(operation.GetProperty("id").GetString()!);
        }
        catch (Exception lost) when (lost is InvalidDataException or TimeoutException)
        {
            // its server has died; the end is waited for elsewhere
        }
    }

    /// <summary>What a client does that got no answer, or one that it knows nothing of the end by.</summary>
    private async Task<string?> SettledAsync(Scenario scenario, string name, Ask ask, string key, (HttpStatusCode Status, JsonElement Body)? first)
    {
        if (first is { Status: HttpStatusCode.Accepted } accepted) return Succeeded(await site.Api.EndedAsync(accepted.Body.GetProperty("id").GetString()!));
        if (first is { Status: HttpStatusCode.Created }) return null;
        if (ask.Method == HttpMethod.Post) return await RepeatedAsync(ask, key);
        // Not repeatable by a key: looks what became of it, and asks anew only when nothing did.
        await NothingUnderWayAsync();
        return await HoldsAsync(scenario, name) ? null : await RepeatedAsync(ask, null);
    }

    private async Task<string?> RepeatedAsync(Ask ask, string? key)
    {
        var (status, body) = await site.Api.SettleAsync(ask.Method, ask.Address, ask.Body, key);
        return status switch
        {
            HttpStatusCode.Accepted => Succeeded(await site.Api.EndedAsync(body.GetProperty("id").GetString()!)),
            HttpStatusCode.Created => null,
            HttpStatusCode.Conflict when ApiCalls.CodeOf(body) == "name-taken" => null, // made, and the answer was lost with the server
            _ => $"the repeated request was answered with {(int)status} {body}",
        };
    }

    private static string? Succeeded(JsonElement operation) =>
        operation.GetProperty("status").GetString() == "succeeded" ? null : $"the operation did not succeed: {operation}";

    private async Task<bool> HoldsAsync(Scenario scenario, string name)
    {
        try
        {
            return await scenario.Holds(site.Api, name) is null;
        }
        catch (InvalidDataException)
        {
            return false; // what it looks at is not there
        }
    }

    private async Task NothingUnderWayAsync()
    {
        foreach (var operation in await site.Api.ListAsync("/api/v1/operations"))
        {
            if (operation.GetProperty("status").GetString() is not ("succeeded" or "failed")) await site.Api.EndedAsync(operation.GetProperty("id").GetString()!);
        }
    }

    /// <summary>So that the next point has as little to look through as this one.</summary>
    private async Task CleanUpAsync()
    {
        foreach (var group in await site.Api.ListAsync("/api/v1/snapshot-groups"))
            await site.Api.DoneAsync(HttpMethod.Delete, $"/api/v1/snapshot-groups/{group.GetProperty("id").GetString()}");
        foreach (var snapshot in await site.Api.ListAsync("/api/v1/snapshots"))
            await site.Api.DoneAsync(HttpMethod.Delete, $"/api/v1/snapshots/{snapshot.GetProperty("id").GetString()}");
        foreach (var volume in await site.Api.ListAsync("/api/v1/volumes"))
        {
            var address = $"/api/v1/volumes/{volume.GetProperty("id").GetString()}";
            if (volume.GetProperty("state").GetString() != "deleted") await site.Api.DoneAsync(HttpMethod.Delete, address);
            var left = await site.Api.GetAsync(address);
            if (left.GetProperty("state").GetString() != "expunged") await site.Api.DoneAsync(HttpMethod.Post, address + "/expunge"); // one that was never made ends when it is deleted
        }
        foreach (var template in await site.Api.ListAsync("/api/v1/templates"))
            await site.Api.DoneAsync(HttpMethod.Delete, $"/api/v1/templates/{template.GetProperty("id").GetString()}");
    }
}
