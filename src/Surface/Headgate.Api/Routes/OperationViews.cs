using Headgate.Api.Contract;
using Headgate.Api.Problems;
using Headgate.Operations;
using Headgate.Primitives;
using Microsoft.AspNetCore.Http;

namespace Headgate.Api.Routes;

/// <summary>Operations as the contract shows them.</summary>
internal static class OperationViews
{
    /// <summary>202 with the operation and its address, or the problem.</summary>
    public static IResult Accepted(this Outcome<OperationDetails> outcome) => outcome.Match<IResult>(
        started => TypedResults.Accepted($"/api/v1/operations/{started.Operation.Id}", Show(started)),
        ProblemResult.Refused,
        ProblemResult.Unknown);

    public static OperationView Show(OperationDetails found) => new()
    {
        Id = found.Operation.Id,
        Kind = found.Operation.Kind,
        SubjectType = found.Operation.SubjectType,
        SubjectId = found.Operation.SubjectId,
        Status = Enum.Parse<OperationStatus>(found.Operation.Status.ToString()),
        Steps = [.. found.Steps.Select(s => new OperationStepView(s.Name, Words.Of(s.Status), s.Attempts, s.Note))],
        Problem = found.Operation.Fault is { } fault ? ProblemResult.From(fault) : null,
        CreatedAt = found.Operation.CreatedAt,
        EndedAt = found.Operation.EndedAt,
    };
}
