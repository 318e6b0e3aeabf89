using System.Collections.Frozen;
using Headgate.Primitives;
using Headgate.Storage.Sdk;
using static Microsoft.AspNetCore.Http.StatusCodes;

namespace Headgate.Api.Problems;

/// <summary>
/// Which HTTP status a code has. Decided here and nowhere else; docs/api.md shows the same table and a test compares.
/// A code that is not listed follows its ending, else what its <see cref="Recovery"/> says.
/// </summary>
internal static class ProblemTable
{
    /// <summary>Listed codes with their status.</summary>
    public static FrozenDictionary<string, int> Listed { get; } = new Dictionary<string, int>
    {
        [ProblemCodes.MalformedJson] = Status400BadRequest,
        [ProblemCodes.UnknownMember] = Status400BadRequest,
        [ProblemCodes.DuplicateMember] = Status400BadRequest,
        [ProblemCodes.MissingMember] = Status400BadRequest,
        [ProblemCodes.WrongType] = Status400BadRequest,
        [ProblemCodes.BodyMissing] = Status400BadRequest,
        [ProblemCodes.BadRequest] = Status400BadRequest,
        [ProblemCodes.InvalidParameter] = Status400BadRequest,
        [ProblemCodes.UnknownParameter] = Status400BadRequest,
        [ProblemCodes.CursorInvalid] = Status400BadRequest,
        [ProblemCodes.InvalidIdempotencyKey] = Status400BadRequest,
        [ProblemCodes.KeyMissing] = Status401Unauthorized,
        [ProblemCodes.KeyInvalid] = Status401Unauthorized,
        [ProblemCodes.AdminOnly] = Status403Forbidden,
        [ProblemCodes.RouteNotFound] = Status404NotFound,
        [ProblemCodes.NodeNotEmbedded] = Status404NotFound,
        [ProblemCodes.MethodNotAllowed] = Status405MethodNotAllowed,
        [ProblemCodes.RequestTimeout] = Status408RequestTimeout,
        [ProblemCodes.BodyTooLarge] = Status413PayloadTooLarge,
        [ProblemCodes.MediaTypeUnsupported] = Status415UnsupportedMediaType,
        [ProblemCodes.IdempotencyKeyReused] = Status422UnprocessableEntity,
        [ProblemCodes.IdempotencyKeyInProgress] = Status409Conflict,
        [ProblemCodes.TooManyStreams] = Status503ServiceUnavailable,
        [ProblemCodes.InternalError] = Status500InternalServerError,
        [ProblemCodes.NotReady] = Status503ServiceUnavailable,
        [ProblemCodes.DatabaseUnreachable] = Status503ServiceUnavailable,
        [ProblemCodes.DatabaseNoReply] = Status504GatewayTimeout,
        [ProblemCodes.TextInvalid] = Status400BadRequest,

        // The control plane's refusals that come from the state of things, not from the request.
        ["no-pool-fits"] = Status409Conflict,
        ["pool-state"] = Status409Conflict,
        ["pool-not-reached"] = Status409Conflict,
        ["volume-state"] = Status409Conflict,
        ["volume-connected"] = Status409Conflict,
        ["volume-has-snapshots"] = Status409Conflict,
        ["snapshot-state"] = Status409Conflict,
        ["template-state"] = Status409Conflict,
        ["template-not-yours"] = Status403Forbidden,
        ["too-many-templates"] = Status409Conflict,
        ["image-timeout"] = Status408RequestTimeout,
        ["image-too-large"] = Status413PayloadTooLarge,
        ["image-quota-exceeded"] = Status409Conflict,
        ["image-store-full"] = Status507InsufficientStorage,
        ["image-store-unusable"] = Status500InternalServerError,
        ["access-revoking"] = Status409Conflict,
        ["connection-not-ready"] = Status409Conflict,
        ["too-many-initiators"] = Status409Conflict,
        ["name-ambiguous"] = Status409Conflict,
        ["operation-not-cancellable"] = Status409Conflict,
        ["offering-retired"] = Status409Conflict,
        ["offering-superseded"] = Status409Conflict,
        ["offering-changed"] = Status409Conflict,
        ["out-of-bandwidth"] = Status409Conflict,
        ["volume-moving"] = Status409Conflict,
        ["last-admin-key"] = Status409Conflict,
        ["secret-unreadable"] = Status500InternalServerError,
        ["provider-not-loaded"] = Status503ServiceUnavailable,

        // The array's word, where a call waits for it.
        [FaultCodes.InUse] = Status409Conflict,
        [FaultCodes.OutOfCapacity] = Status409Conflict,
        [FaultCodes.OutOfIops] = Status409Conflict,
        [FaultCodes.LimitReached] = Status409Conflict,
        [FaultCodes.WrongVolume] = Status409Conflict,
        [FaultCodes.KeyReused] = Status422UnprocessableEntity,
        [FaultCodes.QosOutOfRange] = Status422UnprocessableEntity,
        [FaultCodes.SizeOutOfRange] = Status422UnprocessableEntity,
        [FaultCodes.InvalidArgument] = Status422UnprocessableEntity,
        [FaultCodes.Unauthorized] = Status502BadGateway,
        [FaultCodes.Unexpected] = Status502BadGateway,
        [FaultCodes.Unreachable] = Status503ServiceUnavailable,
        [FaultCodes.Busy] = Status503ServiceUnavailable,
        [FaultCodes.NoReply] = Status504GatewayTimeout,
    }.ToFrozenDictionary();

    /// <summary>Endings that tell the status of codes that are not listed.</summary>
    public static IReadOnlyList<(string Ending, int Status)> Endings { get; } =
    [
        ("-not-found", Status404NotFound),
        ("-taken", Status409Conflict),
        ("-exists", Status409Conflict),
        ("-in-use", Status409Conflict),
        ("-not-empty", Status409Conflict),
    ];

    /// <summary>The HTTP status of a refusal.</summary>
    public static int StatusOf(string code, Recovery recovery)
    {
        if (Listed.TryGetValue(code, out var status)) return status;
        foreach (var (ending, statusOfEnding) in Endings)
        {
            if (code.EndsWith(ending, StringComparison.Ordinal)) return statusOfEnding;
        }
        return recovery switch
        {
            Recovery.FixRequest => Status422UnprocessableEntity,
            Recovery.RetryWithBackoff => Status503ServiceUnavailable,
            _ => Status502BadGateway,
        };
    }
}
