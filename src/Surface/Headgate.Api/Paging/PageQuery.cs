using System.Globalization;
using Headgate.Api.Contract;
using Headgate.Api.Problems;
using Headgate.Control;
using Headgate.Primitives;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Headgate.Api.Paging;

/// <summary>The two parameters of every list, as text: a number that is none must get our answer, not the framework's.</summary>
/// <param name="Limit">Items wanted, 1 to <see cref="PageRequest.MostItems"/>; the default when left out.</param>
/// <param name="Cursor">The nextCursor of the page before; left out for the first.</param>
internal readonly record struct PageQuery(
    [FromQuery(Name = PageQuery.LimitName)] string? Limit, [FromQuery(Name = PageQuery.CursorName)] string? Cursor)
{
    public const string LimitName = "limit";
    public const string CursorName = "cursor";

    /// <summary>Fetches the page that was asked for and answers with what <paramref name="show"/> makes of its items.</summary>
    public async Task<IResult> AnswerAsync<T, TView>(
        Func<PageRequest, Task<Outcome<PageOf<T>>>> fetch, Func<T, TView> show)
    {
        if (Problem(out var request) is { } problem) return problem;
        var page = await fetch(request);
        return page.Ok(found => new Page<TView>([.. found.Items.Select(show)], found.NextCursor));
    }

    /// <summary>The page that was asked for, or what is wrong with the two.</summary>
    public ProblemResult? Problem(out PageRequest request)
    {
        int? limit = null;
        request = new PageRequest();
        if (Limit is not null)
        {
            if (!int.TryParse(Limit, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ||
                number is < 1 or > PageRequest.MostItems)
            {
                return ProblemResult.Of(
                    ProblemCodes.InvalidParameter,
                    $"The parameter {LimitName} is '{Limit}'; give a number from 1 to {PageRequest.MostItems}.");
            }
            limit = number;
        }
        request = new PageRequest(limit, Cursor);
        return null;
    }
}
