using Headgate.Api.Auth;
using Headgate.Api.Contract;
using Headgate.Api.Paging;
using Headgate.Api.Problems;
using Headgate.Control;
using Headgate.Domain;
using Headgate.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;
using static Microsoft.AspNetCore.Http.StatusCodes;
using Asked = Headgate.Api.Contract;

namespace Headgate.Api.Routes;

/// <summary>Templates; a tenant sees its own account's and the public ones.</summary>
internal static class TemplateRoutes
{
    private const string ImageType = "application/octet-stream";
    private static readonly string[] UploadParameters = ["format", "checksum", "public"];

    public static void Map(RouteGroupBuilder everybody)
    {
        var templates = everybody.MapGroup("/templates").WithTags("Templates");
        templates.MapGet("", ([AsParameters] PageQuery page, HttpContext http, ListTemplates list, CancellationToken stop) =>
                page.AnswerAsync(request => list.ExecuteAsync(http.Caller(), request, stop), Show))
            .Named("listTemplates", "List templates: your own and the public ones").AnswersPage<TemplateView>();
        templates.MapGet("/{ref}", async (string @ref, HttpContext http, GetTemplate get, CancellationToken stop) =>
                (await get.ExecuteAsync(http.Caller(), @ref, stop)).Ok(Show))
            .Named("getTemplate", "Show a template").Answers<TemplateView>().Problems(Status404NotFound);
        templates.MapPost("", RegisterAsync)
            .Named("createTemplate", "Register a template whose image the server fetches; admins only")
            .AnswersOperation().ProblemsOfBody().Problems(Status403Forbidden);
        templates.MapPut("/{name}/image", UploadAsync)
            .Named("uploadTemplate", "Register a template whose image is the body")
            .WithMetadata(new QueryNames(UploadParameters)).AddOpenApiOperationTransformer(DescribeImage)
            .AnswersOperation().ProblemsOfBody().Problems(Status403Forbidden, Status404NotFound, Status502BadGateway, Status503ServiceUnavailable);
        templates.MapDelete("/{ref}", async (string @ref, HttpContext http, DeleteTemplate delete, CancellationToken stop) =>
                (await delete.ExecuteAsync(http.Caller(), @ref, stop)).Accepted())
            .Named("deleteTemplate", "Delete a template and its copies on pools; volumes made from it stay")
            .AnswersOperation().Problems(Status404NotFound);
    }

    /// <summary>Said here only: told to routing, it would answer a wrong type before it asked for a key.</summary>
    private static Task DescribeImage(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken stop)
    {
        var image = new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } };
        operation.RequestBody = new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType> { [ImageType] = image } };
        return Task.CompletedTask;
    }

    private static async Task<IResult> RegisterAsync(Asked.CreateTemplate body, HttpContext http, RegisterTemplate register, CancellationToken stop)
    {
        var read = Read(body.Name, body.Format, body.Checksum, body.Public);
        return read is Outcome<RegisterTemplateRequest>.Done request
            ? (await register.ExecuteAsync(http.Caller(), request.Value, body.Url, stop)).Accepted()
            : ProblemResult.Refused(read.Problem!);
    }

    private static async Task<IResult> UploadAsync(
        string name, [FromQuery] string? format, [FromQuery] string? checksum, [FromQuery(Name = "public")] bool? isPublic,
        HttpContext http, UploadTemplate upload, CancellationToken stop)
    {
        if (http.Request.ContentType is not ImageType) return BodyProblems.UnsupportedMedia(ImageType);
        // The store has a bound of its own, and counts what comes rather than what is announced.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound) bound.MaxRequestBodySize = null;
        var read = Read(name, format, checksum, isPublic ?? false);
        if (read is not Outcome<RegisterTemplateRequest>.Done request) return ProblemResult.Refused(read.Problem!);
        try
        {
            return (await upload.ExecuteAsync(http.Caller(), request.Value, http.Request.Body, http.Request.ContentLength, stop)).Accepted();
        }
        catch (IOException broken) when (broken.InnerException is BadHttpRequestException cut)
        {
            throw cut; // the client's end of it broke: told as any request that breaks off
        }
    }

    private static Outcome<RegisterTemplateRequest> Read(string name, string? format, string? checksum, bool isPublic)
    {
        ImageFormat? wanted = null;
        if (format is not null)
        {
            var read = Words.Read<ImageFormat>(format, "format");
            if (read is not Outcome<ImageFormat>.Done known) return read.Problem!;
            wanted = known.Value;
        }
        return new RegisterTemplateRequest(name, wanted, checksum, isPublic);
    }

    private static TemplateView Show(TemplateDetails found)
    {
        var template = found.Template;
        return new TemplateView
        {
            Id = template.Id,
            Name = template.Name,
            Account = found.Account,
            Public = template.IsPublic,
            State = Words.Of(template.State),
            Cause = template.Cause?.ToString(),
            Format = template.Format is { } format ? Words.Of(format) : null,
            SizeBytes = template.Size.Bytes > 0 ? template.Size.Bytes : null,
            FileBytes = template.FileSize.Bytes > 0 ? template.FileSize.Bytes : null,
            Checksum = template.FileSha256 is { } found256 ? $"sha256:{found256}" : null,
            Url = found.Url,
            Pools = [.. found.Pools.Select(p => new TemplateOnPoolView(p.Pool, Words.Of(p.State), p.Cause?.ToString()))],
            CreatedAt = template.CreatedAt,
        };
    }
}
