using Headgate.Api.Contract;
using Headgate.Api.Problems;
using Headgate.Control;
using Headgate.Operations;
using Headgate.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Headgate.Api.Routes;

/// <summary>The query parameter <c>dryRun</c> of requests that change something: the plan in place of the operation, and nothing done.</summary>
internal static class DryRun
{
    private const string Name = "dryRun";

    public static QueryNames Query { get; } = new([Name]);

    /// <summary>202 with the operation, or with dryRun=true 200 with the plan.</summary>
    public static RouteHandlerBuilder AnswersOperationOrPlan(this RouteHandlerBuilder route) =>
        route.AnswersOperation().Answers<ChangePlanView>().WithMetadata(Query).ProblemsOfBody();

    /// <summary>The refusal of anything but true and false.</summary>
    public static IResult? Problem(string? given) => given is null or "true" or "false"
        ? null
        : ProblemResult.Of(ProblemCodes.InvalidParameter, $"The parameter {Name} is '{given}'; it must be true or false.");

    public static bool IsAsked(string? given) => given == "true";

    /// <summary>Carries out or rehearses, as asked.</summary>
    public static async Task<IResult> AnswerAsync(
        string? given, Func<Task<Outcome<OperationDetails>>> execute, Func<Task<Outcome<PlannedChange>>> rehearse)
    {
        if (Problem(given) is { } unreadable) return unreadable;
        return IsAsked(given) ? (await rehearse()).Ok(PlanViews.Show) : (await execute()).Accepted();
    }
}
