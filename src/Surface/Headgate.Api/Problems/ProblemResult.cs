using Headgate.Api.Contract;
using Headgate.Primitives;
using Microsoft.AspNetCore.Http;

namespace Headgate.Api.Problems;

/// <summary>An answer of media type application/problem+json (RFC 9457).</summary>
internal sealed class ProblemResult(Problem problem) : IResult, IStatusCodeHttpResult, IValueHttpResult<Problem>
{
    public const string MediaType = "application/problem+json";

    private static readonly object CodeItem = new();

    public int? StatusCode => problem.Status;

    public Problem Value => problem;

    /// <summary>The problem of the HTTP surface with this <paramref name="code"/>; its status is in the table.</summary>
    public static ProblemResult Of(string code, string detail, IReadOnlyList<string>? details = null) =>
        new(Make(code, ProblemTable.StatusOf(code, Recovery.FixRequest), detail, details));

    /// <summary>A fault of the control plane that refused the request.</summary>
    public static ProblemResult Refused(Fault fault) => new(From(fault));

    /// <summary>A fault after which nobody knows whether the request took effect.</summary>
    public static ProblemResult Unknown(Fault fault) =>
        new(Make(fault.Code, StatusCodes.Status504GatewayTimeout, fault.Message, fault.Details));

    /// <summary>The problem that says what <paramref name="fault"/> says.</summary>
    public static Problem From(Fault fault) =>
        Make(fault.Code, ProblemTable.StatusOf(fault.Code, fault.Recovery), fault.Message, fault.Details);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Items[CodeItem] = problem.Code;
        httpContext.Response.StatusCode = problem.Status;
        return httpContext.Response.WriteAsJsonAsync(problem, options: null, MediaType, httpContext.RequestAborted);
    }

    /// <summary>The code of the problem that the request was answered with; null for none.</summary>
    public static string? CodeOf(HttpContext http) => http.Items.TryGetValue(CodeItem, out var code) ? code as string : null;

    private static Problem Make(string code, int status, string detail, IReadOnlyList<string>? details) => new()
    {
        Type = $"/problems/{code}",
        Title = TitleOf(code),
        Status = status,
        Detail = detail,
        Code = code,
        Details = details is { Count: > 0 } ? details : null,
    };

    /// <summary><c>name-taken</c> reads "Name taken".</summary>
    private static string TitleOf(string code)
    {
        var words = code.Replace('-', ' ');
        return words.Length == 0 ? "Problem" : char.ToUpperInvariant(words[0]) + words[1..];
    }
}
