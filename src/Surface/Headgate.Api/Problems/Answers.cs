using Headgate.Primitives;
using Microsoft.AspNetCore.Http;

namespace Headgate.Api.Problems;

/// <summary>HTTP answers of use-case outcomes.</summary>
internal static class Answers
{
    /// <summary>200 with what <paramref name="show"/> makes of the value, or the problem.</summary>
    public static IResult Ok<T, TView>(this Outcome<T> outcome, Func<T, TView> show) =>
        outcome.Match<IResult>(value => TypedResults.Ok(show(value)), ProblemResult.Refused, ProblemResult.Unknown);

    /// <summary>200 with the value, or the problem.</summary>
    public static IResult Ok<T>(this Outcome<T> outcome) => outcome.Ok(value => value);

    /// <summary>201 with the view and its address, or the problem.</summary>
    public static IResult Created<T, TView>(this Outcome<T> outcome, Func<T, TView> show, Func<TView, string> address) =>
        outcome.Match<IResult>(
            value =>
            {
                var view = show(value);
                return TypedResults.Created(address(view), view);
            },
            ProblemResult.Refused,
            ProblemResult.Unknown);

    /// <summary>204, or the problem.</summary>
    public static IResult NoContent<T>(this Outcome<T> outcome) =>
        outcome.Match<IResult>(_ => TypedResults.NoContent(), ProblemResult.Refused, ProblemResult.Unknown);
}
