using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Headgate.Api.Contract;
using Headgate.Control.Access;

namespace Headgate.Api.Tests.Isolation;

/// <summary>
/// Walks every route and verb of the OpenAPI document as every kind of caller, with references to an account's objects of every kind. Who
/// may not call it is told so by the table of permissions; who may, and is a stranger, gets byte for byte what it gets for what is not there.
/// </summary>
public sealed class IsolationTests(StorageHost storage) : IClassFixture<StorageHost>
{
    private readonly ApiHost _api = storage.Api;

    [Fact]
    public async Task Nobody_learns_anything_of_another_accounts_objects_by_any_route()
    {
        var victim = await Victim.CreateAsync(_api);
        using var nobody = _api.Client(null);
        using var stranger = _api.Client(await _api.TenantKeyAsync("stranger-account"));
        using var same = _api.Client(victim.Key);
        using var oper = _api.Client(await _api.KeyAsync("operations", "operator"));
        var leaks = new List<string>();
        var calls = 0;
        foreach (var (operationId, method, path) in await OperationsAsync())
        {
            if (!Probe.Lines.TryGetValue(operationId, out var probe))
            {
                leaks.Add($"{operationId} has no line in Probe.Lines: say where a reference to somebody's object can stand in it");
                continue;
            }
            var allowed = Permissions.Table[operationId];
            foreach (var (existing, missing) in Requests(probe, method, path, victim))
            {
                calls++;
                await RefusedAsync(nobody, "nobody", allowed is Allowed.Anybody, 401);
                await RefusedAsync(same, "the account itself", allowed is Allowed.Anybody or Allowed.Everybody, 403);
                await RefusedAsync(stranger, "a stranger", allowed is Allowed.Anybody or Allowed.Everybody, 403);
                await RefusedAsync(oper, "an operator", allowed is not Allowed.Admins, 403);
                if (existing.Reference is null) continue;
                var (seen, there, unseen) = (await AnswerAsync(stranger, existing), await StatusAsync(stranger, existing), await AnswerAsync(stranger, missing));
                if (seen != unseen) leaks.Add($"{operationId} {existing}: a stranger got\n{seen}\nand for what is not there\n{unseen}");
                // An empty list is as good as not found.
                if (there is not (HttpStatusCode.NotFound or HttpStatusCode.Forbidden or HttpStatusCode.OK)) leaks.Add($"{operationId} {existing}: {there}");

                async Task RefusedAsync(HttpClient client, string who, bool mayCall, int status)
                {
                    // What a caller may do is not tried on the real object: that it was done is other tests' business.
                    if (mayCall) return;
                    var was = (int)await StatusAsync(client, existing);
                    if (was != status) leaks.Add($"{operationId} {existing}: {who} got {was} and not {status}");
                }
            }
        }
        Assert.True(leaks.Count == 0, string.Join("\n\n", leaks));
        Assert.True(calls > 60, $"only {calls} requests were made");
    }

