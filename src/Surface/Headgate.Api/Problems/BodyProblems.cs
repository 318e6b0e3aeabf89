using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Headgate.Api.Problems;

/// <summary>
/// Says what is wrong with a request that could not be bound, in the words of the API: the serializer's own messages
/// name .NET types. Which of its complaints it is can be told only by its text; the tests pin each one.
/// </summary>
internal static partial class BodyProblems
{
    private const string Root = "$";

    public static ProblemResult Describe(BadHttpRequestException refused)
    {
        if (refused.InnerException is JsonException json) return Describe(json);
        return refused.StatusCode switch
        {
            StatusCodes.Status408RequestTimeout => ProblemResult.Of(
                ProblemCodes.RequestTimeout, "The request did not arrive in time. Send it again, whole."),
            StatusCodes.Status413PayloadTooLarge => ProblemResult.Of(
                ProblemCodes.BodyTooLarge, $"The request body is too large; at most {ApiLimits.BodyBytes} bytes are taken."),
            StatusCodes.Status415UnsupportedMediaType => UnsupportedMedia(),
            _ when refused.Message.Contains("was not provided from body", StringComparison.Ordinal) => NoBody(),
            _ when refused.Message.Contains("Implicit body inferred", StringComparison.Ordinal) => NoBody(),
            _ => ProblemResult.Of(ProblemCodes.BadRequest, "The request could not be read: it breaks HTTP, or it ended early."),
        };
    }

    public static ProblemResult UnsupportedMedia() => ProblemResult.Of(
        ProblemCodes.MediaTypeUnsupported, "The request body must be JSON in UTF-8: send it with Content-Type: application/json.");

    public static ProblemResult UnsupportedMedia(string wanted) => ProblemResult.Of(
        ProblemCodes.MediaTypeUnsupported, $"The request body must be sent with Content-Type: {wanted}.");

    private static ProblemResult NoBody() => ProblemResult.Of(
        ProblemCodes.BodyMissing, "This request needs a JSON object as its body, and there is none.");

    private static ProblemResult Describe(JsonException json)
    {
        var path = string.IsNullOrEmpty(json.Path) ? Root : json.Path;
        var message = json.Message;
        if (Unmapped().Match(message) is { Success: true } unmapped)
        {
            return ProblemResult.Of(
                ProblemCodes.UnknownMember,
                $"The request has a member '{unmapped.Groups[1].Value}' {Where(path)} that does not exist. " +
                "Check its spelling (names are in camelCase) against /openapi/v1.json, or leave it out.");
        }
        if (Missing().Match(message) is { Success: true } missing)
        {
            return ProblemResult.Of(
                ProblemCodes.MissingMember,
                $"The request lacks {missing.Groups[1].Value} {Where(path)}. Give it; /openapi/v1.json says what is required.");
        }
        if (message.StartsWith("Duplicate property", StringComparison.Ordinal))
            return ProblemResult.Of(ProblemCodes.DuplicateMember, $"A member is there twice {Where(path)}. Give each one once.");
        if (WrongType().IsMatch(message))
        {
            return ProblemResult.Of(
                ProblemCodes.WrongType,
                $"The value {Where(path)} is of the wrong type or out of range: numbers are JSON integers without quotes, " +
                "texts have quotes, null stands only where a member may be left out.");
        }
        var place = json.LineNumber is { } line ? $" at line {line + 1}, byte {json.BytePositionInLine + 1}" : "";
        return ProblemResult.Of(ProblemCodes.MalformedJson, $"The request body is not valid JSON{place}.");
    }

    private static string Where(string path) => path == Root ? "at its top" : $"at {path}";

    [GeneratedRegex("^The JSON property '(.*)' could not be mapped to any \\.NET member", RegexOptions.Singleline)]
    private static partial Regex Unmapped();

    [GeneratedRegex("was missing required properties including: (.*?)\\.?( Path:.*)?$", RegexOptions.Singleline)]
    private static partial Regex Missing();

    [GeneratedRegex("could not be converted to|doesn't allow (setting )?null values|is not allowed to be null|The JSON value is")]
    private static partial Regex WrongType();
}
