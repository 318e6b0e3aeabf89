using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Api.Tests;

/// <summary>Whatever a client sends, it is the client that is told off: never a status of 500 or above.</summary>
public sealed class FuzzTests(StorageHost storage) : IClassFixture<StorageHost>
{
    // Quick enough for every build; CsCheck prints the seed of a failure, and CsCheck_Iter runs it for longer.
    private const int Samples = 400;

    private static readonly string[] Members =
    [
        "name", "zone", "cluster", "host", "hypervisor", "initiatorName", "initiator", "provider", "scope", "tags", "settings", "secrets",
        "capacityBytes", "capacityIops", "requireChap", "sizeBytes", "customSize", "qos", "minIops", "maxIops", "burstIops",
        "maxBandwidthBytes", "minIopsPerGib", "maxIopsPerGib", "customIops", "require", "enforce", "cpuCount", "memoryBytes",
        "rootDiskQos", "diskOffering", "fromSnapshot", "fromVolume", "template", "url", "format", "checksum", "public", "volume", "account", "role",
    ];

    private static readonly string[] Words =
    [
        "", "z1", "custom", "ref1", "Reference", "zone", "host", "kvm", "admin", "tenant", "any", "storage", "min", "max",
        "iqn.2004-10.org.example:h", "\0", "\ud7ff", "💾", "../..", "' OR 1=1 --", "00000000-0000-0000-0000-000000000000", "a b",
    ];

    private readonly ApiHost _api = storage.Api;

    [Fact]
    public async Task No_body_on_any_route_makes_the_server_fail()
    {
        var posts = _api.Routes
            .Where(r => r.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Contains("POST"))
            .Where(r => !r.RoutePattern.RawText!.StartsWith("/test/", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(posts);
        var sample = Gen.Select(Pick(posts), Pick(Words), Body);
        await sample.SampleAsync(
            async (route, reference, body) =>
            {
                var address = RouteFilling.Fill(route, reference.Length == 0 ? "x" : Uri.EscapeDataString(reference));
                using var answer = await _api.Admin.PostAsync(
                    new Uri(address, UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"), ApiHost.Stop);
                return (int)answer.StatusCode < 500;
            },
            iter: Samples, threads: 2, print: s => $"{s.Item1.RoutePattern.RawText} {s.Item2} {s.Item3}");
    }

    private static Gen<T> Pick<T>(T[] from) => Gen.Int[0, from.Length - 1].Select(i => from[i]);

    private static Gen<JsonNode?> Leaf => Gen.OneOf(
        Pick(Words).Select(JsonNode? (w) => JsonValue.Create(w)),
        Gen.OneOf(Gen.Long, Gen.Long[-2, 2], Pick<long>([512, 1L << 30, 1L << 40, long.MaxValue, long.MinValue]))
            .Select(JsonNode? (n) => JsonValue.Create(n)),
        Gen.Double.Where(double.IsFinite).Select(JsonNode? (d) => JsonValue.Create(d)),
        Gen.Bool.Select(JsonNode? (b) => JsonValue.Create(b)),
        Gen.Const((JsonNode?)null));

    private static Gen<JsonNode?> Object(Gen<JsonNode?> inner) => Gen.Select(Pick(Members), inner).Array[0, 8].Select(JsonNode? (pairs) =>
    {
        var made = new JsonObject();
        foreach (var (name, value) in pairs) made[name] = value?.DeepClone();
        return made;
    });

    private static Gen<JsonNode?> Nested => Gen.OneOf(
        Leaf, Object(Leaf), Leaf.Array[0, 3].Select(JsonNode? (items) => new JsonArray([.. items.Select(i => i?.DeepClone())])));

    private static Gen<string> Body => Gen.OneOf(
        Object(Nested).Select(o => o!.ToJsonString()),
        Object(Nested).Select(o => o!.ToJsonString()),
        Nested.Select(n => n?.ToJsonString() ?? "null"),
        Gen.String,
        Gen.Select(Object(Leaf), Gen.Int[0, 40]).Select((o, cut) => o!.ToJsonString() is var text ? text[..Math.Min(cut, text.Length)] : ""));
}