    [Fact]
    public async Task A_strangers_lists_streams_and_pages_hold_nothing_of_another_account()
    {
        await using var api = new StorageHost();
        await api.InitializeAsync();
        var victim = await Victim.CreateAsync(api.Api);
        using var stranger = new Driver(api.Api, await api.Api.TenantKeyAsync("looking"));
        await stranger.RunAsync("/api/v1/volumes", new { name = "own", diskOffering = "custom", sizeBytes = 1L << 30, maxIops = 10 });
        var lists = (await OperationsAsync()).Where(o => o.OperationId.StartsWith("list", StringComparison.Ordinal) && Permissions.Table[o.OperationId] is Allowed.Everybody);
        foreach (var (_, _, path) in lists)
        {
            // Cursors of the victim's pages lead to the stranger's own objects only.
            var cursors = victim.References.Values.SelectMany(all => all).Where(r => Guid.TryParse(r, out _)).Select(r => $"?cursor={Guid.Parse(r):N}");
            foreach (var query in cursors.Prepend("?limit=1").Prepend("?limit=1000"))
            {
                var answer = await stranger.SendAsync(HttpMethod.Get, path + query);
                var text = await answer.Content.ReadAsStringAsync(ApiHost.Stop);
                Assert.All(victim.Secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.OrdinalIgnoreCase));
                if (query == "?limit=1" && path.EndsWith("/volumes", StringComparison.Ordinal)) Assert.DoesNotContain("nextCursor", text, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Names_and_idempotency_keys_of_another_account_are_free()
    {
        await using var storage = new StorageHost();
        await storage.InitializeAsync();
        await Victim.CreateAsync(storage.Api);
        var key = await storage.Api.TenantKeyAsync("namesake");
        using var namesake = new Driver(storage.Api, key);
        using var made = await namesake.SendAsync(HttpMethod.Post, "/api/v1/volumes", Victim.VolumeBody, Victim.IdempotencyKey);
        Assert.False(made.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal("namesake", await AccountOfAsync(await ApiHost.ReadAsync<OperationView>(made)));
        await namesake.RunAsync("/api/v1/snapshots", new { volume = Victim.Volume, name = Victim.Snapshot });
        await namesake.FollowAsync((await Victim.UploadAsync(storage.Api, key, Victim.Template)).Id);
        // On a volume of its own, the initiator of another is no more connected than one that nobody has.
        await ApiHost.ProblemAsync(await namesake.SendAsync(HttpMethod.Get, $"/api/v1/volumes/{Victim.Volume}/connections/{Victim.Initiator}"), 404, "connection-not-found");
        // Initiator names are the world's (RFC 7143 section 4.2.7), so one that another uses must be refused; by whom it is used is not said.
        var taken = await namesake.SendAsync(HttpMethod.Post, $"/api/v1/volumes/{Victim.Volume}/connections", new { initiator = Victim.Initiator });
        var problem = await ApiHost.ProblemAsync(taken, 409, "initiator-in-use");
        Assert.DoesNotContain(Victim.Account, problem.Detail, StringComparison.Ordinal);

        async Task<string> AccountOfAsync(OperationView operation)
        {
            await namesake.FollowAsync(operation.Id);
            return (await namesake.GetAsync<VolumeView>($"/api/v1/volumes/{operation.SubjectId}")).Account;
        }
    }

    [Fact]
    public async Task An_operator_acts_on_any_accounts_volumes_and_on_no_account()
    {
        using var tenant = new Driver(_api, await _api.TenantKeyAsync("helped"));
        using var oper = new Driver(_api, await _api.KeyAsync("support", "operator"));
        await tenant.RunAsync("/api/v1/volumes", new { name = "stuck", diskOffering = "custom", sizeBytes = 1L << 30, maxIops = 10 });
        await oper.RunAsync("/api/v1/volumes/stuck/resize", new { sizeBytes = 2L << 30 });
        await oper.RunAsync(HttpMethod.Delete, "/api/v1/volumes/stuck");
        Assert.Equal("deleted", (await tenant.GetAsync<VolumeView>("/api/v1/volumes/stuck")).State);
        var events = await tenant.GetAsync<Page<EventView>>("/api/v1/events?code=volume.resize-requested");
        Assert.Equal("support/key", Assert.Single(events.Items).Actor);
        await ApiHost.ProblemAsync(await oper.SendAsync(HttpMethod.Post, "/api/v1/accounts/helped/disable"), 403, "admin-only");
    }

    private async Task<IReadOnlyList<(string OperationId, HttpMethod Method, string Path)>> OperationsAsync()
    {
        var document = JsonNode.Parse(await _api.Admin.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), ApiHost.Stop))!;
        return
        [
            .. from path in document["paths"]!.AsObject()
               from verb in path.Value!.AsObject()
               where verb.Value is JsonObject && verb.Value["operationId"] is not null
               select (verb.Value["operationId"]!.GetValue<string>(), new HttpMethod(verb.Key.ToUpperInvariant()), path.Key),
        ];
    }

    /// <summary>Pairs of a request that refers to the victim's object and one, as long, that refers to nothing.</summary>
    private static IEnumerable<(Asked Existing, Asked Missing)> Requests(Probe probe, HttpMethod method, string path, Victim victim)
    {
        var body = probe.InBody is [(null, var needed), ..] ? needed : null;
        if (probe.InPath is { } kind)
        {
            foreach (var reference in victim.References[kind])
                yield return (At(reference), At(NoSuch(reference)));
        }
        foreach (var (parameter, of) in probe.InQuery)
        {
            foreach (var reference in victim.References[of].Where(r => parameter != "subject" || Guid.TryParse(r, out _)))
                yield return (new Asked(method, $"{path}?{parameter}={reference}", null, reference), new Asked(method, $"{path}?{parameter}={NoSuch(reference)}", null, NoSuch(reference)));
        }
        foreach (var (of, make) in probe.InBody.Where(b => b.Of is not null))
        {
            foreach (var reference in victim.References[of!.Value])
                yield return (new Asked(method, path, make(reference), reference), new Asked(method, path, make(NoSuch(reference)), NoSuch(reference)));
        }
        if (probe is { InPath: null, InQuery: [], InBody: [] })
        {
            var plain = new Asked(method, Fill(path, "no-such-thing"), method == HttpMethod.Post ? new { } : null, null);
            yield return (plain, plain);
        }

        Asked At(string reference) => new(method, Fill(path, reference), body?.Invoke(reference), reference);
    }

    private static string Fill(string path, string reference) => string.Join(
        '/', path.Split('/').Select(part => part is "{initiator}" ? Victim.Initiator : part.StartsWith('{') ? reference : part));

    /// <summary>A reference of the same form and length to nothing.</summary>
    private static string NoSuch(string reference) => Guid.TryParse(reference, out _)
        ? string.Create(reference.Length, reference, static (to, from) =>
        {
            from.CopyTo(to);
            to[^1] = from[^1] == '0' ? '1' : '0'; // made at the same time, as far as an id tells
        })
        : new string([.. reference.Reverse()]);

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, Asked asked)
    {
        using var answer = await SendAsync(client, asked);
        return answer.StatusCode;
    }

    /// <summary>All that came, but for the time, the request's id, and the reference that was sent.</summary>
    private static async Task<string> AnswerAsync(HttpClient client, Asked asked)
    {
        using var answer = await SendAsync(client, asked);
        var headers = answer.Headers.Concat(answer.Content.Headers).Where(h => h.Key != "Date" && !h.Key.Equals("X-Request-Id", StringComparison.OrdinalIgnoreCase))
            .Select(h => $"{h.Key}: {string.Join(", ", h.Value)}").Order(StringComparer.Ordinal);
        var text = $"{(int)answer.StatusCode}\n{string.Join('\n', headers)}\n\n{await answer.Content.ReadAsStringAsync(ApiHost.Stop)}";
        return text.Replace(asked.Reference!, "REFERENCE", StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, Asked asked)
    {
        var request = new HttpRequestMessage(asked.Method, asked.Address)
        {
            Content = asked.Body is null ? null : JsonContent.Create(asked.Body, options: Json.ApiJson.Options),
        };
        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ApiHost.Stop);
    }

    private sealed record Asked(HttpMethod Method, string Address, object? Body, string? Reference)
    {
        public override string ToString() => new StringBuilder($"{Method} {Address}").Append(Body is null ? "" : $" {Body}").ToString();
    }
}
