using Headgate.Api.Contract;
using Headgate.Api.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Headgate.Api.Routes;

/// <summary>The query parameters that a route takes; anything else is refused, so that a misspelt filter filters nothing out silently.</summary>
internal sealed record QueryNames(IReadOnlyList<string> Names);

/// <summary>Says of a route what the OpenAPI document and the query check need.</summary>
internal static class RouteDocumentation
{
    /// <summary>Operation id and summary.</summary>
    public static RouteHandlerBuilder Named(this RouteHandlerBuilder route, string operationId, string summary) =>
        route.WithName(operationId).WithSummary(summary);

    /// <summary>200 with a <typeparamref name="T"/>.</summary>
    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder route) => route.Produces<T>(StatusCodes.Status200OK);

    /// <summary>200 with a page of <typeparamref name="T"/>; <paramref name="filters"/> beside limit and cursor.</summary>
    public static RouteHandlerBuilder AnswersPage<T>(this RouteHandlerBuilder route, params IReadOnlyList<string> filters) =>
        route.Produces<Page<T>>(StatusCodes.Status200OK)
            .WithMetadata(new QueryNames([Paging.PageQuery.LimitName, Paging.PageQuery.CursorName, .. filters]))
            .Problems(StatusCodes.Status400BadRequest);

    /// <summary>201 with a <typeparamref name="T"/>; the name may be taken, the body may be wrong.</summary>
    public static RouteHandlerBuilder AnswersCreated<T>(this RouteHandlerBuilder route) =>
        route.Produces<T>(StatusCodes.Status201Created).ProblemsOfBody().Problems(StatusCodes.Status409Conflict);

    /// <summary>202 with the operation that does the work.</summary>
    public static RouteHandlerBuilder AnswersOperation(this RouteHandlerBuilder route) =>
        route.Produces<OperationView>(StatusCodes.Status202Accepted)
            .Problems(StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity);

    /// <summary>204.</summary>
    public static RouteHandlerBuilder AnswersNothing(this RouteHandlerBuilder route) => route.Produces(StatusCodes.Status204NoContent);

    /// <summary>The problems that every request with a body can have.</summary>
    public static RouteHandlerBuilder ProblemsOfBody(this RouteHandlerBuilder route) => route.Problems(
        StatusCodes.Status400BadRequest, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType,
        StatusCodes.Status422UnprocessableEntity);

    /// <summary>The problems of a call that waits for a pool's storage.</summary>
    public static RouteHandlerBuilder ProblemsOfStorage(this RouteHandlerBuilder route) => route.Problems(
        StatusCodes.Status502BadGateway, StatusCodes.Status503ServiceUnavailable, StatusCodes.Status504GatewayTimeout);

    /// <summary>Problem answers with these statuses.</summary>
    public static RouteHandlerBuilder Problems(this RouteHandlerBuilder route, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses) route.Produces<Problem>(status, ProblemResult.MediaType);
        return route;
    }
}
