using System.Globalization;
using System.Net;
using Headgate.Api.Auth;
using Headgate.Api.Idempotency;
using Headgate.Api.Paging;
using Headgate.Api.Routes;
using Headgate.Control;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Headgate.Api.Documents;

/// <summary>What the OpenAPI 3.1 document says beyond what the routes declare of themselves.</summary>
internal static class OpenApiShape
{
    /// <summary>Served as /openapi/v1.json.</summary>
    public const string DocumentName = "v1";

    public static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer(DescribeDocument);
        options.AddOperationTransformer(DescribeOperation);
    }

    private static Task DescribeDocument(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken stop)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Headgate",
            Version = DocumentName,
            Description = "Storage QoS: volumes with a minimum of IOPS that they can count on and a maximum that they cannot exceed.",
            License = new OpenApiLicense { Name = "Apache-2.0", Identifier = "Apache-2.0" },
        };
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[ApiKeyAuthentication.SchemeName] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "An API key, hg_ID_SECRET, in the header Authorization: Bearer KEY.",
        };
        return Task.CompletedTask;
    }

    private static Task DescribeOperation(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken stop)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (!metadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Security =
            [
                new OpenApiSecurityRequirement
                {
                    [new OpenApiSecuritySchemeReference(ApiKeyAuthentication.SchemeName, context.Document)] = [],
                },
            ];
        }
        foreach (var parameter in operation.Parameters ?? []) DescribePaging(parameter);
        AddMissingFilters(operation, metadata.OfType<QueryNames>().LastOrDefault());
        if (HttpMethods.IsPost(context.Description.HttpMethod ?? "")) AddIdempotencyKey(operation);
        foreach (var (status, response) in operation.Responses ?? [])
        {
            if (string.IsNullOrEmpty(response.Description)) response.Description = NameOf(status);
        }
        return Task.CompletedTask;
    }

    private static void DescribePaging(IOpenApiParameter parameter)
    {
        if (parameter is not OpenApiParameter { In: ParameterLocation.Query } query) return;
        switch (query.Name)
        {
            case PageQuery.LimitName:
                query.Description = $"Items wanted; {PageRequest.DefaultLimit} when left out.";
                query.Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Integer,
                    Minimum = "1",
                    Maximum = PageRequest.MostItems.ToString(CultureInfo.InvariantCulture),
                };
                break;
            case PageQuery.CursorName:
                query.Description = "nextCursor of the page before, as it is; left out for the first page.";
                break;
        }
    }

    // Filters are read from the query by the handlers; the document must name each one all the same.
    private static void AddMissingFilters(OpenApiOperation operation, QueryNames? names)
    {
        foreach (var name in names?.Names ?? [])
        {
            operation.Parameters ??= [];
            if (operation.Parameters.Any(p => p.Name == name)) continue;
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Query,
                Description = $"Only those with this {name}.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }
    }

    private static void AddIdempotencyKey(OpenApiOperation operation)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = IdempotencyMiddleware.HeaderName,
            In = ParameterLocation.Header,
            Description = "A key of the client's choice, best a new UUID: a repeat with it within 24 h gets the first answer.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = ApiLimits.IdempotencyKeyChars },
        });
    }

    private static string NameOf(string status) =>
        int.TryParse(status, CultureInfo.InvariantCulture, out var code) ? ((HttpStatusCode)code).ToString() : status;
}
