using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;

namespace Headgate.Api.Tests;

/// <summary>The OpenAPI document says everything that a client generator and a reader need, of every route.</summary>
public sealed class OpenApiTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private readonly ApiHost _api = shared.Api;

    [Fact]
    public async Task The_document_is_OpenAPI_3_1_and_open_to_everybody()
    {
        using var nobody = _api.Client(null);
        var document = await DocumentAsync(nobody);
        Assert.StartsWith("3.1.", document["openapi"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("bearer", document["components"]!["securitySchemes"]!["ApiKey"]!["scheme"]!.GetValue<string>());
    }

    [Fact]
    public async Task Every_route_has_an_operation_with_id_summary_tag_and_answers()
    {
        var document = await DocumentAsync(_api.Admin);
        var ids = new HashSet<string>();
        var problems = new List<string>();
        foreach (var (method, path, open) in RoutesOfSurface())
        {
            var operation = document["paths"]![path]?[method];
            if (operation is null)
            {
                problems.Add($"{method} {path} is not in the document");
                continue;
            }
            Check(operation["operationId"] is { } id && ids.Add(id.GetValue<string>()), "has no operationId of its own");
            Check(operation["summary"]?.GetValue<string>() is { Length: > 5 }, "has no summary");
            Check(operation["tags"] is JsonArray { Count: 1 }, "has not exactly one tag");
            var answers = operation["responses"]!.AsObject();
            Check(answers.Any(a => a.Key.StartsWith('2')), "documents no success");
            Check(answers.All(a => a.Value!["description"]?.GetValue<string>() is { Length: > 0 }), "has an answer without description");
            Check(answers.Where(a => a.Key[0] is '4' or '5').All(
                a => a.Value!["content"]?["application/problem+json"]?["schema"]?["$ref"]?.GetValue<string>() == "#/components/schemas/Problem"),
                "has an error answer that is not problem+json");
            Check(open || answers.ContainsKey("401"), "does not document 401");
            Check(open == operation["security"] is null, "says the wrong thing about keys");
            if (path.Contains('{', StringComparison.Ordinal)) Check(answers.ContainsKey("404"), "does not document 404");
            if (method == "post")
            {
                var named = operation["parameters"]?.AsArray().Select(p => p!["name"]!.GetValue<string>()) ?? [];
                Check(named.Contains("Idempotency-Key"), "does not document Idempotency-Key");
            }
            if (operation["requestBody"] is not null)
                Check(answers.ContainsKey("400") && answers.ContainsKey("415") && answers.ContainsKey("422"), "does not document what a wrong body gets");

            void Check(bool good, string what)
            {
                if (!good) problems.Add($"{method} {path} {what}");
            }
        }
        Assert.Empty(problems);
    }

    [Fact]
    public async Task Schemas_say_numbers_are_numbers_and_name_what_is_required()
    {
        var schemas = (await DocumentAsync(_api.Admin))["components"]!["schemas"]!;
        var offering = schemas["CreateDiskOffering"]!;
        Assert.Equal("""["name"]""", offering["required"]!.ToJsonString());
        Assert.Equal("""["null","integer"]""", offering["properties"]!["sizeBytes"]!["type"]!.ToJsonString());
        Assert.NotNull(schemas["Problem"]!["properties"]!["code"]);
    }

    [Fact]
    public async Task Every_reference_in_the_document_leads_somewhere()
    {
        var document = await DocumentAsync(_api.Admin);
        var text = document.ToJsonString();
        foreach (var part in text.Split("\"$ref\":\"#/components/schemas/").Skip(1))
        {
            var name = part[..part.IndexOf('"', StringComparison.Ordinal)];
            Assert.True(document["components"]!["schemas"]![name] is not null, $"no schema {name}");
        }
    }

    [Fact]
    public async Task Lists_document_their_paging_and_filters()
    {
        var events = (await DocumentAsync(_api.Admin))["paths"]!["/api/v1/events"]!["get"]!["parameters"]!.AsArray();
        Assert.Equal(
            ["code", "cursor", "limit", "severity", "since", "subject", "type"], events.Select(p => p!["name"]!.GetValue<string>()).Order());
        var limit = events.Single(p => p!["name"]!.GetValue<string>() == "limit")!["schema"]!;
        Assert.Equal("integer", limit["type"]!.GetValue<string>());
        Assert.Equal(1000, limit["maximum"]!.GetValue<int>());
    }

    private static async Task<JsonNode> DocumentAsync(HttpClient client)
    {
        var text = await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), ApiHost.Stop);
        return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false })!;
    }

    private IEnumerable<(string Method, string Path, bool Open)> RoutesOfSurface() =>
        from route in _api.Routes
        let path = "/" + route.RoutePattern.RawText!.Trim('/')
        where !path.StartsWith("/test/", StringComparison.Ordinal) && !path.StartsWith("/openapi/", StringComparison.Ordinal)
        from method in route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
        select (method.ToLowerInvariant(), path, route.Metadata.GetMetadata<IAllowAnonymous>() is not null);
}
