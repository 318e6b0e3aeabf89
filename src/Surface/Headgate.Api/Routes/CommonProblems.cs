using Headgate.Api.Contract;
using Headgate.Api.Problems;
using Microsoft.AspNetCore.Http;

namespace Headgate.Api.Routes;

/// <summary>The problem answers that every route behind a key can give, for the OpenAPI document.</summary>
internal static class CommonProblems
{
    public static object[] ForEverybody { get; } =
    [
        Answer(StatusCodes.Status401Unauthorized), Answer(StatusCodes.Status429TooManyRequests), Answer(StatusCodes.Status500InternalServerError),
        Answer(StatusCodes.Status503ServiceUnavailable), Answer(StatusCodes.Status504GatewayTimeout), // the database is away
    ];

    public static object[] ForAdmins { get; } = [.. ForEverybody, Answer(StatusCodes.Status403Forbidden)];

    private static ProducesResponseTypeMetadata Answer(int status) => new(status, typeof(Problem), [ProblemResult.MediaType]);
}
