using System.Globalization;
using Headgate.Api.Problems;

namespace Headgate.Api.Routes;

/// <summary>Times in queries.</summary>
internal static class Times
{
    private static readonly string[] Forms = ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    /// <summary>Null when <paramref name="text"/> is a time (RFC 3339) or a day in UTC, or is not there.</summary>
    public static ProblemResult? Problem(string parameter, string? text, out DateTimeOffset? time)
    {
        time = null;
        if (text is null) return null;
        if (!DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var read))
        {
            return ProblemResult.Of(
                ProblemCodes.InvalidParameter, $"The parameter {parameter} is '{text}'; give a day such as 2026-11-01 or a time such as 2026-11-01T12:00:00Z.");
        }
        time = read;
        return null;
    }
}
